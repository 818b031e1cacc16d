import { builder } from '../builder.ts';

/** R1.9: asserted by the caller, not authenticated by us. */
export const OnBehalfOfInput = builder.inputType('OnBehalfOfInput', {
  description: 'The person behind a shared key. Kept in the change set as you assert it; not authenticated.',
  fields: (t) => ({
    id: t.string({ required: true, description: "The person's id in your system, 1 to 200 characters." }),
    name: t.string({ description: "The person's name, at most 200 characters." }),
  }),
});

export const ON_BEHALF_OF = 'The person behind a shared key, as you assert them (kept with the change).';
export const IDEMPOTENCY_KEY =
  'Makes a retry safe: for 7 days the same key with the same input replays the answer, and with other input is an error. 1 to 200 characters, for example a UUID.';
