import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgresServer } from '../../support/postgres-server.ts';
import { runSql, withDatabase } from '../../support/test-database.ts';
import { ask } from '../import/import-run.ts';
import { startServer } from '../import/server-under-test.ts';
import { addEntries, count, prepare } from './fill.ts';
import { measureAll, type Percentiles, questions } from './questions.ts';

/**
 * `npm run bench:statistics -- [--rows 10000000] [--calls 200]`: what dashboards ask, over HTTP, of a list of 10,000 entries
 * and then of the large one, in one run.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    calls: { type: 'string', default: '200' },
    /** Of a server of your own (its maintenance database); default: a throw-away one. */
    'database-url': { type: 'string' },
  },
});
const rows = Number(values.rows);
const calls = Number(values.calls);
const SMALL = 10_000;
const STEP = 500_000;
/** By the front door: with it comes who added it. */
const FIRST = 'mutation { addEntries(input: { list: "DNC", entries: [{ phone: "+14155550100" }] }) { addedCount } }';
const NAME = 'bench_statistics';

const say = (what: string, told: string) => process.stdout.write(`${what.padEnd(58)} ${told}\n`);
const ms = ({ p50, p99 }: Percentiles) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;

say('machine', `${cpus().length} x ${cpus()[0]!.model}, Node ${process.version}`);
const folder = mkdtempSync(join(tmpdir(), 'quietline-bench-'));
const given = values['database-url'];
const postgres = given ? { url: given, stop: async () => {} } : await startPostgresServer();
await runSql(postgres.url, `DROP DATABASE IF EXISTS ${NAME} WITH (FORCE)`, `CREATE DATABASE ${NAME}`);
const url = withDatabase(postgres.url, NAME);
const server = await startServer({ DATABASE_URL: url, DATA_DIR: folder });
const database = new pg.Client({ connectionString: url });
await database.connect();
try {
  await ask(server.url, server.keys.production, FIRST);
  const { rows: found } = await database.query<{ id: number }>('SELECT environment_id AS id FROM entry');
  const environmentId = found[0]!.id;
  await prepare(database, environmentId);
  await addEntries(database, environmentId, 1, SMALL);
  await count(database, environmentId);
  const small = await measureAll(server, calls);
  const began = performance.now();
  for (let first = SMALL + 1; first <= rows; first += STEP)
    await addEntries(database, environmentId, first, Math.min(first + STEP - 1, rows));
  await count(database, environmentId);
  // What the database would do beside the questions after so large a fill, it does before.
  await database.query('VACUUM (ANALYZE) entry');
  await database.query('CHECKPOINT');
  const counted = await ask<{ lists: { entryCount: number }[] }>(
    server.url,
    server.keys.production,
    '{ lists { entryCount } }',
  );
  const total = counted.lists.reduce((sum, { entryCount }) => sum + entryCount, 0);
  say('entries', `${total.toLocaleString('en')} (filled in ${Math.round((performance.now() - began) / 1_000)} s)`);
  const { optOutDeadlines } = await ask<{ optOutDeadlines: { totals: object } }>(
    server.url,
    server.keys.production,
    questions['optOutDeadlines: the totals']!,
  );
  say('of them wait for review', JSON.stringify(optOutDeadlines.totals));
  const large = await measureAll(server, calls);
  for (const [n, what] of Object.keys(questions).entries())
    say(what, `${ms(large[n]!)}   (at ${SMALL.toLocaleString('en')} entries: ${ms(small[n]!)})`);
} finally {
  await database.end();
  await server.stop();
  await runSql(postgres.url, `DROP DATABASE ${NAME} WITH (FORCE)`);
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
