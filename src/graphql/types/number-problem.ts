import { type EntryProblem, expiryInThePast } from '../../domain/entries/entry-input.ts';
import { numberProblems } from '../../domain/numbers/number-problem.ts';
import { builder } from '../builder.ts';

const NumberProblemCode = builder.enumType('NumberProblemCode', {
  description: "Why a number or its row isn't accepted, for programs.",
  values: Object.fromEntries(
    [...numberProblems, expiryInThePast].map(({ code, message }) => [code, { description: message }]),
  ) as Record<EntryProblem['code'], { description: string }>,
});

/** Why a text isn't taken as a number, or a row as an entry. */
export const NumberProblem = builder.objectRef<EntryProblem>('NumberProblem').implement({
  description: "Why a number or its row isn't accepted. Never repeats the number: its place in the input points to it.",
  fields: (t) => ({
    code: t.field({ type: NumberProblemCode, description: 'Which problem it is.', resolve: ({ code }) => code }),
    message: t.exposeString('message', { description: 'What is wrong.' }),
    remedy: t.exposeString('remedy', { description: 'What to do about it.' }),
  }),
});
