import { randomUUID } from 'node:crypto';
import type { EntryRow, WriteCall } from './write-call.ts';

/** P1.4: a change set is at most 1,000 rows; a longer call is several sets in one transaction. */
export const MAX_SET_ROWS = 1_000;

/** A row on its way to the database: which call it came from, where it stands in it, and which set it is written in (from 1). */
export interface Place {
  readonly call: number;
  readonly row: number;
  readonly set: number;
}

/** Calls arranged for one database call. */
export interface WriteBatch {
  readonly calls: readonly WriteCall[];
  /** All rows of all calls, sorted by (phone, list, source): the order in which they are locked (P1.1). */
  readonly places: readonly Place[];
  /** The call that each change set belongs to. */
  readonly sets: readonly number[];
  /** Made here, so that a set can be found after a lost connection (P1.7). */
  readonly setIds: readonly string[];
}

/** Sorts all rows by (phone, list, source) and cuts each call into sets, never between two rows of one number. */
export function arrange(calls: readonly WriteCall[]): WriteBatch {
  const places: Place[] = [];
  const sets: number[] = [];
  for (const [call, { rows }] of calls.entries()) {
    const order = rows.map((_, row) => row).sort((a, b) => compareRows(rows[a]!, rows[b]!));
    // Rows that need each other stay in one set: such calls are a handful of rows (R1.6).
    const whole = rows.some((row) => row.needs !== undefined);
    let size = 0;
    for (const [n, row] of order.entries()) {
      const samePhone = n > 0 && rows[order[n - 1]!]!.phone === rows[row]!.phone;
      if (n === 0 || (size >= MAX_SET_ROWS && !samePhone && !whole)) {
        sets.push(call);
        size = 0;
      }
      size += 1;
      places.push({ call, row, set: sets.length });
    }
  }
  const rowAt = ({ call, row }: Place) => calls[call]!.rows[row]!;
  places.sort((a, b) => compareRows(rowAt(a), rowAt(b)));
  return { calls, places, sets, setIds: sets.map(() => randomUUID()) };
}

function compareRows(
  a: { phone: string; listId: number; source: string },
  b: { phone: string; listId: number; source: string },
): number {
  if (a.phone !== b.phone) return a.phone < b.phone ? -1 : 1;
  return a.listId - b.listId || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0);
}

/** All texts of a batch, for interning; absent ones included. */
export function* textsOf(calls: readonly WriteCall[]): Generator<string | null | undefined> {
  for (const call of calls) {
    yield call.reason;
    yield call.evidence;
    yield onBehalfOf(call);
    yield call.word?.body;
    for (const row of call.rows) {
      yield row.reason;
      yield row.evidence;
    }
  }
}

/** The parameters of the SQL function write_entries but for the environment: calls, then sets, then rows. */
export function parametersOf(
  { calls, places, sets, setIds }: WriteBatch,
  actors: readonly number[],
  reporters: readonly (number | null)[],
  textId: (text: string | null | undefined) => string | null,
): unknown[] {
  const rows = places.map(({ call, row }) => calls[call]!.rows[row]!);
  // Most batches have no row that needs another: a map of all would be made for nothing.
  let placeOf: Map<string, number> | undefined;
  const find = (call: number, row: number) => {
    placeOf ??= new Map(places.map((place, n) => [key(place.call, place.row), n + 1]));
    return placeOf.get(key(call, row))!;
  };
  const setCall = (n: number) => calls[sets[n]!]!;
  const needed = (row: EntryRow, n: number) => (row.needs === undefined ? null : find(places[n]!.call, row.needs));
  return [
    actors,
    calls.map((call) => call.operation),
    calls.map((call) => call.idempotency?.key ?? null),
    calls.map((call) => call.idempotency?.requestHash ?? null),
    calls.map((call, c) => (call.idempotency ? storedInputMap(call, c, places) : null)),
    calls.map((call) => call.authority),
    unlessNone(calls.map((call) => call.task?.id ?? null)),
    unlessNone(calls.map((call) => call.task?.fence ?? null)),
    unlessNone(calls.map((call) => (call.task ? JSON.stringify(call.task.checkpoint) : null))),
    unlessNone(calls.map((call) => call.task?.rowsDone ?? null)),
    unlessNone(calls.map((call) => (call.task?.count ? JSON.stringify(call.task.count) : null))),
    unlessNone(calls.map((call, c) => onceJson(call, reporters[c]!, textId))),
    sets.map((call) => call + 1),
    setIds,
    sets.map((_, n) => textId(setCall(n).reason)),
    sets.map((_, n) => textId(setCall(n).evidence)),
    sets.map((_, n) => textId(onBehalfOf(setCall(n)))),
    unlessNone(sets.map((_, n) => setCall(n).claims?.importId ?? null)),
    unlessNone(sets.map((_, n) => setCall(n).claims?.of ?? null).map((of) => of && `{${of.join(',')}}`)),
    places.map((place) => place.set),
    rows.map((row) => row.verb),
    column(rows, (row) => row.entryId ?? null),
    rows.map((row) => row.phone),
    rows.map((row) => row.listId),
    rows.map((row) => row.source),
    column(rows, (row) => row.status ?? null),
    column(rows, (row) => row.endUserOptedOut || null),
    column(rows, (row) => row.raw ?? null),
    column(rows, (row) => textId(row.reason)),
    column(rows, (row) => textId(row.evidence)),
    column(rows, (row) => row.requestedAt?.toISOString() ?? null),
    column(rows, (row) => row.expiresAt?.toISOString() ?? null),
    column(rows, (row) => row.externalReference ?? null),
    column(rows, (row) => row.businessNumber ?? null),
    column(rows, (row) => row.edits || null),
    column(rows, needed),
    column(rows, (row) => row.version ?? null),
  ];
}

/** The row of `message` or `call_fact` that the call is taken once by, in the columns' names. */
function onceJson(
  { word, fact, campaignId = null }: WriteCall,
  reporter: number | null,
  textId: (text: string | null | undefined) => string | null,
): string | null {
  if (fact) {
    const { callId, phone, kind, value, direction, agent } = fact;
    const report = { direction, campaign_id: campaignId, agent, actor_id: reporter };
    return JSON.stringify({ call_id: callId, phone, kind, value, ...report });
  }
  if (!word) return null;
  const { door, phone, raw, meaning, via, certainty, rule, confirms, consent } = word;
  return JSON.stringify({
    door,
    external_id: word.externalId,
    digest: `\\x${word.digest.toString('hex')}`,
    endpoint_id: word.endpointId ?? null,
    phone,
    raw: raw ?? null,
    business_number: word.businessNumber,
    text_id: textId(word.body),
    received_at: word.receivedAt?.toISOString() ?? null,
    ...{ meaning, via, certainty, rule, confirms, consent },
    decided_by: word.decidedBy,
    campaign_id: campaignId,
    actor_id: reporter,
  });
}

/** A column without a value travels as an empty array: an import has many, and each costs time on both sides. */
function unlessNone<T>(values: readonly (T | null)[]): readonly (T | null)[] {
  return values.every((value) => value === null) ? [] : values;
}

/** The same, of so many rows that an array is made only when there is something to put into it. */
function column<R, T>(rows: readonly R[], pick: (row: R, n: number) => T | null): readonly (T | null)[] {
  return rows.some((row, n) => pick(row, n) !== null) ? rows.map(pick) : [];
}

/** The codes are kept in the order of the numbers, so the map of the input is kept in that order too: a replay needs nothing else. */
function storedInputMap(call: WriteCall, c: number, places: readonly Place[]): string {
  const stored = new Map<number, number>();
  for (const place of places) if (place.call === c) stored.set(place.row, stored.size);
  const inputMap = call.inputMap ?? call.rows.map((_, row) => row);
  return `{${inputMap.map((row) => stored.get(row) ?? row).join(',')}}`;
}

/** R1.9, kept as one text so that the chain holds only its commitment. */
function onBehalfOf(call: WriteCall): string | null {
  return call.onBehalfOf ? JSON.stringify({ id: call.onBehalfOf.id, name: call.onBehalfOf.name ?? null }) : null;
}

function key(call: number, row: number): string {
  return `${call} ${row}`;
}
