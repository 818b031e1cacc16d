import type { Sql } from '../../db/database.ts';
import { mapInSlices } from '../../in-slices.ts';
import type { FileRow } from '../spreadsheets/file-format.ts';
import type { Verdicts } from '../verdicts/check.ts';
import type { BatchAnswer, BatchRow } from '../verdicts/check-batch.ts';
import { type Listing, loadListings, sentenceFor } from '../verdicts/listings.ts';
import type { ScrubInput } from './scrub-input.ts';

/** Why a row must not be contacted. */
export interface Block {
  /** BLOCKED: one of its numbers is listed or lacks consent. INVALID: otherwise, one can't be read (R2.5). */
  readonly outcome: 'BLOCKED' | 'INVALID';
  /** What an agent can read out, for each of its numbers that must not be contacted. */
  readonly reason: string;
  /** Keys of the lists that block it. */
  readonly lists: readonly string[];
}

export interface JudgedRow {
  readonly row: FileRow;
  /** Null: it may be contacted. */
  readonly block: Block | null;
  /** The consent of one of its numbers doesn't suffice, whatever becomes of that. */
  readonly lacksConsent: boolean;
}

export interface JudgedRows {
  readonly rows: readonly JudgedRow[];
  /** The one place in the log that all of them were judged at. */
  readonly cursor: BatchAnswer['cursor'];
  /** The campaign that was named isn't known, or is archived: every list counted (R3.1). */
  readonly isCampaignUnknown: boolean;
}

export interface Judge {
  readonly verdicts: Pick<Verdicts, 'checkBatch'>;
  /** To look up since when and why. */
  readonly sql: Sql;
  readonly environmentId: number;
}

/**
 * Judges rows by all their numbers, at one place in the log that isn't before `atLeast`: a row may be contacted when each
 * number that it gives may be. By checkBatch and nothing else, so that a scrub never knows better than a check.
 * @throws VerdictsUnavailableError when this server can't vouch for its answer (R3.3)
 */
export async function judgeRows(
  { verdicts, sql, environmentId }: Judge,
  { phoneColumns, direction, channel, campaign, messageType, defaultCountry }: ScrubInput,
  rows: readonly FileRow[],
  atLeast: string | null,
): Promise<JudgedRows> {
  const numbers: { phone: string }[] = [];
  const rowOf: number[] = [];
  for (const [n, { cells }] of rows.entries()) {
    for (const phone of givenNumbers(cells, phoneColumns)) {
      numbers.push({ phone });
      rowOf.push(n);
    }
  }
  const asked = { direction, channel, campaign, messageType };
  const answer = await verdicts.checkBatch({ environmentId }, { ...asked, numbers, atLeast, defaultCountry });
  const listings = await loadListings(sql, environmentId, answer.rows.flatMap(listedKeys));
  const against = new Map<number, BatchRow[]>();
  for (const blocked of answer.rows) {
    const n = rowOf[blocked.index]!;
    const others = against.get(n);
    if (others) others.push(blocked);
    else against.set(n, [blocked]);
  }
  const blocks = await mapInSlices([...against], ([n, blocked]) => [n, blockOf(blocked, answer, listings)] as const);
  const blockByRow = new Map(blocks);
  const unconsented = new Set(answer.withoutConsent?.map((place) => rowOf[place]!));
  return {
    rows: rows.map((row, n) => ({ row, block: blockByRow.get(n) ?? null, lacksConsent: unconsented.has(n) })),
    cursor: answer.cursor,
    isCampaignUnknown: answer.warnings.some(({ code }) => code === 'UNKNOWN_CAMPAIGN'),
  };
}

/** An empty cell gives no number; a row that gives none at all is judged as one that can't be read. */
function givenNumbers(cells: readonly string[], columns: readonly number[]): readonly string[] {
  const given = columns.map((column) => cells[column] ?? '').filter((cell) => cell.trim() !== '');
  return given.length > 0 ? given : [''];
}

function listedKeys({ reasons, keys }: BatchRow): readonly string[] {
  return reasons.some(({ code }) => code === 'LISTED') ? keys : [];
}

function blockOf(
  blocked: readonly BatchRow[],
  answer: BatchAnswer,
  listings: ReadonlyMap<string, readonly Listing[]>,
): Block {
  const listIds = new Set<number>();
  for (const { reasons } of blocked)
    for (const reason of reasons) if (reason.code === 'LISTED') listIds.add(reason.listId);
  return {
    outcome: blocked.some(({ outcome }) => outcome === 'BLOCKED') ? 'BLOCKED' : 'INVALID',
    reason: blocked.map((number) => sentenceOf(number, answer, listings)).join(' '),
    lists: [...listIds].flatMap((id) => answer.lists.get(id)?.key ?? []),
  };
}

function sentenceOf(
  { reasons, problem, keys }: BatchRow,
  { direction, channel, lists }: BatchAnswer,
  listings: ReadonlyMap<string, readonly Listing[]>,
): string {
  const number = problem ? ({ ok: false, problem } as const) : null;
  const known = keys.flatMap((key) => listings.get(key) ?? []);
  return sentenceFor(
    { decision: 'BLOCK', reasons, direction, channel, lists, number },
    known,
    // What can't be read has no E.164 form to name it by.
    problem ? null : (keys[0] ?? null),
  );
}
