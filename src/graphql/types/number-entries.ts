import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Entry } from '../../db/generated/client.ts';
import type { NumberView } from '../../domain/verdicts/number.ts';
import type { Context } from '../context.ts';

type EntryWithRelations = Entry & { reason?: unknown; evidence?: unknown; createdBy?: unknown };

/**
 * The entries of a view as they stood at its position, with everything that the query selects of them. The rows are read
 * as they are now and what has changed since is put back; relations follow the ids of then.
 */
export async function entriesOf(view: NumberView, context: Context, info: GraphQLResolveInfo): Promise<Entry[]> {
  if (view.entries.length === 0) return [];
  const { prisma } = context.services.database;
  const { environmentId } = context.viewer;
  const ids = view.entries.map(({ id }) => BigInt(id));
  const query: object = queryFromInfo({ context, info, typeName: 'Entry' });
  const rows: EntryWithRelations[] = await prisma.entry.findMany({
    ...query,
    where: { environmentId, id: { in: ids } },
  });
  const now = new Map(rows.map((row) => [String(row.id), row]));
  const then = view.entries.flatMap((entry) => {
    const row = now.get(entry.id);
    return row ? [{ row, entry: { ...row, ...columnsOf(entry) } }] : [];
  });

  const changed = <K extends 'reasonId' | 'evidenceId' | 'createdById'>(key: K, relation: keyof EntryWithRelations) =>
    then.filter(({ row, entry }) => relation in row && row[key] !== entry[key]).map(({ entry }) => entry[key]);
  const textIds = [...changed('reasonId', 'reason'), ...changed('evidenceId', 'evidence')].filter((id) => id !== null);
  const actorIds = changed('createdById', 'createdBy');
  const [texts, actors] = await Promise.all([
    textIds.length > 0 ? prisma.textValue.findMany({ where: { environmentId, id: { in: textIds } } }) : [],
    actorIds.length > 0 ? prisma.actor.findMany({ where: { environmentId, id: { in: actorIds } } }) : [],
  ]);
  const text = new Map(texts.map((value) => [value.id, value]));
  const actor = new Map(actors.map((value) => [value.id, value]));
  return then.map(({ row, entry }) => {
    if ('reason' in row && row.reasonId !== entry.reasonId) entry.reason = text.get(entry.reasonId!) ?? null;
    if ('evidence' in row && row.evidenceId !== entry.evidenceId) entry.evidence = text.get(entry.evidenceId!) ?? null;
    if ('createdBy' in row && row.createdById !== entry.createdById) entry.createdBy = actor.get(entry.createdById)!;
    return entry;
  });
}

/** The domain's words for a row as Prisma's. */
function columnsOf({ id, reasonId, evidenceId, ...entry }: NumberView['entries'][number]) {
  return {
    ...entry,
    id: BigInt(id),
    active: true,
    reasonId: reasonId === null ? null : BigInt(reasonId),
    evidenceId: evidenceId === null ? null : BigInt(evidenceId),
  };
}
