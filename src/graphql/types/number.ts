import { requirePermission } from '../../auth/require-permission.ts';
import { listingsAt } from '../../domain/verdicts/listings.ts';
import { entryIdsOf, type NumberView, numberView } from '../../domain/verdicts/number.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { shownNumber } from '../display.ts';
import { badInput } from '../errors.ts';
import { Entry } from './entry.ts';
import { entriesOf } from './number-entries.ts';
import { once, type ShownVerdict, Verdict } from './verdict.ts';

interface ShownNumber {
  readonly view: NumberView;
  /** Every entry that the number ever had. */
  readonly entryIds: () => Promise<readonly string[]>;
}

/** `Number` in the schema. */
export const NumberType = builder.objectRef<ShownNumber>('Number').implement({
  description:
    'Everything about one number at one place in the log: its entries, verdicts and cursor are of the same moment.',
  fields: (t) => ({
    phone: t.field({
      type: 'PhoneNumber',
      description: 'The number as it was understood; for a short code or sender the form that it is listed under.',
      resolve: ({ view }, _args, { viewer }) => shownNumber(viewer, view.key!),
    }),
    entries: t.field({
      type: [Entry],
      description:
        'Its active entries over all lists, oldest first. About the past they are as they stood then; `node` with the id of one shows it as it is now.',
      resolve: ({ view }, _args, context, info) => entriesOf(view, context, info),
    }),
    verdicts: t.field({
      type: [Verdict],
      description:
        'Whether it may be contacted or contact you: outbound CALL and SMS, then inbound CALL and SMS; over all lists, as without a campaign, and without a look at consent. Read from the database and not from memory; use `check` before a contact.',
      complexity: { multiplier: 4 },
      resolve: ({ view }, _args, { services }) => verdictsOf(view, services),
    }),
    cursor: t.field({
      type: 'ChangeCursor',
      description: 'The place in the log that all of this is true at.',
      resolve: ({ view }, _args, { services }) => services.cursors.encode(view.cursor),
    }),
  }),
});

builder.queryField('number', (t) =>
  t.field({
    type: NumberType,
    nullable: true,
    description:
      'Everything about one number, whether it is listed or not. Needs the permission number:see, about the past number:check-past too. What cannot be read as a number and never was listed is an error that says why.',
    authScopes: { may: 'number:see' },
    args: {
      phone: t.arg.string({
        required: true,
        description:
          'The number as people write it; also a short code or a sender that is or was listed, exactly as it was received.',
      }),
      at: t.arg({
        type: 'DateTime',
        description: 'A moment in the past: what held then, with the lists and settings of then.',
      }),
    },
    resolve: async (_root, { phone, at }, { viewer, services }) => {
      if (at) requirePermission(viewer, 'number:check-past');
      const { read } = services.database;
      const view = await numberView(read, viewer, phone, at);
      const shown: ShownNumber = { view, entryIds: once(() => entryIdsOf(read, viewer.environmentId, view.keys)) };
      await assertKnown(shown);
      return shown;
    },
  }),
);

/** What can't be read is shown only when it is or was listed as received (R2.3); the error never repeats it. */
async function assertKnown({ view, entryIds }: ShownNumber): Promise<void> {
  if (view.number.ok || (await entryIds()).length > 0) return;
  const { message, remedy } = view.number.problem;
  throw badInput(`${message} ${remedy}`);
}

function verdictsOf(view: NumberView, services: Context['services']): ShownVerdict[] {
  const at = view.at ?? new Date();
  const listings = once(() => listingsAt(services.database.read, view));
  return view.verdicts.map((answer) => ({ answer, at, listings }));
}
