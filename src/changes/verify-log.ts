import type { Sql } from '../db/database.ts';
import { commitment, genesisHash, rowHash, setHash } from './chain.ts';
import { type LoggedRow, type LoggedSet, type LoggedText, type LogPage, readLogPage } from './logged-sets.ts';
import { toPosition } from './position.ts';

/** P1.9: positions that one call verifies at most; a longer range goes on where the answer says. */
export const MAX_VERIFIED_POSITIONS = 100_000;

export interface VerifyOptions {
  /** Default 1. The change set that holds it is verified whole. */
  readonly fromPosition?: number;
  /** Default the log's end. The change set that holds it is verified whole. */
  readonly toPosition?: number;
  /** At most MAX_VERIFIED_POSITIONS, which is the default; one change set is verified however long it is. */
  readonly limit?: number;
}

export interface Verification {
  readonly verifiedFrom: number;
  /** The end of the last change set that fits; `verifiedFrom - 1` when none does. */
  readonly verifiedThrough: number;
  /** The chain hash at `verifiedThrough`, as computed. */
  readonly hash: Buffer;
  /** The first position that doesn't fit. When a set's hash differs, the set's first one: a row's own hash isn't stored. */
  readonly firstBadPosition: number | null;
  /** What doesn't fit there; names nobody's number or text. */
  readonly problem: string | null;
  /** Where the next call begins; null when the range has ended, or something doesn't fit. */
  readonly continueAt: number | null;
}

/** The end of the log as the environment's row has it, and the first position that lies beyond it. */
interface End {
  readonly head: number;
  readonly hash: Buffer;
  readonly at: Date;
  readonly epoch: string;
  readonly beyond: number | null;
}

class MisfitError extends Error {
  readonly code = 'MISFIT';
  readonly position: number;
  constructor(position: number, message: string) {
    super(message);
    this.position = position;
  }
}

/**
 * Recomputes the hash chain over a range of the log (PROTOCOL.md 12-23) and names the first position that doesn't fit.
 * Reads page by page, so memory is flat. The hash before the range is taken as it stands: only a walk that began at 1
 * proves the whole.
 */
export async function verifyLog(sql: Sql, environmentId: number, options: VerifyOptions = {}): Promise<Verification> {
  const limit = Math.min(options.limit ?? MAX_VERIFIED_POSITIONS, MAX_VERIFIED_POSITIONS);
  const end = await readEnd(sql, environmentId);
  const last = Math.min(options.toPosition ?? end.head, end.head);
  const from = await firstOfSet(sql, environmentId, Math.min(Math.max(options.fromPosition ?? 1, 1), end.head + 1));
  const walk = { position: from - 1, hash: Buffer.alloc(0), at: new Date(0) };
  const answer = (rest: Pick<Verification, 'firstBadPosition' | 'problem' | 'continueAt'>): Verification => ({
    verifiedFrom: from,
    verifiedThrough: walk.position,
    hash: walk.hash,
    ...rest,
  });
  try {
    Object.assign(walk, await readStart(sql, environmentId, from - 1, end.epoch));
    let page: LogPage = { sets: [], rows: new Map() };
    for (let n = 0; walk.position < last; n += 1) {
      if (n >= page.sets.length) {
        page = await readLogPage(sql, environmentId, walk.position);
        n = 0;
      }
      const set = page.sets[n];
      if (!set) throw new MisfitError(walk.position + 1, 'The change set that begins here is missing.');
      if (walk.position >= from && set.position - from >= limit)
        return answer({ firstBadPosition: null, problem: null, continueAt: walk.position + 1 });
      Object.assign(walk, { position: set.position, hash: verifySet(walk, end.epoch, set, page.rows), at: set.at });
    }
    if (walk.position >= end.head) verifyEnd(walk, end);
    return answer({ firstBadPosition: null, problem: null, continueAt: null });
  } catch (error) {
    if (!(error instanceof MisfitError)) throw error;
    return answer({ firstBadPosition: error.position, problem: error.message, continueAt: null });
  }
}

/** The hash of the set, when it follows the one before and all that it covers is there. */
function verifySet(
  before: { readonly position: number; readonly hash: Buffer; readonly at: Date },
  epoch: string,
  set: LoggedSet,
  rows: ReadonlyMap<number, LoggedRow>,
): Buffer {
  const first = before.position + 1;
  if (set.firstPosition !== first) throw new MisfitError(first, 'The change set that begins here is missing.');
  if (!set.prevHash.equals(before.hash))
    throw new MisfitError(first, 'The change set that begins here names another hash before it.');
  if (set.at < before.at) throw new MisfitError(first, 'The change set that begins here is older than the one before.');
  verifyTexts(first, set.texts);
  const hashes: Buffer[] = [];
  for (let position = first; position <= set.position; position += 1) {
    const row = rows.get(position);
    if (!row) throw new MisfitError(position, 'The change is missing.');
    if (row.setPosition !== set.position) throw new MisfitError(position, 'The change names another change set.');
    verifyNumber(row);
    verifyTexts(position, row.texts);
    hashes.push(rowHash(row));
  }
  const hash = setHash(before.hash, { ...set, epoch }, hashes);
  if (!hash.equals(set.hash))
    throw new MisfitError(first, `The change set of the positions ${first} to ${set.position} has another hash.`);
  return hash;
}

function verifyNumber(row: LoggedRow): void {
  // Of an entry, or of a consent: whatever the row of it is, the change says that there is a number.
  if (row.entryId === null && row.phoneCommitment === null && row.kind !== 'CONSENT') return;
  const owner = row.kind === 'CONSENT' ? 'consent' : 'entry';
  if (row.phone === null || row.salt === null)
    throw new MisfitError(row.position, `The ${owner} of the change is missing.`);
  if (commitment(row.salt, row.phone).toString('hex') !== row.phoneCommitment)
    throw new MisfitError(row.position, `The number of the ${owner} is not the one that the change commits to.`);
}

/** An erased text leaves its commitment (R5.4); one that is still there must be the one committed to. */
function verifyTexts(position: number, texts: readonly LoggedText[]): void {
  for (const text of texts)
    if (text.salt && text.body !== null && !commitment(text.salt, text.body).equals(text.commitment))
      throw new MisfitError(position, 'A reason or evidence is not the text that the log commits to.');
}

function verifyEnd(walk: { readonly position: number; readonly hash: Buffer; readonly at: Date }, end: End): void {
  if (end.beyond !== null) throw new MisfitError(end.beyond, "The change lies beyond the log's end.");
  // An empty log's time is the environment's birth, and no set's.
  if (!end.hash.equals(walk.hash) || (end.head > 0 && end.at.getTime() !== walk.at.getTime()))
    throw new MisfitError(end.head, "The log's end is not the one that the environment names.");
}

/** The first position of the set that holds this one; the position itself when no set does. */
async function firstOfSet(sql: Sql, environmentId: number, position: number): Promise<number> {
  const { rows } = await sql.query<{ first_position: string }>(
    'SELECT first_position FROM change_set WHERE environment_id = $1 AND position >= $2 ORDER BY position LIMIT 1',
    [environmentId, position],
  );
  return rows[0] ? Math.max(1, Math.min(toPosition(rows[0].first_position), position)) : position;
}

async function readStart(
  sql: Sql,
  environmentId: number,
  position: number,
  epoch: string,
): Promise<{ hash: Buffer; at: Date }> {
  if (position === 0) return { hash: genesisHash(epoch), at: new Date(0) };
  const { rows } = await sql.query<{ hash: Buffer; at: Date }>(
    'SELECT hash, at FROM change_set WHERE environment_id = $1 AND position = $2',
    [environmentId, position],
  );
  if (!rows[0]) throw new MisfitError(position, 'The change set that ends here is missing.');
  return rows[0];
}

// One statement, so that the end and what lies beyond it are of one moment.
async function readEnd(sql: Sql, environmentId: number): Promise<End> {
  const { rows } = await sql.query<{ head: string; hash: Buffer; at: Date; epoch: string; beyond: string | null }>(
    `SELECT e.head, e.head_hash AS hash, e.head_at AS at, e.epoch, least(
       (SELECT min(first_position) FROM change_set s WHERE s.environment_id = e.id AND s.position > e.head),
       (SELECT min(position) FROM change c WHERE c.environment_id = e.id AND c.position > e.head)) AS beyond
       FROM environment e WHERE e.id = $1`,
    [environmentId],
  );
  const row = rows[0];
  if (!row) throw new RangeError(`environment ${environmentId} is not in the database`);
  return { ...row, head: toPosition(row.head), beyond: row.beyond === null ? null : toPosition(row.beyond) };
}
