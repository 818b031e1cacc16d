import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChangeFeed } from '../../src/changes/change-feed.ts';
import { ChangeLog } from '../../src/changes/change-log.ts';
import { type Database, openDatabase, type Sql } from '../../src/db/database.ts';
import { createAccount } from '../../src/domain/accounts/create-account.ts';
import type { NewAttempt } from '../../src/domain/attempts/attempt.ts';
import { Attempts } from '../../src/domain/attempts/attempts.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';

const silent = { info() {}, warn() {}, error() {} };

/** A database with an environment, and servers that keep attempts in it. */
export interface AttemptWorld {
  readonly database: Database;
  readonly environmentId: number;
  readonly spoolDir: string;
  /** One more server; its own way to the database can be cut. */
  server(options?: { spoolDir?: string; maxWaiting?: number }): Promise<AttemptServer>;
  attempt(facts?: Partial<NewAttempt>): NewAttempt;
  /** What the database has, in the order of positions. */
  kept(): Promise<{ id: string; position: number }[]>;
  /** Of attempt_daily. */
  counts(): Promise<Record<string, number>>;
  lost(): Promise<number>;
}

export interface AttemptServer {
  readonly attempts: Attempts;
  cut(isCut: boolean): void;
  readonly warnings: string[];
}

export async function openAttemptDatabase(): Promise<Database> {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  const database = await openDatabase({ databaseUrl: url, dataDir: '', readTimeoutMs: 5_000, log: silent });
  onceEnded('a database connection', () => database.close());
  return database;
}

/** An environment of its own in the database, and a spool folder of its own. */
export async function openAttemptWorld(database: Database): Promise<AttemptWorld> {
  const { environments } = await createAccount(database, { name: randomUUID(), serverSecret: Buffer.alloc(32) });
  const environmentId = environments.production.id;
  const spoolDir = newFolder();
  const query = async <R extends object>(text: string) => (await database.read.query<R>(text, [environmentId])).rows;
  return {
    database,
    environmentId,
    spoolDir,
    server: (options = {}) => openServer(database, { spoolDir, ...options }),
    attempt: (facts = {}) => ({
      id: randomUUID(),
      environmentId,
      at: new Date().toISOString(),
      phone: '+14155550100',
      direction: 'OUTBOUND',
      channel: 'CALL',
      dialingMode: 'DIALER',
      campaignId: null,
      messageType: null,
      decision: 'ALLOW',
      reasons: [],
      listIds: [],
      grantUsed: false,
      actor: { type: 'API_KEY', subject: 'key:1', name: 'Dialer' },
      agent: null,
      ...facts,
    }),
    async kept() {
      const rows = await query<{ id: string; position: string }>(
        'SELECT id, position FROM attempt WHERE environment_id = $1 ORDER BY position',
      );
      return rows.map(({ id, position }) => ({ id, position: Number(position) }));
    },
    async counts() {
      const rows = await query<{ what: string; count: string }>(
        `SELECT concat_ws(' ', campaign_id, list_id, direction, channel, decision) AS what, sum(count) AS count
           FROM attempt_daily WHERE environment_id = $1 GROUP BY 1`,
      );
      return Object.fromEntries(rows.map(({ what, count }) => [what, Number(count)]));
    },
    async lost() {
      const [row] = await query<{ lost: string }>('SELECT lost FROM attempt_head WHERE environment_id = $1');
      return Number(row?.lost ?? 0);
    },
  };
}

async function openServer(
  database: Database,
  { spoolDir, maxWaiting }: { spoolDir: string; maxWaiting?: number },
): Promise<AttemptServer> {
  let isCut = false;
  const warnings: string[] = [];
  const refuse = () => Promise.reject(new Error('the test has cut this connection'));
  const write: Sql = { query: (text, values) => (isCut ? refuse() : database.write.query(text, values)) };
  const cuttable: Database = {
    ...database,
    write,
    transaction: (work) => (isCut ? refuse() : database.transaction(work)),
  };
  const feed = new ChangeFeed({ database, log: silent, pollIntervalMs: 1_000, onBroken() {} });
  const attempts = new Attempts({
    database: cuttable,
    log: new ChangeLog({ database: cuttable, feed }),
    logger: { ...silent, warn: (_fields, message) => void warnings.push(message) },
    spoolDir,
    maxWaiting,
    onHead: () => {},
  });
  await attempts.start();
  onceEnded('a keeper of attempts', () => attempts.close());
  return {
    attempts,
    cut(cut) {
      isCut = cut;
    },
    warnings,
  };
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quietline-attempts-'));
  onceEnded('a folder', async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function journalsIn(spoolDir: string): string[] {
  const folder = join(spoolDir, 'attempts');
  return readdirSync(folder).map((name) => join(folder, name));
}

/** The journals of a server as they lie there once its process was killed: in a folder of their own. */
export function leftBehind(spoolDir: string, change: (text: string) => string = (text) => text): string {
  const copy = newFolder();
  const from = journalsIn(spoolDir);
  const folder = join(copy, 'attempts');
  for (const [n, path] of from.entries()) {
    const [header, ...lines] = readFileSync(path, 'utf8').split('\n');
    const owner = { ...JSON.parse(header!), owner: { pid: 2 ** 22 + 1, startedAt: '1', boot: null } };
    write(folder, `killed-${n}.journal`, change([JSON.stringify(owner), ...lines].join('\n')));
  }
  return copy;
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
}
