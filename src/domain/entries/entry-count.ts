import type { Database } from '../../db/database.ts';
import type { Prisma } from '../../db/generated/client.ts';
import { listIdsOf } from '../list-ids.ts';
import { entryConditions } from './entry-conditions.ts';
import { askedOf, createdByKind, type EntryFilter } from './entry-filter.ts';
import type { EntryViewer } from './stored-selection.ts';

/** Beyond this a count says "more" (P3.3). */
const COUNTED_TO = 100_000;

/** What the counters of the write transaction can answer: list, status, source and who. */
const counted = new Set<string>(['lists', 'statuses', 'sources', 'createdBy']);

/** How many active entries fit: from counters where they know it, else counted to 100,000 (P3.3). */
export async function entryCount(
  database: Database,
  viewer: EntryViewer,
  filter: EntryFilter | null | undefined,
): Promise<{ count: number; isExact: boolean }> {
  if (isCounted(filter)) return { count: await fromCounters(database, viewer, filter ?? {}), isExact: true };
  const { text, values } = await entryConditions(database.read, viewer, filter);
  const { rows } = await database.read.query<{ count: string }>(
    `SELECT count(*) FROM (SELECT FROM entry e WHERE ${text} LIMIT ${COUNTED_TO + 1}) counted`,
    values,
  );
  const count = Number(rows[0]!.count);
  return { count: Math.min(count, COUNTED_TO), isExact: count <= COUNTED_TO };
}

/** The same to any size, for what must not be told "more": it may take as long as a read may (P3.3). */
export async function exactCount(
  database: Database,
  viewer: EntryViewer,
  filter: EntryFilter | null | undefined,
  path: string,
): Promise<number> {
  if (isCounted(filter)) return fromCounters(database, viewer, filter ?? {});
  const { text, values } = await entryConditions(database.read, viewer, filter, path);
  const { rows } = await database.read.query<{ count: string }>(`SELECT count(*) FROM entry e WHERE ${text}`, values);
  return Number(rows[0]!.count);
}

function isCounted(filter: EntryFilter | null | undefined): boolean {
  return askedOf(filter).every((name) => counted.has(name));
}

async function fromCounters(database: Database, viewer: EntryViewer, filter: EntryFilter): Promise<number> {
  const { environmentId } = viewer;
  const where: Prisma.EntryCountWhereInput = { environmentId };
  if (filter.lists?.length)
    where.listId = { in: await listIdsOf(database.read, environmentId, filter.lists, 'filterBy.lists') };
  if (filter.statuses?.length) where.status = { in: [...filter.statuses] };
  if (filter.sources?.length) where.source = { in: [...filter.sources] };
  const rows = await database.prisma.entryCount.findMany({ where, select: { source: true, count: true } });
  const wanted = rows.filter(({ source }) => !filter.createdBy || createdByKind(source) === filter.createdBy);
  return wanted.reduce((sum, { count }) => sum + Number(count), 0);
}
