import { type Authorized, authorizeContact } from '../../domain/gate/authorize-contact.ts';
import { firstTextWarning } from '../../domain/gate/first-text-warning.ts';
import { problem, UserProblemError } from '../../domain/user-problem.ts';
import { warningSentence } from '../../suppression-index/verdict-sentence.ts';
import { builder } from '../builder.ts';
import { globalId } from '../global-id.ts';
import { DialingModeEnum } from './attempt.ts';
import { CAMPAIGN, MESSAGE_TYPE } from './check.ts';
import { MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum, DirectionEnum } from './list.ts';
import { ON_BEHALF_OF, OnBehalfOfInput } from './mutation-input.ts';
import { type Answer, Payload } from './payload.ts';
import { LONGEST_MESSAGE } from './understand-message.ts';
import { answering } from './user-error.ts';
import { type ShownVerdict, sentenceOf, shownVerdict, Verdict } from './verdict.ts';

const AuthorizeContactInput = builder.inputType('AuthorizeContactInput', {
  description: 'A contact that is about to be made, or a call or text that has come in.',
  fields: (t) => ({
    phone: t.string({
      description:
        "The other party's number as people write it; without a country code it is read as one of the environment's default country. Leave it out for a caller who withheld it.",
    }),
    channel: t.field({ type: ChannelEnum, required: true, description: 'How.' }),
    direction: t.field({ type: DirectionEnum, defaultValue: 'OUTBOUND', description: 'Who contacts whom.' }),
    dialingMode: t.field({ type: DialingModeEnum, required: true, description: 'How it comes about.' }),
    campaign: t.string({ description: CAMPAIGN }),
    messageType: t.field({ type: MessageTypeEnum, description: MESSAGE_TYPE }),
    businessNumber: t.string({
      description:
        'With messageType CONVERSATIONAL: your number that the text goes out from. Implied consent then suffices only in the thread with that number; left out, in any.',
    }),
    text: t.string({
      description:
        'The SMS that is to be sent, at most 10,000 characters: if it is the first to this number `verdict.firstMessage` and `warning` say what it lacks. Of a call it is not read. It is not kept.',
    }),
    grant: t.string({
      description:
        'The `grant` of the reply to an opt-out. It lets one outbound SMS to the number that opted out pass, whatever else blocks texts, once and within five minutes. One that does not hold changes nothing.',
    }),
    agent: t.string({
      description:
        "The agent, by your own id of at most 200 characters: kept with the attempt. By default the id of `onBehalfOf`. With a person's own token it is always that person, and another agent is an error.",
    }),
    atLeast: t.field({
      type: 'ChangeCursor',
      description:
        'Answer no older than this: a server that has not got there waits at most 2 seconds, and then blocks with STALE.',
    }),
    onBehalfOf: t.field({ type: OnBehalfOfInput, description: ON_BEHALF_OF }),
  }),
});

interface Shown extends Authorized {
  readonly shown: ShownVerdict;
  readonly position: number;
  readonly isEnforcedHere: true;
}

const GRANTED =
  "It passes by the grant of an opt-out's confirmation: send that one text, and nothing else to this number.";

const AuthorizeContactPayload = builder.objectRef<Answer<Shown>>('AuthorizeContactPayload').implement({
  interfaces: [Payload],
  description: 'The answer to authorizeContact. Make the contact only when `isAuthorized` is true.',
  fields: (t) => ({
    isAuthorized: t.boolean({
      description: 'Whether the contact may be made. False for BLOCK, and when the input is wrong (see userErrors).',
      resolve: ({ outcome }) => outcome?.answer.decision === 'ALLOW',
    }),
    shouldSkip: t.boolean({
      description: 'True for BLOCK: a campaign treats the contact as skipped, and goes on with the next.',
      resolve: ({ outcome }) => outcome?.answer.decision === 'BLOCK',
    }),
    warning: t.string({
      nullable: true,
      description:
        'What to show the agent, in plain words: for BLOCK each list with since when and why, and whatever else should be known, such as what a first `text` lacks. In English. Null when there is nothing to say.',
      resolve: async ({ outcome }, _args, { viewer }) => {
        if (!outcome) return null;
        const { answer, shown, grantUsed } = outcome;
        const words = answer.decision === 'BLOCK' ? [await sentenceOf(shown, viewer)] : grantUsed ? [GRANTED] : [];
        const first = answer.decision === 'BLOCK' || grantUsed ? null : await shown.firstMessage?.();
        const lack = firstTextWarning(first ?? null);
        return [...words, ...answer.warnings.map(warningSentence), ...(lack ? [lack] : [])].join(' ') || null;
      },
    }),
    verdict: t.field({
      type: Verdict,
      nullable: true,
      description: 'The verdict, as `check` gives it. Null when the input is wrong.',
      resolve: ({ outcome }) => outcome?.shown ?? null,
    }),
    attemptId: t.id({
      nullable: true,
      description: 'The id of the attempt that was recorded, for `node`. Null when the input is wrong.',
      resolve: ({ outcome }) => outcome && globalId('Attempt', outcome.attemptId),
    }),
    grantUsed: t.boolean({
      description:
        'Whether the grant let it pass: it is used up now. The reasons of the verdict are then what would have blocked.',
      resolve: ({ outcome }) => outcome?.grantUsed ?? false,
    }),
    cursor: t.field({
      type: 'ChangeCursor',
      nullable: true,
      description: 'The place in the log that the verdict is true at; null when nothing was looked up.',
      resolve: ({ outcome }, _args, { services }) =>
        outcome?.answer.cursor ? services.cursors.encode(outcome.answer.cursor) : null,
    }),
  }),
});

builder.mutationField('authorizeContact', (t) =>
  t.field({
    type: AuthorizeContactPayload,
    nullable: true,
    description:
      "What a dialer or an agent's screen asks right before it connects: the verdict, recorded as an attempt. Asked for every contact, whoever or whatever makes it: no way of dialing skips it. It changes nothing of any list, and takes no idempotencyKey: asked again it is another attempt. A server that cannot vouch for its answer says BLOCK; an outbound call to an emergency number is allowed whatever else is wrong. ADMIN, COMPLIANCE, AGENT, DIALER and INTEGRATOR may.",
    authScopes: { may: 'contact:authorize' },
    args: { input: t.arg({ type: AuthorizeContactInput, required: true, description: 'The contact.' }) },
    resolve: (_root, { input: { text, ...input } }, context) =>
      answering(async (): Promise<Shown> => {
        // A call for help isn't refused for a text that nobody sends (R2.4).
        const sent = input.channel === 'SMS' ? text : null;
        if (sent != null && sent.length > LONGEST_MESSAGE) throw tooLong(sent.length);
        const { viewer, services } = context;
        const asked = { ...input, phone: input.phone ?? null, direction: input.direction ?? 'OUTBOUND' };
        const authorized = await authorizeContact(viewer, asked, services);
        const given = sent == null ? null : { text: sent, attemptId: authorized.attemptId };
        const { answer } = authorized;
        return {
          ...authorized,
          shown: shownVerdict(answer, context, given),
          position: answer.cursor?.position ?? 0,
          isEnforcedHere: true,
        };
      }),
  }),
);

function tooLong(length: number): UserProblemError {
  const message = `A message has at most ${LONGEST_MESSAGE} characters and this one has ${length}: shorten it.`;
  return new UserProblemError(problem('TOO_LONG', 'input.text', message));
}
