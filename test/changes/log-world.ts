import { randomBytes } from 'node:crypto';
import { genesisHash } from '../../src/changes/chain.ts';
import { ChangeFeed } from '../../src/changes/change-feed.ts';
import { appendPlain, ChangeLog } from '../../src/changes/change-log.ts';
import type { EntryRow, RowOutcome, WriteCall } from '../../src/changes/write-call.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/database.ts';
import { onceEnded } from '../support/leftovers.ts';

export const DNC = 1;
export const DNT = 2;
export const SPAM = 3;

/** One server's part of the log: its pools, its feed, its writer. */
export interface LogServer {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly log: ChangeLog;
  /** Environments whose log stopped being the one followed. */
  readonly broken: number[];
  readonly warnings: string[];
}

export interface LogServerOptions {
  readonly pollIntervalMs?: number;
  /** Between the database and what is tested: to delay, lose or count. */
  readonly wrap?: (database: Database) => Database;
}

export async function openLogServer(url: string, options: LogServerOptions = {}): Promise<LogServer> {
  const broken: number[] = [];
  const warnings: string[] = [];
  const warn = (fields: object, message: string) =>
    void warnings.push(`${message} ${String((fields as { err?: unknown }).err ?? '')}`);
  const log = { info: () => {}, warn, error: warn };
  const opened = await openDatabase({ databaseUrl: url, dataDir: '', readTimeoutMs: 10_000, log });
  const database = options.wrap?.(opened) ?? opened;
  const feed = new ChangeFeed({
    database,
    log,
    pollIntervalMs: options.pollIntervalMs ?? 500,
    onBroken: (id) => void broken.push(id),
  });
  await feed.start();
  onceEnded('a log server', async () => {
    await feed.stop();
    await opened.close();
  });
  return { database, feed, log: new ChangeLog({ database, feed }), broken, warnings };
}

/** A fresh environment with the three built-in lists, its log begun as a real one begins. */
export async function newLogEnvironment(database: Database): Promise<number> {
  const epoch = randomBytes(8).toString('hex');
  return database.transaction(async (sql) => {
    const account = await sql.query<{ id: number }>('INSERT INTO account (name) VALUES ($1) RETURNING id', [epoch]);
    const made = await sql.query<{ id: number }>(
      `INSERT INTO environment (account_id, key, kind, epoch, head_hash) VALUES ($1, 'production', 'LIVE', $2, $3) RETURNING id`,
      [account.rows[0]!.id, epoch, genesisHash(epoch)],
    );
    const id = made.rows[0]!.id;
    await sql.query(
      `INSERT INTO list (environment_id, id, key, name, blocks, built_in) VALUES
        ($1, 1, 'DNC', 'DNC', 3, true), ($1, 2, 'DNT', 'DNT', 2, true), ($1, 3, 'SPAM', 'SPAM', 12, true)`,
      [id],
    );
    const actor = await sql.query<{ id: number }>(
      `INSERT INTO actor (environment_id, type, subject, name) VALUES ($1, 'SYSTEM', 'system', 'Quietline') RETURNING id`,
      [id],
    );
    await appendPlain(sql, id, {
      actorId: actor.rows[0]!.id,
      operation: 'createEnvironment',
      changes: [
        { kind: 'ENVIRONMENT', before: null, after: '{"key":"production","kind":"LIVE"}' },
        { kind: 'SETTING', before: null, after: '{"enforcePending":true}' },
        { kind: 'LIST', listId: 1, before: null, after: '{"id":1,"key":"DNC","name":"DNC","blocks":3,"enabled":true}' },
      ],
    });
    return id;
  });
}

export const staff = { type: 'API_KEY', subject: 'key:1', name: 'Staff' } as const;

type Call = Partial<WriteCall> & { readonly rows: readonly EntryRow[] };

/** A staff call of one environment, with whatever is different. */
export function callOf(environmentId: number, call: Call): WriteCall {
  return { environmentId, actor: staff, operation: 'test', authority: 'STAFF', ...call };
}

/** Writes rows of one environment, and answers the rows' outcomes. */
export function writer(server: LogServer, environmentId: number) {
  return async (rows: readonly EntryRow[], call: Partial<WriteCall> = {}): Promise<readonly RowOutcome[]> =>
    (await server.log.write(callOf(environmentId, { ...call, rows }))).rows;
}

export function phoneOf(n: number): string {
  return `+1415${String(2_000_000 + n)}`;
}

/** An addition of staff's to DNC, with whatever is different. */
export function add(phone: string, row: Partial<EntryRow> = {}): EntryRow {
  return { verb: 'ADD', phone, listId: DNC, source: 'API', status: 'APPROVED', ...row };
}

/** A verb on the entry that an addition made. */
export function on(
  added: EntryRow,
  outcome: RowOutcome | undefined,
  row: Partial<EntryRow> & Pick<EntryRow, 'verb'>,
): EntryRow {
  return { entryId: outcome!.entryId!, phone: added.phone, listId: added.listId, source: added.source, ...row };
}
