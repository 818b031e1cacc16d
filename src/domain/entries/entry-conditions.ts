import { requirePermission } from '../../auth/require-permission.ts';
import type { EntryStatus } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import { listIdsOf } from '../list-ids.ts';
import { SHORTEST_WITH_TAIL, visibleSearch } from '../numbers/mask.ts';
import { searchDigits } from '../numbers/number-search.ts';
import { HIDDEN_DIGITS_SQL } from '../shown-text.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { askedOf, type EntryFilter, systemSources, type TimeRange, userSources } from './entry-filter.ts';
import type { EntryViewer } from './stored-selection.ts';

/** Which rows of `entry e` are meant, as SQL. Written by hand, because pages need plans that Prisma's SQL doesn't get (P3.3). */
export interface EntryConditions {
  /** With `$1` (the environment) and further parameters. */
  readonly text: string;
  /**
   * The same, asked of each row by itself: for whoever looks at rows one after the other. `text` may find all that fit of
   * a reason or an import first, to enter an index by them; a walk in stretches would do that again for every stretch.
   */
  readonly rowText: string;
  readonly values: readonly unknown[];
  /** What the index (environment, list, status, date) is entered by; null: whichever. Part of `text` too. */
  readonly listIds: readonly number[] | null;
  readonly statuses: readonly EntryStatus[] | null;
  /** Something is asked that has an index of its own: then that one is the way in. */
  readonly hasOwnIndex: boolean;
}

/**
 * Active entries of the viewer's environment that fit the filter. Whoever sees masked numbers finds by what they see
 * only: visible digits, and reasons as they are shown to them (R7, P2.9).
 * @throws UserProblemError for a value that can't be meant; ForbiddenError for the reference of a masked number
 */
export async function entryConditions(
  sql: Sql,
  viewer: EntryViewer,
  filter: EntryFilter | null | undefined,
  path = 'filterBy',
): Promise<EntryConditions> {
  const asked = new Set(askedOf(filter));
  const f = Object.fromEntries(
    Object.entries(filter ?? {}).filter(([name]) => asked.has(name as keyof EntryFilter)),
  ) as EntryFilter;
  const { environmentId } = viewer;
  const listIds = f.lists ? await listIdsOf(sql, environmentId, f.lists, `${path}.lists`) : null;
  const statuses = f.statuses ? [...new Set(f.statuses)] : null;
  const { values, bind, oneOf } = parameters(environmentId);
  const and: (string | LookUp)[] = ['e.environment_id = $1', 'e.active'];
  if (listIds) and.push(oneOf('e.list_id', listIds, 'integer'));
  if (statuses) and.push(oneOf('e.status', statuses, 'entry_status'));
  if (f.createdBy) and.push(oneOf('e.source', f.createdBy === 'SYSTEM' ? systemSources : userSources, 'entry_source'));
  if (f.sources) and.push(oneOf('e.source', f.sources, 'entry_source'));
  if (f.numberContains) and.push(numberCondition(viewer, f.numberContains, path, bind));
  if (f.reasonContains) and.push(reasonCondition(viewer, storable(f.reasonContains)!, bind));
  if (f.createdAt) and.push(...within('e.created_at', f.createdAt, bind));
  if (f.requestedAt) and.push(...within('e.requested_at', f.requestedAt, bind));
  if (f.expiresAt) and.push(...within('e.expires_at', f.expiresAt, bind));
  if (typeof f.hasExpiry === 'boolean') and.push(`e.expires_at IS ${f.hasExpiry ? 'NOT NULL' : 'NULL'}`);
  if (f.import) and.push(claimedBy(bind(f.import, 'bigint')));
  if (f.changeSet) and.push(changedBy(bind(uuid(f.changeSet, path), 'uuid')));
  if (typeof f.endUserOptedOut === 'boolean') and.push(`${f.endUserOptedOut ? '' : 'NOT '}e.end_user_opted_out`);
  if (f.externalReference) {
    requirePermission(viewer, 'number:see');
    and.push(`e.external_reference = ${bind(storable(f.externalReference), 'text')}`);
  }
  return {
    text: and.map((one) => (typeof one === 'string' ? one : one.find)).join(' AND '),
    rowText: and.map((one) => (typeof one === 'string' ? one : one.test)).join(' AND '),
    values,
    listIds,
    statuses,
    hasOwnIndex: asked.has('numberContains') || asked.has('changeSet') || asked.has('import'),
  };
}

type Bind = (value: unknown, type: string) => string;

function parameters(environmentId: number) {
  const values: unknown[] = [environmentId];
  const bind: Bind = (value, type) => `$${values.push(value)}::${type}`;
  // One value as `=`: an index gives its rows in order behind it, which it doesn't behind ANY.
  const oneOf = (column: string, wanted: readonly unknown[], type: string) =>
    wanted.length === 1 ? `${column} = ${bind(wanted[0], type)}` : `${column} = ANY (${bind(wanted, `${type}[]`)})`;
  return { values, bind, oneOf };
}

/** "Type part or all of a number" (seed 002). */
function numberCondition(viewer: EntryViewer, text: string, path: string, bind: Bind): string {
  const parsed = searchDigits(text);
  if (!parsed.ok) {
    const { message, remedy } = parsed.problem;
    throw new UserProblemError(problem('INVALID_VALUE', `${path}.numberContains`, `${message} ${remedy}`));
  }
  const { digits, anchored } = parsed.search;
  const like = (pattern: string) => `e.phone LIKE ${bind(pattern, 'text')}`;
  if (viewer.can('number:see')) return like(anchored ? `+${digits}%` : `%${digits}%`);
  const visible = visibleSearch(parsed.search);
  if (visible === null) return 'false';
  if (visible.part === 'START') return like(`${visible.startsWith}%`);
  // '_' is any one character: the digits stand somewhere in the last three of a number that shows its tail.
  const tails = [0, 1, 2]
    .slice(0, 4 - visible.contains.length)
    .map((behind) => like(`%${visible.contains}${'_'.repeat(behind)}`));
  return `(${tails.join(' OR ')}) AND ${like(`%${'_'.repeat(SHORTEST_WITH_TAIL)}`)}`;
}

/** What other tables know of an entry: all entries that fit, or whether this one does. OFFSET 0 keeps the second from becoming the first. */
interface LookUp {
  readonly find: string;
  readonly test: string;
}

/** Texts are kept once, so a part of a reason is looked for in the texts, by their trigrams. */
function reasonCondition(viewer: EntryViewer, part: string, bind: Bind): string | LookUp {
  // SQL masks ASCII digits only; nobody gets around that with others.
  if (!viewer.can('number:see') && /(?![0-9])\p{Nd}/u.test(part)) return 'false';
  const like = bind(`%${part.replace(/[\\%_]/g, '\\$&')}%`, 'text');
  const shown = `regexp_replace(t.body, '${HIDDEN_DIGITS_SQL}', '•••', 'g')`;
  const isShown = viewer.can('number:see') ? '' : ` AND ${shown} ILIKE ${like}`;
  const fits = `FROM text_value t WHERE t.environment_id = $1 AND t.body ILIKE ${like}${isShown}`;
  return {
    find: `e.reason_id IN (SELECT t.id ${fits})`,
    test: `EXISTS (SELECT ${fits} AND t.id = e.reason_id OFFSET 0)`,
  };
}

/** R6.3: what the import listed, and what it had after others. */
function claimedBy(id: string): LookUp {
  const claims = `FROM import_claim k WHERE k.environment_id = $1 AND k.import_id = ${id}`;
  const listed = `SELECT i.id FROM entry i WHERE i.environment_id = $1 AND i.import_id = ${id} AND i.active`;
  return {
    find: `e.id IN (${listed} UNION ALL SELECT k.entry_id ${claims})`,
    test: `(e.import_id = ${id} OR EXISTS (SELECT ${claims} AND k.entry_id = e.id OFFSET 0))`,
  };
}

function changedBy(set: string): LookUp {
  const changes = `FROM change_set s JOIN change c ON c.environment_id = s.environment_id AND c.position BETWEEN s.first_position AND s.position
    WHERE s.environment_id = $1 AND s.id = ${set}`;
  return {
    find: `e.id IN (SELECT c.entry_id ${changes})`,
    test: `EXISTS (SELECT ${changes} AND c.entry_id = e.id OFFSET 0)`,
  };
}

function within(column: string, { from, to }: TimeRange, bind: Bind): string[] {
  return [
    ...(from ? [`${column} >= ${bind(from.toISOString(), 'timestamptz')}`] : []),
    ...(to ? [`${column} < ${bind(to.toISOString(), 'timestamptz')}`] : []),
  ];
}

function uuid(text: string, path: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text;
  throw new UserProblemError(
    problem('INVALID_VALUE', `${path}.changeSet`, 'This is not the id of a change set: take it from ChangeSet.id.'),
  );
}
