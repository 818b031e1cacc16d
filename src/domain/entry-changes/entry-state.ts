import type { ChangeRecord, ChangeSetRecord } from '../../changes/change-set.ts';
import { toPosition } from '../../changes/position.ts';
import type { EntryStatus } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';

/** An entry's plain attributes as of a position in the log. */
export interface EntryState {
  /** Null when the entry isn't active any more; the rest is then what it last was. */
  readonly status: EntryStatus | null;
  readonly endUserOptedOut: boolean;
  readonly requestedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly externalReference: string | null;
}

/** The JSON of `change.before` and `change.after`. */
type Attributes = Readonly<Record<string, unknown>>;

/** The states after each change of a set, by the change's position. What the log says never changes, so all followers share it. */
const known = new WeakMap<
  ChangeSetRecord,
  ReadonlyMap<number, EntryState> | Promise<ReadonlyMap<number, EntryState>>
>();

/**
 * What each entry of a change set was right after it. An addition or a removal says all of it; the other kinds name only
 * what changed (P1.6), so the rest is folded from the entry's own earlier changes, in one query for the whole set.
 */
export function entryStatesAfter(
  sql: Sql,
  environmentId: number,
  set: ChangeSetRecord,
): ReadonlyMap<number, EntryState> | Promise<ReadonlyMap<number, EntryState>> {
  const before = known.get(set);
  if (before !== undefined) return before;
  const entries = set.changes.filter((change) => change.entryId !== null);
  const partial = entries.filter(({ kind }) => !saysAll(kind));
  const states = new Map<number, EntryState>();
  for (const change of entries) if (saysAll(change.kind)) states.set(change.position, stateOf(change));
  if (partial.length === 0) {
    known.set(set, states);
    return states;
  }
  const loading = fold(sql, environmentId, partial).then((folded) => {
    for (const [position, attributes] of folded) states.set(position, read(attributes, true));
    known.set(set, states);
    return states;
  });
  known.set(set, loading);
  // A failed query is asked again by the next who needs it.
  loading.catch(() => known.delete(set));
  return loading;
}

function saysAll(kind: ChangeRecord['kind']): boolean {
  return kind === 'ENTRY_ADDED' || isLifted(kind);
}

/** Whether the entry stopped counting by this change. */
export function isLifted(kind: ChangeRecord['kind']): boolean {
  return kind === 'ENTRY_REMOVED' || kind === 'ENTRY_EXPIRED';
}

function stateOf({ kind, before, after }: ChangeRecord): EntryState {
  return isLifted(kind) ? read(parse(before), false) : read(parse(after), true);
}

function parse(json: string | null): Attributes {
  return JSON.parse(json ?? '{}') as Attributes;
}

function read(attributes: Attributes, isActive: boolean): EntryState {
  const time = (name: string) => (typeof attributes[name] === 'string' ? new Date(attributes[name]) : null);
  return {
    status: isActive ? ((attributes.status as EntryStatus | undefined) ?? null) : null,
    endUserOptedOut: attributes.endUserOptedOut === true,
    requestedAt: time('requestedAt'),
    expiresAt: time('expiresAt'),
    externalReference: (attributes.externalReference as string | undefined) ?? null,
  };
}

async function fold(
  sql: Sql,
  environmentId: number,
  changes: readonly ChangeRecord[],
): Promise<ReadonlyMap<number, Attributes>> {
  const { rows } = await sql.query<{ at: string; kind: string; before: string | null; after: string | null }>(
    CHANGES_TO_FOLD,
    [environmentId, changes.map(({ entryId }) => entryId), changes.map(({ position }) => position)],
  );
  const folded = new Map<number, Attributes>();
  for (const { at, kind, before, after } of rows) {
    const position = toPosition(at);
    const was = kind === 'ENTRY_ADDED' ? {} : { ...folded.get(position) };
    // What `before` has and `after` lacks was cleared; what neither has stayed.
    for (const name of Object.keys(parse(before))) delete (was as Record<string, unknown>)[name];
    folded.set(position, { ...was, ...parse(after) });
  }
  return folded;
}

// OFFSET 0 keeps the search for the newest addition on the entry's own changes, whatever the planner knows of the table.
const CHANGES_TO_FOLD = `
  SELECT d.position AS at, c.kind, c.before, c.after
    FROM unnest($2::bigint[], $3::bigint[]) AS d(entry, position)
   CROSS JOIN LATERAL (
     SELECT max(own.position) AS position
       FROM (SELECT position, kind FROM change WHERE environment_id = $1 AND entry_id = d.entry AND position <= d.position OFFSET 0) own
      WHERE own.kind = 'ENTRY_ADDED') newest
   CROSS JOIN LATERAL (
     SELECT position, kind, before, after FROM change
      WHERE environment_id = $1 AND entry_id = d.entry AND position BETWEEN newest.position AND d.position OFFSET 0) c
   ORDER BY d.position, c.position`;
