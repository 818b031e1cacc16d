import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgresServer } from '../../support/postgres-server.ts';
import { runSql, withDatabase } from '../../support/test-database.ts';
import { ask } from '../import/import-run.ts';
import { type ServerUnderTest, startServer } from '../import/server-under-test.ts';
import type { LoadFigures, LoadPlan } from './load.ts';

/**
 * `npm run bench:gate -- [--turns 15] [--concurrency 4] [--only postgres|embedded]`: the gate beside a bare check on one
 * server in one run, in turns of a second each, 1 in 5 blocked. What counts is the ratio: absolute times drift.
 */
const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '15' },
    concurrency: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
});

const decision = 'decision';
const withMessage = 'decision message';
const check = (fields: string) => `query ($phone: String) { check(phone: $phone, channel: CALL) { ${fields} } }`;
const authorize = (fields: string) =>
  `mutation ($input: AuthorizeContactInput!) { authorizeContact(input: $input) { isAuthorized attemptId verdict { ${fields} } } }`;

const kinds: LoadPlan['kinds'] = [
  { name: 'check', query: check(decision), input: false },
  { name: 'authorizeContact', query: authorize(decision), input: true },
  { name: 'check, with its message', query: check(withMessage), input: false },
  { name: 'authorizeContact, with its message', query: authorize(withMessage), input: true },
];

const say = (what: string, told: string) => process.stdout.write(`${what.padEnd(44)} ${told}\n`);
const folder = mkdtempSync(join(tmpdir(), 'quietline-bench-'));
try {
  say('machine', `${cpus().length} x ${cpus()[0]!.model}, Node ${process.version}`);
  if (values.only !== 'embedded') await onPostgres();
  if (values.only !== 'postgres') await onEmbedded();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function onPostgres(): Promise<void> {
  const postgres = await startPostgresServer();
  const name = 'bench_gate';
  await runSql(postgres.url, `CREATE DATABASE ${name}`);
  const server = await startServer({
    DATABASE_URL: withDatabase(postgres.url, name),
    DATA_DIR: folder,
    SPOOL_DIR: join(folder, 'spool'),
  });
  await measured(server, 'PostgreSQL').finally(() => server.stop());
  await postgres.stop();
}

async function onEmbedded(): Promise<void> {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const server = await startServer({ DATA_DIR: dataDir });
  await measured(server, 'embedded database').finally(() => server.stop());
}

async function measured(server: ServerUnderTest, where: string): Promise<void> {
  const { url, keys } = server;
  const blocked = Array.from({ length: 1_000 }, (_, n) => `+1415${2_000_000 + n}`);
  const input = { list: 'DNC', reason: 'Asked by letter', entries: blocked.map((phone) => ({ phone })) };
  await ask(url, keys.production, 'mutation ($input: AddEntriesInput!) { addEntries(input: $input) { addedCount } }', {
    input,
  });
  const figures = await load({
    url,
    key: keys.production,
    kinds,
    turns: Number(values.turns),
    turnMs: 1_000,
    concurrency: Number(values.concurrency),
    blocked,
  });
  const { attempts } = await ask<{ attempts: { totalCount: number; lostCount: number } }>(
    url,
    keys.production,
    '{ attempts(first: 1) { totalCount lostCount } }',
  );
  say(
    where,
    `load average ${loadavg()[0]!.toFixed(1)}; ${attempts.totalCount.toLocaleString('en')} attempts kept, ${attempts.lostCount} lost`,
  );
  for (const [n, { name }] of kinds.entries()) {
    const [p50, p99] = [percentile(figures[name]!, 0.5), percentile(figures[name]!, 0.99)];
    say(`  ${name}`, `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms (${figures[name]!.length})`);
    if (n % 2 === 0) continue;
    const bare = figures[kinds[n - 1]!.name]!;
    say('  ratio', `p50 ${(p50 / percentile(bare, 0.5)).toFixed(2)}, p99 ${(p99 / percentile(bare, 0.99)).toFixed(2)}`);
  }
}

/** From a process of its own: what asks must not slow what answers, but for the machine that they share. */
async function load(plan: LoadPlan): Promise<LoadFigures> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(plan));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return JSON.parse(text) as LoadFigures;
}

function percentile(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
