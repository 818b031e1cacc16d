import type { EntrySelection } from '../../domain/entries/entry-selection.ts';
import { builder } from '../builder.ts';
import { EntryFilterInput, filterOf } from './entry-filter.ts';

const PhonesOnListInput = builder.inputType('PhonesOnListInput', {
  description: 'All active entries that these numbers have on one list.',
  fields: (t) => ({
    list: t.string({ required: true, description: 'The key of the list, such as "DNC".' }),
    numbers: t.stringList({ required: true, description: 'The numbers as people write them, 1 to 10,000.' }),
  }),
});

/** Exactly one of three (R6.1). */
export const EntrySelectionInput = builder.inputType('EntrySelectionInput', {
  description:
    'Which entries a bulk action means: exactly one of ids, phones and filter. At most 10,000 ids or numbers; a filter may mean more, which a task then does.',
  isOneOf: true,
  fields: (t) => ({
    ids: t.idList({ description: 'Entries by their ids.' }),
    phones: t.field({ type: PhonesOnListInput, description: 'Entries by their numbers, on one list.' }),
    filter: t.field({
      type: EntryFilterInput,
      description:
        'Entries by the filter of `entries`, such as all pending ones of one day. An empty filter is an error.',
    }),
  }),
});

/** Entry ids as clients hold them, to ids of the database; what isn't an entry's id names nothing. */
export function selectionOf(input: typeof EntrySelectionInput.$inferInput): EntrySelection {
  if (input.ids) return { ids: input.ids.map((id) => entryIdOf(String(id))) };
  return input.filter ? { filter: filterOf(input.filter) } : (input as EntrySelection);
}

/** '0' for anything that isn't the id of an entry: there is none with that id. */
export function entryIdOf(globalId: string): string {
  const [typename, id] = Buffer.from(globalId, 'base64url').toString('utf8').split(':');
  return typename === 'Entry' && /^\d{1,18}$/.test(id ?? '') ? id! : '0';
}
