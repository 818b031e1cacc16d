import { setTimeout as delay } from 'node:timers/promises';
import { ChangeFeed } from '../../src/changes/change-feed.ts';
import { ChangeLog } from '../../src/changes/change-log.ts';
import { CursorCodec } from '../../src/changes/cursor.ts';
import { type EntryRow, systemActor, type WriteCall } from '../../src/changes/write-call.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type Database, openDatabase, type Sql } from '../../src/db/database.ts';
import { createAccount } from '../../src/domain/accounts/create-account.ts';
import type { ConsentLevel, MessageType } from '../../src/domain/consents/consent.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { Verdicts } from '../../src/domain/verdicts/check.ts';
import type { CheckAnswer } from '../../src/domain/verdicts/check-answer.ts';
import type { ListRow } from '../../src/suppression-index/block-mask.ts';
import { SuppressionIndex } from '../../src/suppression-index/suppression-index.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';

export const serverSecret = Buffer.alloc(32, 'v');
export const cursors = new CursorCodec(serverSecret);
const silent = { info() {}, warn() {}, error() {} };

/** One server without its doors. Its clock can be pushed on and its connections cut: what it takes to become stale. */
export interface Node {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly index: SuppressionIndex;
  readonly log: ChangeLog;
  readonly verdicts: Verdicts;
  readonly environmentId: number;
  readonly viewer: { readonly environmentId: number };
  /** From now on the node can't read the log, or can again. */
  cutFeed(cut: boolean): void;
  /** From now on the node can't load or look anything up. */
  cutRead(cut: boolean): void;
  advance(ms: number): void;
  /** Another server on the same database. */
  another(options?: NodeOptions): Promise<Node>;
  list(
    list: 'DNC' | 'DNT' | 'SPAM' | number,
    phones: readonly string[],
    row?: Partial<EntryRow>,
  ): Promise<readonly string[]>;
  change(verb: EntryRow['verb'], entryId: string, call?: Partial<WriteCall>, row?: Partial<EntryRow>): Promise<string>;
  set(settings: Partial<Settings>): Promise<void>;
  defineList(list: ListRow): Promise<void>;
  defineCampaign(id: number, key: string, enabled?: boolean): Promise<void>;
  /** A consent to texts is given, as the door for it writes it; answers its id. */
  consent(phone: string, level: ConsentLevel, purpose: MessageType, businessNumber?: string | null): Promise<string>;
  endConsent(consentId: string): Promise<void>;
  /** The database's time, with 5 ms of nothing on both sides of it. */
  now(): Promise<Date>;
}

export interface NodeOptions {
  readonly pollIntervalMs?: number;
  readonly maxWaiting?: number;
}

const INSERT_CONSENT = `
  INSERT INTO consent (environment_id, phone, channel, level, purpose, method, business_number, given_at, recorded_at, created_by_id)
  SELECT $1::int, $2, 'SMS', $3, $4, $5, $6, clock_timestamp(), clock_timestamp(), id FROM actor WHERE environment_id = $1 AND type = 'SYSTEM' LIMIT 1
  RETURNING id`;

const END_CONSENT =
  "UPDATE consent SET ended_at = clock_timestamp(), ended_by = 'REVOKED' WHERE environment_id = $1 AND id = $2";

const listIds = { DNC: 1, DNT: 2, SPAM: 3 };

/** A node with an environment of its own on a new database. */
export async function openNode(options: NodeOptions = {}): Promise<Node> {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  const { database, ...rest } = await connect(url);
  const { environments } = await createAccount(database, { name: 'Test', serverSecret });
  return startNode(url, { database, ...rest }, environments.production.id, options);
}

type Connection = Awaited<ReturnType<typeof connect>>;

async function connect(url: string) {
  const database = await openDatabase({ databaseUrl: url, dataDir: '', readTimeoutMs: 5_000, log: silent });
  onceEnded('a database connection', () => database.close());
  const cut = { feed: false, read: false };
  const cuttable = (sql: Sql, which: 'feed' | 'read'): Sql => ({
    query: (text, values) =>
      cut[which] ? Promise.reject(new Error('the test has cut this connection')) : sql.query(text, values),
  });
  return {
    database: { ...database, feed: cuttable(database.feed, 'feed'), read: cuttable(database.read, 'read') } as Database,
    cut,
  };
}

async function startNode(
  url: string,
  { database, cut }: Connection,
  environmentId: number,
  options: NodeOptions,
): Promise<Node> {
  let ahead = 0;
  const clock: Clock = { monotonic: () => systemClock.monotonic() + ahead, wall: () => systemClock.wall() + ahead };
  let index: SuppressionIndex | undefined;
  const { pollIntervalMs = 50, maxWaiting } = options;
  const feed = new ChangeFeed({ database, log: silent, pollIntervalMs, clock, onBroken: (id) => index?.drop(id) });
  index = new SuppressionIndex({ database, feed, log: silent, memoryBytes: 1e9, maxStalenessMs: 5_000 });
  await feed.start();
  onceEnded('a feed', () => feed.stop());
  const log = new ChangeLog({ database, feed });
  const write = (call: Partial<WriteCall>, rows: readonly EntryRow[]) =>
    log.write({
      environmentId,
      actor: systemActor,
      operation: 'test',
      authority: 'COMPLIANCE',
      reason: 'test',
      ...call,
      rows,
    });
  const record = (
    kind: 'LIST' | 'CAMPAIGN' | 'SETTING',
    after: object,
    statement: string,
    values: readonly unknown[],
  ) =>
    log.record({ environmentId, actor: systemActor, operation: 'test' }, async (sql) => {
      await sql.query(statement, [environmentId, ...values]);
      return { result: null, changes: [{ kind, before: null, after: JSON.stringify(after) }] };
    });
  return {
    database,
    feed,
    index,
    log,
    verdicts: new Verdicts({ index, cursors, database, maxWaiting }),
    environmentId,
    viewer: { environmentId },
    cutFeed(off) {
      cut.feed = off;
    },
    cutRead(off) {
      cut.read = off;
    },
    advance(ms) {
      ahead += ms;
    },
    another: async (other = {}) => startNode(url, await connect(url), environmentId, other),
    async list(list, phones, row = {}) {
      const listId = typeof list === 'number' ? list : listIds[list];
      const given = { verb: 'ADD', listId, source: 'API', status: 'APPROVED', ...row } as const;
      const { rows } = await write(
        {},
        phones.map((phone) => ({ ...given, phone })),
      );
      return rows.map(({ entryId }) => entryId!);
    },
    async change(verb, entryId, call = {}, row = {}) {
      const { rows } = await database.write.query<{ phone: string; list_id: number; source: EntryRow['source'] }>(
        'SELECT phone, list_id, source FROM entry WHERE environment_id = $1 AND id = $2',
        [environmentId, entryId],
      );
      const { phone, list_id: listId, source } = rows[0]!;
      const outcome = await write(call, [{ verb, entryId, phone, listId, source, ...row }]);
      return outcome.rows[0]!.code;
    },
    async set(settings) {
      await record('SETTING', settings, 'UPDATE environment SET settings = settings || $2::jsonb WHERE id = $1', [
        JSON.stringify(settings),
      ]);
    },
    async defineList(list) {
      const { id, key, name, blocks, enabled, campaigns } = list;
      const upsert = `INSERT INTO list (environment_id, id, key, name, blocks, enabled, campaigns) VALUES ($1, $2, $3, $4, $5, $6, $7::int[])
        ON CONFLICT (environment_id, id) DO UPDATE
          SET name = excluded.name, blocks = excluded.blocks, enabled = excluded.enabled, campaigns = excluded.campaigns`;
      await record('LIST', list, upsert, [id, key, name, blocks, enabled, campaigns]);
    },
    async defineCampaign(id, key, enabled = true) {
      const campaign = { id, key, name: key, optOutDetection: true, phrases: [], ivrOptOutKeys: null, enabled };
      const upsert = `INSERT INTO campaign (environment_id, id, key, name, enabled) VALUES ($1, $2, $3, $3, $4)
        ON CONFLICT (environment_id, id) DO UPDATE SET key = excluded.key, name = excluded.name, enabled = excluded.enabled`;
      await record('CAMPAIGN', campaign, upsert, [id, key, enabled]);
    },
    async consent(phone, level, purpose, businessNumber = null) {
      const method = { IMPLIED: 'INBOUND_TEXT', EXPRESS: 'VERBAL', EXPRESS_WRITTEN: 'WEB_FORM' }[level];
      const { result } = await log.record({ environmentId, actor: systemActor, operation: 'test' }, async (sql) => {
        const values = [environmentId, phone, level, purpose, method, businessNumber];
        const consentId = (await sql.query<{ id: string }>(INSERT_CONSENT, values)).rows[0]!.id;
        return { result: consentId, changes: [{ kind: 'CONSENT', consentId, isEnd: false }] };
      });
      return result;
    },
    async endConsent(consentId) {
      await log.record({ environmentId, actor: systemActor, operation: 'test' }, async (sql) => {
        await sql.query(END_CONSENT, [environmentId, consentId]);
        return { result: null, changes: [{ kind: 'CONSENT', consentId, isEnd: true }] };
      });
    },
    async now() {
      await delay(5);
      const { rows } = await database.write.query<{ now: Date }>(
        "SELECT date_trunc('milliseconds', clock_timestamp()) AS now",
      );
      await delay(5);
      return rows[0]!.now;
    },
  };
}

/** An answer as a story tells it: `BLOCK LISTED 1 STALE`. */
export function told({ decision, reasons }: Pick<CheckAnswer, 'decision' | 'reasons'>): string {
  return [
    decision,
    ...reasons.map((reason) => (reason.code === 'LISTED' ? `LISTED ${reason.listId}` : reason.code)),
  ].join(' ');
}

/** Many numbers of one block, all different. */
export function numbers(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `+1415${String(2_000_000 + from + n)}`);
}
