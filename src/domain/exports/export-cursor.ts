import { genesisHash } from '../../changes/chain.ts';
import type { Cursor } from '../../changes/cursor.ts';
import { toPosition } from '../../changes/position.ts';
import { shortHash } from '../../changes/resume-plan.ts';
import type { Sql } from '../../db/database.ts';
import { problem, UserProblemError } from '../user-problem.ts';

/** A place in the log with its whole hash (hex). */
export interface LogPlace {
  readonly epoch: string;
  readonly position: number;
  readonly hash: string;
}

/** The log's end. Under the environment's lock it is the end until the transaction is over. */
export async function endOfLog(sql: Sql, environmentId: number): Promise<LogPlace> {
  const { rows } = await sql.query<{ epoch: string; head: string; head_hash: Buffer }>(
    'SELECT epoch, head, head_hash FROM environment WHERE id = $1',
    [environmentId],
  );
  const { epoch, head, head_hash } = rows[0]!;
  return { epoch, position: toPosition(head), hash: head_hash.toString('hex') };
}

/** The log's beginning: position 0. */
export function beginningOfLog(epoch: string): LogPlace {
  return { epoch, position: 0, hash: genesisHash(epoch).toString('hex') };
}

/**
 * Where a client's cursor stands in this log, which ends at `end`.
 * @throws UserProblemError for one of another environment or history (PROTOCOL.md 34-36)
 */
export async function placeOf(sql: Sql, environmentId: number, cursor: Cursor, end: LogPlace): Promise<LogPlace> {
  const place = cursor.position === 0 ? beginningOfLog(end.epoch) : await placeAt(sql, environmentId, cursor.position);
  if (cursor.environmentId !== environmentId) throw notHere('It is a cursor of another environment.');
  if (cursor.epoch === end.epoch && cursor.position > end.position) throw notHere("It lies beyond the log's end.");
  if (cursor.epoch !== end.epoch || !place || shortHash(Buffer.from(place.hash, 'hex')) !== cursor.hash)
    throw notHere('The log is another one than it is from, for example because a backup was restored.');
  return { ...place, epoch: end.epoch };
}

async function placeAt(sql: Sql, environmentId: number, position: number): Promise<Omit<LogPlace, 'epoch'> | null> {
  const { rows } = await sql.query<{ hash: Buffer }>(
    'SELECT hash FROM change_set WHERE environment_id = $1 AND position = $2',
    [environmentId, position],
  );
  return rows[0] ? { position, hash: rows[0].hash.toString('hex') } : null;
}

function notHere(why: string): UserProblemError {
  return new UserProblemError(
    problem('INVALID_VALUE', 'input.after', `Nothing can be exported from this cursor. ${why} Start without it.`),
  );
}
