import type { CountryCode } from 'libphonenumber-js/max';
import type { Viewer } from '../../auth/viewer.ts';
import type { EntrySource } from '../../changes/write-call.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { PrismaClient } from '../../db/generated/client.ts';
import { unknownList } from '../list-ids.ts';
import { acceptsSenders, parseListable } from '../numbers/listed-number.ts';
import type { NumberProblem } from '../numbers/number-problem.ts';
import type { Settings } from '../settings.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { entryConditions } from './entry-conditions.ts';
import { blanksOf, type EntryFilter, isEmptyFilter } from './entry-filter.ts';

/** How many entries one call may change. What a filter means beyond it is work for a task. */
export const MAX_SELECTED = 10_000;

/** Which entries a bulk action means: exactly one of the three (R6.1). */
export interface EntrySelection {
  /** Database ids of entries, already decoded. */
  readonly ids?: readonly string[] | null;
  readonly phones?: { readonly list: string; readonly numbers: readonly string[] } | null;
  readonly filter?: EntryFilter | null;
}

/** What is needed to write an entry: rows are locked in the order of number, list, source. */
export interface SelectedEntry {
  readonly id: string;
  readonly phone: string;
  readonly listId: number;
  readonly source: EntrySource;
  /** Of a filter's: it is changed only while it is the row that fitted. */
  readonly version?: string;
}

/** One item of the caller's input, and the entries that it means; a filter is one item. */
export interface SelectedItem {
  readonly entries: readonly SelectedEntry[];
  readonly problem: NumberProblem | null;
}

const columns = { id: true, phone: true, listId: true, source: true } as const;
type Row = { id: bigint; phone: string; listId: number; source: EntrySource };

/**
 * Reads which entries are meant; null when a filter means more than `most`. Their number, list and source never change, so
 * reading before the lock is safe.
 */
export async function selectEntries(
  { prisma, read }: Database,
  viewer: Viewer,
  selection: EntrySelection,
  settings: Settings,
  most = MAX_SELECTED,
): Promise<SelectedItem[] | null> {
  const { ids, phones, filter } = selection;
  if ([ids, phones, filter].filter((part) => part !== null && part !== undefined).length !== 1) {
    throw new UserProblemError(
      problem('REQUIRED', 'input.entries', 'Say which entries: give exactly one of ids, phones and filter.'),
    );
  }
  if (ids) return selectByIds(prisma, viewer, ids);
  if (phones) return selectByPhones({ prisma, read }, viewer, phones, settings);
  return selectByFilter(read, viewer, filter!, most);
}

async function selectByIds(prisma: PrismaClient, viewer: Viewer, ids: readonly string[]): Promise<SelectedItem[]> {
  assertCount(ids.length, 'input.entries.ids');
  const rows = await prisma.entry.findMany({
    where: { environmentId: viewer.environmentId, id: { in: ids.map(BigInt) } },
    select: columns,
  });
  const byId = new Map(rows.map((row) => [String(row.id), selected(row)]));
  return ids.map((id) => ({ entries: byId.has(id) ? [byId.get(id)!] : [], problem: null }));
}

/** By phones names a list and means all active entries there (R6.1). */
async function selectByPhones(
  { prisma, read }: Pick<Database, 'prisma' | 'read'>,
  viewer: Viewer,
  phones: { list: string; numbers: readonly string[] },
  settings: Settings,
): Promise<SelectedItem[]> {
  assertCount(phones.numbers.length, 'input.entries.phones.numbers');
  const list = await prisma.list.findUnique({
    where: { environmentId_key: { environmentId: viewer.environmentId, key: storable(phones.list) ?? '' } },
  });
  if (!list) throw await unknownList(read, viewer.environmentId, phones.list, 'input.entries.phones.list');
  const options = {
    defaultCountry: settings.defaultCountry as CountryCode,
    acceptsSenders: acceptsSenders(list),
    keepAsReceived: false,
  };
  const parsed = phones.numbers.map((number) => parseListable(number, options));
  const keys = [...new Set(parsed.flatMap((number) => (number.ok ? [number.key] : [])))];
  const rows = await prisma.entry.findMany({
    where: { environmentId: viewer.environmentId, listId: list.id, phone: { in: keys }, active: true },
    select: columns,
  });
  const byPhone = new Map<string, SelectedEntry[]>();
  for (const row of rows) byPhone.set(row.phone, [...(byPhone.get(row.phone) ?? []), selected(row)]);
  return parsed.map((number) =>
    number.ok ? { entries: byPhone.get(number.key) ?? [], problem: null } : { entries: [], problem: number.problem },
  );
}

async function selectByFilter(
  sql: Sql,
  viewer: Viewer,
  filter: EntryFilter,
  most: number,
): Promise<SelectedItem[] | null> {
  if (isEmptyFilter(filter)) {
    throw new UserProblemError(
      problem(
        'EMPTY_FILTER',
        'input.entries.filter',
        'An empty filter would mean every entry: give at least one condition.',
      ),
    );
  }
  // A page may show more than was meant; a bulk action must not do more because a variable was empty.
  const [blank] = blanksOf(filter);
  if (blank !== undefined) {
    const message = `The condition ${blank} is empty, so the filter would mean more entries: give it a value, or leave it out.`;
    throw new UserProblemError(problem('INVALID_VALUE', `input.entries.filter.${blank}`, message));
  }
  const { text, values } = await entryConditions(sql, viewer, filter, 'input.entries.filter');
  const { rows } = await sql.query<SelectedEntry>(
    `SELECT e.id, e.phone, e.list_id AS "listId", e.source, e.xmin::text AS version FROM entry e WHERE ${text} LIMIT ${most + 1}`,
    values,
  );
  return rows.length > most ? null : [{ entries: rows, problem: null }];
}

function selected(row: Row): SelectedEntry {
  return { id: String(row.id), phone: row.phone, listId: row.listId, source: row.source };
}

function assertCount(count: number, path: string): void {
  if (count === 0) throw new UserProblemError(problem('REQUIRED', path, 'The list is empty: give at least one.'));
  if (count > MAX_SELECTED)
    throw new UserProblemError(
      problem('TOO_MANY', path, `One call takes at most ${MAX_SELECTED} and this one has ${count}: send it in parts.`),
    );
}
