import type { Sql } from '../db/database.ts';
import { isConnectionLost, isRetryable } from '../db/database-errors.ts';
import { committedOutcome, isCommitted } from './committed-outcome.ts';
import { type IdempotencyRecord, replayed } from './idempotency-replay.ts';
import type { Interned } from './interned.ts';
import { toPosition } from './position.ts';
import { arrange, type Place, parametersOf, textsOf } from './write-batch.ts';
import type { CallResult, RowCode, RowOutcome, WordOutcome, WriteCall } from './write-call.ts';
import {
  haveOptOutsChanged,
  IdempotencyMismatchError,
  isFenced,
  isListArchived,
  ListArchivedError,
  OptOutsChangedError,
  TaskFencedError,
  UnknownOutcomeError,
} from './write-errors.ts';

const ATTEMPTS = 4;

/** What became of the message or fact that a call is made for. */
interface Once {
  word?: WordOutcome;
  fact?: 'NEW' | 'TAKEN';
}

interface Answer {
  /** Null, like the two below, when the batch has no row. */
  code: (RowCode | null)[] | null;
  entry_id: (string | null)[] | null;
  facts: (string | null)[] | null;
  call_position: string[];
  call_replay: Record<string, (IdempotencyRecord & { mismatch?: true }) | Once>;
}

/**
 * One database call for a batch of calls (P1.2): rows sorted by number, each call's change sets in turn. Deadlocks and
 * serialization failures are retried whole (P1.1); after a lost connection the sets are looked up by their ids (P1.7).
 */
export async function writeEntries(
  sql: Sql,
  interned: Interned,
  environmentId: number,
  calls: readonly WriteCall[],
): Promise<CallResult[]> {
  const actors = await Promise.all(calls.map((call) => interned.actor(environmentId, call.actor)));
  const reporters = await Promise.all(
    calls.map(({ word, fact }) => {
      const reporter = (word ?? fact)?.reporter;
      return reporter ? interned.actor(environmentId, reporter) : null;
    }),
  );
  const textId = await interned.texts(environmentId, textsOf(calls));
  const batch = arrange(calls);
  const { places, setIds } = batch;
  const answer = await run(
    sql,
    [environmentId, ...parametersOf(batch, actors, reporters, textId)],
    environmentId,
    setIds,
  );
  if (answer === 'COMMITTED')
    return committedOutcome(sql, { environmentId, calls, setIds }, (rest) =>
      writeEntries(sql, interned, environmentId, rest),
    );
  return calls.map((_, c) => result(c, places, answer));
}

function result(c: number, places: readonly Place[], answer: Answer): CallResult {
  const replay = answer.call_replay[String(c + 1)];
  const once = replay && ('word' in replay || 'fact' in replay) ? replay : undefined;
  if (replay && !once) {
    const record = replay as IdempotencyRecord & { mismatch?: true };
    return record.mismatch ? new IdempotencyMismatchError() : replayed(record);
  }
  const position = toPosition(answer.call_position[c]!);
  if (once && !isWritten(once)) return { rows: [], position, replayed: null, ...once };
  const mine = places.flatMap((place, n) => (place.call === c ? [n] : []));
  const rows: RowOutcome[] = new Array(mine.length);
  for (const n of mine)
    rows[places[n]!.row] = {
      code: answer.code![n]!,
      entryId: answer.entry_id![n] ?? null,
      facts: answer.facts![n] ?? '',
    };
  return { rows, position, replayed: null, ...once };
}

/** Whether the call's rows were looked at: not those of what was taken before, nor of a word that isn't the latest. */
function isWritten({ word, fact }: Once): boolean {
  if (fact) return fact === 'NEW';
  return word!.isNew && word!.effect !== 'SUPERSEDED' && word!.effect !== 'NOT_NEWER';
}

async function run(
  sql: Sql,
  parameters: readonly unknown[],
  environmentId: number,
  setIds: readonly string[],
): Promise<Answer | 'COMMITTED'> {
  let isUncertain = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await sql.query<Answer>(WRITE_ENTRIES, parameters);
      // The lost try may have been committed while this one waited for its locks: then this one's codes aren't the call's.
      if (isUncertain && (await isCommitted(sql, environmentId, setIds, null))) return 'COMMITTED';
      return rows[0]!;
    } catch (error) {
      if (isRetryable(error) && attempt < ATTEMPTS) continue;
      if (isFenced(error)) throw new TaskFencedError();
      if (haveOptOutsChanged(error)) throw new OptOutsChangedError();
      if (isListArchived(error)) throw new ListArchivedError();
      // A set with our id is there: the first try was committed although its answer never came.
      const ours = (error as { code?: string; constraint?: string }).constraint === 'change_set_environment_id_id_key';
      if (!ours && !(isConnectionLost(error) && (error as { code?: string }).code !== 'DATABASE_STOPPED')) throw error;
      if (await isCommitted(sql, environmentId, setIds, error)) return 'COMMITTED';
      if (attempt >= ATTEMPTS) throw new UnknownOutcomeError(error);
      isUncertain = true;
    }
  }
}

const WRITE_ENTRIES = `SELECT code, entry_id, facts, call_position, call_replay FROM write_entries(
  $1::int,
  $2::int[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[],
  $8::bigint[], $9::int[], $10::text[], $11::bigint[], $12::text[], $13::text[],
  $14::int[], $15::uuid[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::text[],
  $21::int[], $22::entry_verb[], $23::bigint[], $24::text[], $25::int[], $26::entry_source[], $27::entry_status[], $28::boolean[], $29::text[],
  $30::bigint[], $31::bigint[], $32::timestamptz[], $33::timestamptz[], $34::text[], $35::text[], $36::int[], $37::int[], $38::text[])`;
