import { consentsAfter } from '../../domain/entry-changes/consents-after.ts';
import type { ConsentChangeItem } from '../../domain/entry-changes/feed-batches.ts';
import { builder } from '../builder.ts';
import { shownNumber } from '../display.ts';
import { MessageTypeEnum } from './consent-enums.ts';

/** What a consent's change leaves of a number's consents, as followers get it. */
export const ConsentChange = builder.objectRef<ConsentChangeItem>('ConsentChange').implement({
  description:
    "A number's consent was recorded, or has ended. `sufficesFor` is all that its consents to texts are good for after the change set: put it in place of what you had. An opt-out outranks any consent: `blocked` of the number's entries comes first.",
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When it was committed.', resolve: ({ set }) => set.at }),
    phone: t.field({
      type: 'PhoneNumber',
      description: 'The number. Masked without the permission number:see.',
      resolve: ({ change }, _args, { viewer }) => shownNumber(viewer, change.phone),
    }),
    sufficesFor: t.field({
      type: [MessageTypeEnum],
      description: "The types of texts that the number's consents suffice for; none: for no text that needs a consent.",
      resolve: ({ change }) => [...consentsAfter(change.facts).sufficesFor],
    }),
    isThreadOnly: t.boolean({
      description:
        'Whether CONVERSATIONAL texts are covered only where the person wrote first: from your number that they wrote to.',
      resolve: ({ change }) => consentsAfter(change.facts).isThreadOnly,
    }),
    position: t.field({
      type: 'LogPosition',
      nullable: true,
      description: 'Its place in the log. Null without the permission number:see.',
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ change }) => change.position,
    }),
  }),
});
