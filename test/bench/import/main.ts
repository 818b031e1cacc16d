import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgresServer } from '../../support/postgres-server.ts';
import { runSql, withDatabase } from '../../support/test-database.ts';
import { measureCopy } from './copy-baseline.ts';
import { measureEmbeddedCopy } from './embedded-copy.ts';
import { type ImportRun, importFile } from './import-run.ts';
import { measureLatencies } from './latency.ts';
import { writeLeadFile } from './lead-file.ts';
import { residentMib, startServer } from './server-under-test.ts';

/**
 * `npm run bench:import -- [--rows 1000000] [--embedded-rows 200000] [--grown 0] [--latency]`: an import end to end beside COPY of the
 * same rows, in one run. Figures are ratios: absolute times drift.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    'embedded-rows': { type: 'string', default: '200000' },
    /** Goes on importing files of --rows until the table has so many, and measures the last of 100,000 rows each. */
    grown: { type: 'string', default: '0' },
    latency: { type: 'boolean', default: false },
    /** The first import alone: for its memory. */
    once: { type: 'boolean', default: false },
    /** Of a server of your own (its maintenance database); default: a throw-away one. */
    'database-url': { type: 'string' },
    'no-copy': { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const embeddedRows = Number(values['embedded-rows']);
const grown = Number(values.grown);
const folder = mkdtempSync(join(tmpdir(), 'quietline-bench-'));

const rate = (count: number, ms: number) => `${Math.round((count / ms) * 1_000).toLocaleString('en')} rows/s`;
const say = (what: string, told: string) => process.stdout.write(`${what.padEnd(58)} ${told}\n`);
const tell = (what: string, run: ImportRun) =>
  say(
    what,
    `${rate(run.rows, run.totalMs)}  (upload ${Math.round(run.uploadMs)} ms, all ${Math.round(run.totalMs)} ms, server peak ${Math.round(run.peakMib)} MiB) ${JSON.stringify(run.counts)}`,
  );

const tellMemory = ({ curve }: ImportRun) =>
  say('  memory [rows done, MiB]', JSON.stringify(curve.filter((_, n) => n % Math.ceil(curve.length / 24) === 0)));

try {
  say('machine', `${cpus().length} x ${cpus()[0]!.model}, Node ${process.version}`);
  if (rows > 0) await onPostgres();
  if (embeddedRows > 0) await onEmbedded();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function onPostgres(): Promise<void> {
  const given = values['database-url'];
  const postgres = given ? { url: given, stop: async () => {} } : await startPostgresServer();
  const name = 'bench_import';
  await runSql(postgres.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name}`);
  const databaseUrl = withDatabase(postgres.url, name);
  say('PostgreSQL', await settingsOf(postgres.url));
  const server = await startServer({ DATABASE_URL: databaseUrl, DATA_DIR: folder });
  try {
    if (values.latency) return await measureLatencies(server, { rows, folder, say });
    const path = join(folder, 'leads.csv');
    await writeLeadFile(path, { rows });
    const first = await importFile(server, server.keys.production, path);
    tell('import, never-analysed table', first);
    tellMemory(first);
    if (values.once) return;
    if (!values['no-copy']) {
      const copy = await measureCopy(postgres.url, name, folder);
      say("COPY of the same rows, in the file's order", rate(first.rows, copy.fileOrderMs));
      say('COPY of the same rows, sorted by number', rate(first.rows, copy.sortedMs));
      say("import / COPY in the file's order", (copy.fileOrderMs / first.totalMs).toFixed(2));
    }
    tell('the same file again', await importFile(server, server.keys.production, path));
    await writeLeadFile(path, { rows, block: 1 });
    const other = await importFile(server, server.keys.sandbox, path);
    tell('import into a new environment of the full database', other);
    say('  cost per row against the first import', (other.totalMs / first.totalMs).toFixed(2));
    if (grown > 0) await growing(server, path);
  } finally {
    await server.stop();
    await runSql(postgres.url, `DROP DATABASE ${name} WITH (FORCE)`);
    await postgres.stop();
  }
}

/** The cost of a row in a large table against a small one: imports of 100,000 numbers each. */
async function growing(server: Awaited<ReturnType<typeof startServer>>, path: string): Promise<void> {
  const size = 100_000;
  let block = 100;
  const measure = async () => {
    const runs: ImportRun[] = [];
    for (let n = 0; n < 3; n++) {
      await writeLeadFile(path, { rows: size, block: 6_000 + block++ });
      runs.push(await importFile(server, server.keys.production, path));
    }
    return runs.sort((a, b) => a.totalMs - b.totalMs)[1]!;
  };
  const small = await measure();
  tell(`100,000 rows beside ${(2 * rows).toLocaleString('en')}`, small);
  for (let there = 2 * rows, n = 2; there < grown; there += rows, n++) {
    await writeLeadFile(path, { rows, block: n });
    tell(
      `  … ${(there + rows).toLocaleString('en')} rows in the table`,
      await importFile(server, server.keys.production, path),
    );
  }
  const large = await measure();
  tell(`100,000 rows beside ${grown.toLocaleString('en')}`, large);
  say('cost per row, large table / small table', (large.totalMs / small.totalMs).toFixed(2));
}

async function onEmbedded(): Promise<void> {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const server = await startServer({ DATA_DIR: dataDir });
  let run: ImportRun;
  try {
    if (values.latency) {
      say('embedded database', 'checks and single adds beside an import');
      return await measureLatencies(server, { rows: embeddedRows, folder, say });
    }
    const path = join(folder, 'leads.csv');
    await writeLeadFile(path, { rows: embeddedRows });
    say('embedded database: opened and empty', `${Math.round(residentMib(server.pid))} MiB`);
    run = await importFile(server, server.keys.production, path);
    tell('embedded database: import', run);
    tellMemory(run);
    if (values.once) return;
  } finally {
    await server.stop();
  }
  const ms = await measureEmbeddedCopy(join(dataDir, 'postgres'));
  say("embedded database: its own COPY, in the file's order", rate(run.rows, ms));
  say('embedded database: import / COPY', (ms / run.totalMs).toFixed(2));
}

async function settingsOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: found } = await client.query<{ name: string; setting: string; unit: string | null }>(
    "SELECT name, setting, unit FROM pg_settings WHERE name IN ('server_version', 'shared_buffers', 'max_wal_size', 'fsync', 'synchronous_commit') ORDER BY name",
  );
  await client.end();
  return found.map(({ name, setting, unit }) => `${name} ${setting}${unit ? ` x ${unit}` : ''}`).join(', ');
}
