import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeKind } from '../../changes/change-set.ts';
import { toPosition } from '../../changes/position.ts';
import type { Sql } from '../../db/database.ts';
import type { TimeRange } from '../entries/entry-filter.ts';
import { listIdsOf } from '../list-ids.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { readNumber } from '../verdicts/read-number.ts';
import { consentIdsOf } from './consent-ids.ts';

/** Which changes of the log are meant. All that is given must hold; an empty list is as good as none. */
export interface AuditFilter {
  /** One number, whole, as people write it. */
  readonly number?: string | null;
  /** The subject of who did it. */
  readonly actor?: string | null;
  readonly kinds?: readonly ChangeKind[] | null;
  readonly lists?: readonly string[] | null;
  readonly at?: TimeRange | null;
  readonly operation?: string | null;
  /** The id of a change set. */
  readonly changeSet?: string | null;
  /** The database id of an entry. */
  readonly entryId?: string | null;
}

/** A filter in the log's own terms: ids, and positions between two bounds. */
export interface AuditSelection {
  /** Null: whichever entry, or none. */
  readonly entryIds: readonly string[] | null;
  /** With `entryIds`: changes of these consents too, of the same number. */
  readonly consentIds: readonly string[];
  readonly actorIds: readonly number[] | null;
  readonly kinds: readonly ChangeKind[] | null;
  readonly listIds: readonly number[] | null;
  readonly operation: string | null;
  /** Positions above this. */
  readonly above: number;
  /** Positions below this; null up to the end. */
  readonly below: number | null;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Looks up what the filter names, so that the log itself is read by its indexes alone.
 * @throws UserProblemError for an empty text, a number that can't be read, an unknown list, or a malformed id; ForbiddenError
 */
export async function selectAudit(
  sql: Sql,
  viewer: Viewer,
  filter: AuditFilter,
  defaultCountry: string,
): Promise<AuditSelection> {
  const { environmentId } = viewer;
  assertNoBlank(filter);
  if (filter.number) requirePermission(viewer, 'number:see');
  const actor = storable(filter.actor);
  const spans = [
    filter.at ? await spanOfTime(sql, environmentId, filter.at) : null,
    filter.changeSet ? await spanOfSet(sql, environmentId, filter.changeSet) : null,
  ].filter((span) => span !== null);
  const belows = spans.map(({ below }) => below).filter((below) => below !== null);
  return {
    ...(await idsOf(sql, environmentId, filter, defaultCountry)),
    actorIds: actor ? await actorIdsOf(sql, environmentId, actor) : null,
    kinds: filter.kinds?.length ? filter.kinds : null,
    listIds: filter.lists?.length ? await listIdsOf(sql, environmentId, filter.lists, 'filterBy.lists') : null,
    operation: storable(filter.operation),
    above: Math.max(0, ...spans.map(({ above }) => above)),
    below: belows.length > 0 ? Math.min(...belows) : null,
  };
}

/** A text that is empty was a variable that was never set: it must not answer the log of everybody. */
function assertNoBlank(filter: AuditFilter): void {
  for (const field of ['number', 'actor', 'operation', 'changeSet', 'entryId'] as const) {
    if (typeof filter[field] !== 'string' || storable(filter[field]) !== null) continue;
    const message = `The condition ${field} is empty, so the filter would mean more changes: give it a value, or leave it out.`;
    throw new UserProblemError(problem('INVALID_VALUE', `filterBy.${field}`, message));
  }
}

async function idsOf(
  sql: Sql,
  environmentId: number,
  filter: AuditFilter,
  country: string,
): Promise<Pick<AuditSelection, 'entryIds' | 'consentIds'>> {
  const { number: phone, entryId } = filter;
  if (!phone) return { entryIds: entryId ? [entryId] : null, consentIds: [] };
  const { keys, number } = readNumber(phone, country);
  if (keys.length === 0) {
    const said = number?.ok === false ? `${number.problem.message} ${number.problem.remedy}` : 'This is not a number.';
    throw new UserProblemError(problem('INVALID_VALUE', 'filterBy.number', said));
  }
  const { rows } = await sql.query<{ id: string }>(
    'SELECT id FROM entry WHERE environment_id = $1 AND phone = ANY ($2::text[])',
    [environmentId, keys],
  );
  const ids = rows.map(({ id }) => id);
  if (entryId) return { entryIds: ids.filter((id) => id === entryId), consentIds: [] };
  return { entryIds: ids, consentIds: await consentIdsOf(sql, environmentId, keys) };
}

async function actorIdsOf(sql: Sql, environmentId: number, subject: string): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>('SELECT id FROM actor WHERE environment_id = $1 AND subject = $2', [
    environmentId,
    subject,
  ]);
  return rows.map(({ id }) => id);
}

interface Span {
  readonly above: number;
  readonly below: number | null;
}

/** Time never falls as position rises (P1.5), so a span of time is a span of positions. */
async function spanOfTime(sql: Sql, environmentId: number, { from, to }: TimeRange): Promise<Span> {
  const { rows } = await sql.query<{ first: string | null; last: string | null }>(SPAN_OF_TIME, [
    environmentId,
    from?.toISOString() ?? null,
    to?.toISOString() ?? null,
  ]);
  const { first, last } = rows[0]!;
  return {
    // Nothing at or after `from` is nothing at all.
    above: from ? (first === null ? Number.MAX_SAFE_INTEGER : toPosition(first) - 1) : 0,
    below: to ? toPosition(last ?? 0) + 1 : null,
  };
}

async function spanOfSet(sql: Sql, environmentId: number, id: string): Promise<Span> {
  if (!UUID.test(id)) {
    throw new UserProblemError(
      problem('INVALID_VALUE', 'filterBy.changeSet', 'This is not the id of a change set: take it from ChangeSet.id.'),
    );
  }
  const { rows } = await sql.query<{ first_position: string; position: string }>(
    'SELECT first_position, position FROM change_set WHERE environment_id = $1 AND id = $2',
    [environmentId, id],
  );
  const set = rows[0];
  if (!set) return { above: 0, below: 1 };
  return { above: toPosition(set.first_position) - 1, below: toPosition(set.position) + 1 };
}

const SPAN_OF_TIME = `
  SELECT (SELECT first_position FROM change_set WHERE environment_id = $1 AND at >= $2::timestamptz ORDER BY at, position LIMIT 1) AS first,
         (SELECT position FROM change_set WHERE environment_id = $1 AND at < $3::timestamptz ORDER BY at DESC, position DESC LIMIT 1) AS last`;
