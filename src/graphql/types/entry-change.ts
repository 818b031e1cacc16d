import { blockedAfter, listAfter, type Standing, standings } from '../../domain/entry-changes/blocked-after.ts';
import { type EntryState, entryStatesAfter } from '../../domain/entry-changes/entry-state.ts';
import type { EntryChangeItem } from '../../domain/entry-changes/feed-batches.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { shownNumber, shownText } from '../display.ts';
import { ChangeKind } from './change-kind.ts';
import { EntrySource, EntryStatus } from './entry.ts';
import { BlockedContacts, ListState } from './list-state.ts';

const StandingType = builder.objectRef<Standing>('Standing').implement({
  description: 'One list that a number stands on after a change, by whatever entries.',
  fields: (t) => ({
    list: t.field({ type: ListState, description: 'The list, as it then was.', resolve: ({ list }) => list }),
    isPendingOnly: t.exposeBoolean('isPendingOnly', {
      description:
        'Whether only entries for review from staff, API or imports put it there: those block while the setting enforcePending is on.',
    }),
  }),
});

const HIDDEN = 'Null without the permission number:see.';

/** One change of an entry, as followers get it. */
export const EntryChange = builder.objectRef<EntryChangeItem>('EntryChange').implement({
  description:
    'A change of one entry. `blocked` and `standings` are the whole state of its number after the change set: put them in place of what you had.',
  fields: (t) => ({
    kind: t.field({
      type: ChangeKind,
      description: 'What happened: an ENTRY_ kind.',
      resolve: ({ change }) => change.kind,
    }),
    at: t.field({ type: 'DateTime', description: 'When it was committed.', resolve: ({ set }) => set.at }),
    phone: t.field({
      type: 'PhoneNumber',
      description: 'The number. Masked without the permission number:see.',
      resolve: ({ change }, _args, { viewer }) => shownNumber(viewer, change.phone),
    }),
    list: t.field({
      type: ListState,
      description: 'The list that the entry is on, as it was at this place in the log.',
      resolve: ({ change, held }) => listAfter(change.listId ?? 0, held),
    }),
    blocked: t.field({
      type: BlockedContacts,
      description:
        'What a dialer acts on: whether the number is blocked as of this change, over all lists. A call to an emergency or crisis number never is. A later change of a list or setting alters it without a change of the entry: see `standings`.',
      resolve: ({ change, held }) => blockedAfter(change.phone, change.facts, held),
    }),
    standings: t.field({
      type: [StandingType],
      description:
        'The lists that the number stands on. With them and the newest lists and settings a follower derives `blocked` again when those change.',
      resolve: ({ change, held }) => [...standings(change.facts, held)],
    }),
    status: t.field({
      type: EntryStatus,
      nullable: true,
      description: 'How far the entry is reviewed now; null when it was removed or expired.',
      resolve: (item, _args, context) => stateOf(item, context, ({ status }) => status),
    }),
    source: t.field({
      type: EntrySource,
      description: 'How the entry came.',
      resolve: ({ change }) => change.source as typeof EntrySource.$inferType,
    }),
    endUserOptedOut: t.boolean({
      description: 'Whether the person asked by text themselves.',
      resolve: (item, _args, context) => stateOf(item, context, ({ endUserOptedOut }) => endUserOptedOut),
    }),
    requestedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the person asked.',
      resolve: (item, _args, context) => stateOf(item, context, ({ requestedAt }) => requestedAt),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the system will lift it, as a change of its own: act on that one, not on your clock.',
      resolve: (item, _args, context) => stateOf(item, context, ({ expiresAt }) => expiresAt),
    }),
    externalReference: t.string({
      nullable: true,
      description: `Your own id for the entry. ${HIDDEN}`,
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: (item, _args, context) => stateOf(item, context, ({ externalReference }) => externalReference),
    }),
    reason: t.string({
      nullable: true,
      description: "Why it was done: the call's reason, otherwise the one noted with the entry by this change.",
      resolve: async ({ change, reasons }, _args, { viewer }) => shownText(viewer, (await reasons())(change)),
    }),
    entryId: t.id({
      nullable: true,
      description: `The entry's id, for \`node\`. ${HIDDEN}`,
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ change }) => Buffer.from(`Entry:${change.entryId}`).toString('base64url'),
    }),
    position: t.field({
      type: 'LogPosition',
      nullable: true,
      description: `Its place in the log. ${HIDDEN}`,
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ change }) => change.position,
    }),
  }),
});

/** Read only when selected; at once when the log's row says it all. */
function stateOf<T>(item: EntryChangeItem, context: Context, pick: (state: EntryState) => T): T | Promise<T> {
  const { change, set } = item;
  const states = entryStatesAfter(context.services.database.read, context.viewer.environmentId, set);
  if (states instanceof Promise) return states.then((loaded) => pick(loaded.get(change.position)!));
  return pick(states.get(change.position)!);
}
