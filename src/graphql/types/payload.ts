import type { UserProblem } from '../../domain/user-problem.ts';
import { builder } from '../builder.ts';
import { UserError } from './user-error.ts';

/** What `answering()` gives: the command's outcome, or what the caller can mend. */
export interface Answer<Outcome extends Committed = Committed> {
  readonly outcome: Outcome | null;
  readonly userErrors: readonly UserProblem[];
}

interface Committed {
  readonly position: number;
  readonly isEnforcedHere: boolean;
}

/** What every mutation's payload has. */
export const Payload = builder.interfaceRef<Answer>('Payload').implement({
  description: 'What every mutation answers besides its own result.',
  fields: (t) => ({
    cursor: t.field({
      type: 'ChangeCursor',
      nullable: true,
      description:
        "The place in your environment's log that the answer is true at; pass it as `atLeast` to another server. Null when nothing was done.",
      resolve: async ({ outcome }, _args, { viewer, services }) =>
        outcome && services.cursors.encode(await services.cursorAt(viewer.environmentId, outcome.position)),
    }),
    notice: t.string({
      nullable: true,
      description:
        'Set when the change is committed but this server has not caught up with it: until then it blocks every contact of the environment as STALE.',
      // P2.4: its server couldn't read back its own commit in time.
      resolve: ({ outcome }) =>
        outcome && !outcome.isEnforcedHere
          ? 'The change is committed. This server has not caught up with it yet and blocks every contact of the environment until it has.'
          : null,
    }),
    userErrors: t.field({
      type: [UserError],
      description: 'What to mend; when there is one nothing was done.',
      resolve: ({ userErrors }) => [...userErrors],
    }),
  }),
});
