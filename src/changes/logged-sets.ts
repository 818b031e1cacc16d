import type { Sql } from '../db/database.ts';
import type { ChainRow, ChainSet } from './chain.ts';
import { toPosition } from './position.ts';

const PAGE_ROWS = 2_000;
/** No set is near as long; a damaged log must not make a page without end. */
const LONGEST_PAGE = 50_000;

/** A text as the log names it: the commitment that is hashed, and what it commits to while that exists. */
export interface LoggedText {
  readonly commitment: Buffer;
  readonly salt: Buffer | null;
  readonly body: string | null;
}

export interface LoggedRow extends ChainRow {
  readonly setPosition: number;
  /** Of the entry's or the consent's row; null for changes of anything else. */
  readonly phone: string | null;
  readonly salt: Buffer | null;
  readonly texts: readonly LoggedText[];
}

export interface LoggedSet extends Omit<ChainSet, 'epoch'> {
  readonly prevHash: Buffer;
  readonly hash: Buffer;
  readonly texts: readonly LoggedText[];
}

/** Everything that the hashes cover, as it stands in the tables: sets and rows after a position, each in their own order. */
export interface LogPage {
  readonly sets: readonly LoggedSet[];
  readonly rows: ReadonlyMap<number, LoggedRow>;
}

interface StoredSet {
  first_position: string;
  position: string;
  id: string;
  at: Date;
  actor_id: number;
  operation: string;
  on_behalf_of_id: string | null;
  reason_id: string | null;
  evidence_id: string | null;
  task_id: string | null;
  prev_hash: Buffer;
  hash: Buffer;
}

interface StoredRow {
  position: string;
  set_position: string;
  kind: string;
  entry_id: string | null;
  list_id: number | null;
  commitment: string | null;
  facts: string | null;
  before: string | null;
  after: string | null;
  reason_id: string | null;
  reason_before_id: string | null;
  evidence_id: string | null;
  evidence_before_id: string | null;
  related_position: string | null;
  phone: string | null;
  salt: Buffer | null;
}

type Texts = ReadonlyMap<string, LoggedText>;

/** The sets after a position that end within a page of rows, at least one, with every row up to their end. */
export async function readLogPage(sql: Sql, environmentId: number, after: number): Promise<LogPage> {
  const stored = await sql.query<StoredSet>(SETS, [environmentId, after, after + PAGE_ROWS]);
  const last = stored.rows.at(-1);
  if (!last) return { sets: [], rows: new Map() };
  const changes = await sql.query<StoredRow>(ROWS, [environmentId, after, last.position, LONGEST_PAGE]);
  const texts = await readTexts(sql, environmentId, [
    ...stored.rows.flatMap((set) => [set.on_behalf_of_id, set.reason_id, set.evidence_id]),
    ...changes.rows.flatMap((row) => [row.reason_id, row.reason_before_id, row.evidence_id, row.evidence_before_id]),
  ]);
  return {
    sets: stored.rows.map((set) => loggedSet(set, texts)),
    rows: new Map(changes.rows.map((row) => [toPosition(row.position), loggedRow(row, texts)])),
  };
}

async function readTexts(sql: Sql, environmentId: number, ids: readonly (string | null)[]): Promise<Texts> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  if (wanted.length === 0) return new Map();
  const { rows } = await sql.query<LoggedText & { id: string }>(
    'SELECT id, commitment, salt, body FROM text_value WHERE environment_id = $1 AND id = ANY ($2::bigint[])',
    [environmentId, wanted],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

function loggedSet(set: StoredSet, texts: Texts): LoggedSet {
  const named = [set.on_behalf_of_id, set.reason_id, set.evidence_id].map((id) => textOf(texts, id));
  return {
    id: set.id,
    firstPosition: toPosition(set.first_position),
    position: toPosition(set.position),
    at: set.at,
    actorId: set.actor_id,
    operation: set.operation,
    onBehalfOf: hexOf(named[0]),
    reason: hexOf(named[1]),
    evidence: hexOf(named[2]),
    taskId: set.task_id,
    prevHash: set.prev_hash,
    hash: set.hash,
    texts: named.filter((text) => text !== undefined),
  };
}

function loggedRow(row: StoredRow, texts: Texts): LoggedRow {
  const ids = [row.reason_id, row.reason_before_id, row.evidence_id, row.evidence_before_id];
  const named = ids.map((id) => textOf(texts, id));
  return {
    position: toPosition(row.position),
    setPosition: toPosition(row.set_position),
    kind: row.kind,
    entryId: row.entry_id,
    listId: row.list_id,
    phoneCommitment: row.commitment,
    facts: row.facts,
    before: row.before,
    after: row.after,
    reason: hexOf(named[0]),
    reasonBefore: hexOf(named[1]),
    evidence: hexOf(named[2]),
    evidenceBefore: hexOf(named[3]),
    relatedPosition: row.related_position === null ? null : toPosition(row.related_position),
    phone: row.phone,
    salt: row.salt,
    texts: named.filter((text) => text !== undefined),
  };
}

function textOf(texts: Texts, id: string | null): LoggedText | undefined {
  return id === null ? undefined : texts.get(id);
}

function hexOf(text: LoggedText | undefined): string | null {
  return text ? text.commitment.toString('hex') : null;
}

const SETS = `
  SELECT first_position, position, id, at, actor_id, operation, on_behalf_of_id, reason_id, evidence_id, task_id, prev_hash, hash
    FROM change_set
   WHERE environment_id = $1 AND position > $2
     AND position <= greatest($3::bigint, (SELECT min(position) FROM change_set WHERE environment_id = $1 AND position > $2))
   ORDER BY position`;

const ROWS = `
  SELECT c.position, c.set_position, c.kind, c.entry_id, c.list_id, encode(c.phone_commitment, 'hex') AS commitment, c.facts, c.before, c.after,
         c.reason_id, c.reason_before_id, c.evidence_id, c.evidence_before_id, c.related_position,
         coalesce(e.phone, k.phone) AS phone, coalesce(e.salt, k.salt) AS salt
    FROM (SELECT * FROM change WHERE environment_id = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4) c
    LEFT JOIN LATERAL (SELECT phone, salt FROM entry e WHERE e.environment_id = c.environment_id AND e.id = c.entry_id LIMIT 1) e ON true
    LEFT JOIN LATERAL (SELECT phone, salt FROM consent k WHERE k.environment_id = c.environment_id AND k.id = c.consent_id LIMIT 1) k ON true`;
