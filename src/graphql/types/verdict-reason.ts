import { type NumberProblemCode, numberProblem } from '../../domain/numbers/number-problem.ts';
import type { Listing } from '../../domain/verdicts/listings.ts';
import type { Lists } from '../../suppression-index/block-mask.ts';
import type { Reason } from '../../suppression-index/verdict.ts';
import { builder } from '../builder.ts';
import { shownText } from '../display.ts';
import { EntrySource } from './entry.ts';
import { List } from './list.ts';
import { NumberProblem } from './number-problem.ts';

export const VerdictReasonCode = builder.enumType('VerdictReasonCode', {
  description: 'What speaks for or against a contact.',
  values: {
    LISTED: { description: 'BLOCK: the number is on a list that blocks this contact.' },
    INVALID_NUMBER: { description: 'BLOCK, outbound: what was given cannot be read as a number; see `problem`.' },
    CONSENT_INSUFFICIENT: {
      description:
        'BLOCK, outbound SMS with a message type: no consent on file suffices for it, and the setting consentEnforcement is BLOCK.',
    },
    EMERGENCY_NUMBER: {
      description: 'ALLOW: an outbound call to an emergency or crisis number is never blocked, whatever is listed.',
    },
    CALLER_UNREADABLE: {
      description:
        'ALLOW, inbound: the caller withheld the number or it cannot be read, and is not listed as received.',
    },
    STALE: {
      description: 'BLOCK: this server cannot show that it has the newest changes. Ask again in a few seconds.',
    },
    NOT_READY: { description: 'BLOCK: this server is still loading the lists. Ask again in a few seconds.' },
  },
});

/** A reason with what is needed to name its list; its details are read when a field asks for them (R3.2). */
export interface ShownReason {
  readonly reason: Reason;
  readonly lists: Lists;
  readonly listings: () => Promise<readonly Listing[]>;
}

export const VerdictReason = builder.objectRef<ShownReason>('VerdictReason').implement({
  description:
    'One reason of a verdict. `code`, `listKey`, `isPending` and `problem` come from memory; `since`, `reason` and `source` are those of the entry that was asked for first and cost a look-up, and are null while the database cannot be asked.',
  fields: (t) => ({
    code: t.field({
      type: VerdictReasonCode,
      description: 'What kind of reason.',
      resolve: ({ reason }) => reason.code,
    }),
    listKey: t.string({
      nullable: true,
      description: 'For LISTED: the key of the list, such as "DNC". Costs nothing.',
      resolve: ({ reason, lists }) => (reason.code === 'LISTED' ? (lists.get(reason.listId)?.key ?? null) : null),
    }),
    list: t.field({
      type: List,
      nullable: true,
      description: 'For LISTED: the list.',
      resolve: ({ reason }, _args, { loaders }) => (reason.code === 'LISTED' ? loaders.list.load(reason.listId) : null),
    }),
    isPending: t.boolean({
      description:
        'For LISTED: whether every entry there still waits for review, so that it blocks only while the setting enforcePending is on.',
      resolve: ({ reason }) => reason.code === 'LISTED' && reason.enforced === 'SOFT',
    }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'For LISTED: when the person first asked for it, as far as entries that are still active say.',
      resolve: async (parent) => (await listingOf(parent))?.since ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: "For LISTED: why, in the words of the entry's note.",
      resolve: async (parent, _args, { viewer }) => shownText(viewer, (await listingOf(parent))?.reason),
    }),
    source: t.field({
      type: EntrySource,
      nullable: true,
      description: 'For LISTED: how the entry came.',
      resolve: async (parent) => (await listingOf(parent))?.source ?? null,
    }),
    problem: t.field({
      type: NumberProblem,
      nullable: true,
      description: 'For INVALID_NUMBER: what is wrong with the number and what to do.',
      resolve: ({ reason }) =>
        reason.code === 'INVALID_NUMBER' ? numberProblem(reason.problem as NumberProblemCode) : null,
    }),
  }),
});

/** The listing that stands for a reason; undefined for other reasons, and when its entry has gone since the verdict. */
async function listingOf({ reason, listings }: ShownReason): Promise<Listing | undefined> {
  if (reason.code !== 'LISTED') return undefined;
  let first: Listing | undefined;
  for (const listing of await listings()) {
    if (listing.listId === reason.listId && (!first || listing.since < first.since)) first = listing;
  }
  return first;
}
