import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Entry } from '../db/generated/client.ts';
import { inSlices } from '../in-slices.ts';
import type { Context } from './context.ts';
import { isSelected } from './is-selected.ts';

/** A row of a mutation's results with its entry; null without one, or when no entry is selected. */
export type WithEntry<Row> = Row & { readonly entry: Entry | null };

/**
 * A mutation's result rows with their entries, read before the first row in one query with everything that is selected
 * of them under `entry`: ten thousand rows must not ask ten thousand times. Then row by row, with turns of the event loop
 * in between: rows that all wait for one promise go on in one burst, which stops every socket and every poll for seconds.
 */
export async function* withEntries<Row extends { readonly entryId: string | null }>(
  rows: readonly Row[],
  context: Context,
  info: GraphQLResolveInfo,
): AsyncGenerator<WithEntry<Row>, void> {
  // An entry that @skip leaves out costs a query, no more.
  const entries = isSelected(info, 'entry') ? await readEntries(rows, context, info) : new Map<string | null, Entry>();
  yield* inSlices(rows.map((row) => ({ ...row, entry: entries.get(row.entryId) ?? null })));
}

async function readEntries(
  rows: readonly { readonly entryId: string | null }[],
  context: Context,
  info: GraphQLResolveInfo,
): Promise<ReadonlyMap<string | null, Entry>> {
  const query: { select?: object } = queryFromInfo({ context, info, typeName: 'Entry', paths: [['entry']] });
  const ids = [...new Set(rows.map(({ entryId }) => entryId))].filter((id) => id !== null);
  const entries: Entry[] = await context.services.database.prisma.entry.findMany({
    ...query,
    ...(query.select ? { select: { ...query.select, id: true } } : {}),
    where: { environmentId: context.viewer.environmentId, id: { in: ids.map(BigInt) } },
  });
  return new Map(entries.map((entry) => [String(entry.id), entry]));
}
