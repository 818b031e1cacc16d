/**
 * The one way from the database's bigint to a JS number (P1.6): positions and ids are exact, or the process refuses
 * them. 2^53-1 is 285 years at a million changes a second.
 */
export function toPosition(value: string | number | bigint): number {
  const position = Number(value);
  if (!Number.isSafeInteger(position)) throw new RangeError('a log position is beyond 2^53-1');
  return position;
}
