import type { EntryFilter } from '../../domain/entries/entry-filter.ts';
import { builder } from '../builder.ts';
import { CreatedByKind } from './actor.ts';
import { EntrySource, EntryStatus } from './entry.ts';
import { taskIdOf } from './task.ts';

export const TimeRangeInput = builder.inputType('TimeRangeInput', {
  description: 'A span of time. Either end may be left open.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'From this instant on.' }),
    to: t.field({ type: 'DateTime', description: 'Up to, and without, this instant.' }),
  }),
});

/** The same for lists and for bulk actions (R6.1). */
export const EntryFilterInput = builder.inputType('EntryFilter', {
  description: 'Which entries: all that is given must hold. Bulk actions take the same filter as `entries`.',
  fields: (t) => ({
    lists: t.stringList({ description: 'On one of these lists, by key; an unknown key is an error.' }),
    statuses: t.field({ type: [EntryStatus], description: 'In one of these states.' }),
    createdBy: t.field({ type: CreatedByKind, description: 'Added by USER or by SYSTEM; leave it out for all.' }),
    sources: t.field({ type: [EntrySource], description: 'Come in one of these ways.' }),
    numberContains: t.string({
      description:
        'Part or all of a number as people type it: "(415) 123" and "4567" find it anywhere, "+1 415" at the beginning. Without the permission number:see only the visible digits are searched.',
    }),
    reasonContains: t.string({
      description:
        'A part of the reason, whatever its case. Without the permission number:see digits that are masked for you find nothing.',
    }),
    createdAt: t.field({ type: TimeRangeInput, description: 'Added in this span.' }),
    requestedAt: t.field({ type: TimeRangeInput, description: 'Asked for in this span.' }),
    expiresAt: t.field({ type: TimeRangeInput, description: 'Expiring in this span.' }),
    hasExpiry: t.boolean({ description: 'With an expiry, or without.' }),
    changeSet: t.string({
      description: 'Changed by this change set, by its id: everything that one call or batch did.',
    }),
    import: t.id({
      description: "Listed by this import, or by others as well as by it: the id of the import's task.",
    }),
    endUserOptedOut: t.boolean({ description: 'Whether the person asked by text themselves.' }),
    externalReference: t.string({
      description: 'With exactly this reference of yours. Needs the permission number:see.',
    }),
  }),
});

/** The filter with ids of the database; what isn't an import's id names none. An empty one stays what it is: a blank. */
export function filterOf(
  input: typeof EntryFilterInput.$inferInput | null | undefined,
): EntryFilter | null | undefined {
  return input?.import ? { ...input, import: taskIdOf(input.import) } : input;
}
