import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../db/database.ts';
import type { CallResult, EntryRow, RowOutcome, WriteCall } from './write-call.ts';
import { UnknownOutcomeError } from './write-errors.ts';

const FIND_OUT_MS = 10_000;

/**
 * Asks for up to 10 s whether our sets are in the log; not found means that the same ids may be tried again.
 * @throws UnknownOutcomeError
 */
export async function isCommitted(
  sql: Sql,
  environmentId: number,
  setIds: readonly string[],
  cause: unknown,
): Promise<boolean> {
  const until = performance.now() + FIND_OUT_MS;
  for (;;) {
    try {
      const { rows } = await sql.query(
        'SELECT 1 FROM change_set WHERE environment_id = $1 AND id = ANY ($2::uuid[]) LIMIT 1',
        [environmentId, setIds],
      );
      return rows.length > 0;
    } catch (error) {
      if (performance.now() > until) throw new UnknownOutcomeError(cause ?? error);
      await delay(250);
    }
  }
}

/** Calls that were committed in these sets, but whose answer was lost. */
export interface CommittedCalls {
  readonly environmentId: number;
  readonly calls: readonly WriteCall[];
  readonly setIds: readonly string[];
}

/**
 * Our sets were committed but the codes went with the connection. The log tells what changed; only the rest is asked
 * again (adding again never weakens, and a refusal is refused again): a row that took effect must not do so twice, as
 * somebody may have undone it meanwhile. A call with an idempotency key finds its record.
 */
export async function committedOutcome(
  sql: Sql,
  { environmentId, calls, setIds }: CommittedCalls,
  writeRest: (calls: readonly WriteCall[]) => Promise<CallResult[]>,
): Promise<CallResult[]> {
  const logged = await loggedOutcomes(sql, environmentId, setIds);
  const found = (row: EntryRow) => logged.get(row.entryId ?? keyOf(row.phone, row.listId, row.source));
  const rest = calls.map(({ rows }) => rows.flatMap((row, n) => (found(row) ? [] : [n])));
  const again = await writeRest(
    calls.map((call, c) => ({ ...call, rows: rest[c]!.map((n) => alone(call.rows[n]!, rest[c]!)) })),
  );
  return again.map((outcome, c) => {
    if (outcome instanceof Error || outcome.replayed) return outcome;
    const asked = outcome.rows.values();
    return { ...outcome, rows: calls[c]!.rows.map((row) => found(row) ?? asked.next().value!) };
  });
}

/** What the sets changed, by the entry's id and by its number, list and source (an addition knows no id). */
async function loggedOutcomes(
  sql: Sql,
  environmentId: number,
  setIds: readonly string[],
): Promise<ReadonlyMap<string, RowOutcome>> {
  const { rows } = await sql.query<LoggedRow>(CHANGES_OF_SETS, [environmentId, setIds]);
  const logged = new Map<string, RowOutcome>();
  for (const row of rows) {
    const code = row.kind === 'ENTRY_ADDED' ? 'ADDED' : row.kind === 'ENTRY_RAISED' ? 'RAISED' : 'CHANGED';
    const outcome: RowOutcome = { code, entryId: row.entry_id, facts: row.facts };
    logged.set(row.entry_id, outcome);
    logged.set(keyOf(row.phone, row.list_id, row.source), outcome);
  }
  return logged;
}

interface LoggedRow {
  kind: string;
  entry_id: string;
  facts: string;
  phone: string;
  list_id: number;
  source: string;
}

/** The row without those that are done already: what it needed took effect, or still has to. */
function alone(row: EntryRow, rest: readonly number[]): EntryRow {
  const { needs, ...own } = row;
  const place = needs === undefined ? -1 : rest.indexOf(needs);
  return place < 0 ? own : { ...own, needs: place };
}

function keyOf(phone: string, listId: number, source: string): string {
  return `${phone} ${listId} ${source}`;
}

const CHANGES_OF_SETS = `
  SELECT c.kind, c.entry_id, c.facts, e.phone, e.list_id, e.source FROM change_set s
    JOIN change c ON c.environment_id = s.environment_id AND c.set_position = s.position AND c.position BETWEEN s.first_position AND s.position
    JOIN entry e ON e.environment_id = c.environment_id AND e.id = c.entry_id
   WHERE s.environment_id = $1 AND s.id = ANY ($2::uuid[])`;
