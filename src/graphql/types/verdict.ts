import type { Viewer } from '../../auth/viewer.ts';
import type { FirstMessageCheck } from '../../domain/messages/first-message.ts';
import type { CheckAnswer } from '../../domain/verdicts/check-answer.ts';
import { checkFirstText, type GivenText } from '../../domain/verdicts/first-text.ts';
import { type Listing, listingsAt, sentenceFor } from '../../domain/verdicts/listings.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { shownNumber } from '../display.ts';
import { FirstMessageCheckType } from './check-first-message.ts';
import { ChannelEnum, DirectionEnum } from './list.ts';
import { type ShownReason, VerdictReason } from './verdict-reason.ts';
import { ConsentVerdict, VerdictWarning } from './verdict-warning.ts';

export const Decision = builder.enumType('Decision', {
  description: 'What to do.',
  values: {
    ALLOW: { description: 'Nothing on the lists speaks against this contact.' },
    BLOCK: { description: 'Do not make this contact, or do not take it.' },
  },
});

/** A verdict on its way out: details of its block are read once, and only when a field asks for them (R3.2). */
export interface ShownVerdict {
  readonly answer: CheckAnswer;
  readonly at: Date;
  readonly listings: () => Promise<readonly Listing[]>;
  /** Of a text that is to be sent, if it was given: asked for by two fields, and found out once. */
  readonly firstMessage?: () => Promise<FirstMessageCheck | null>;
}

/** The answer to a check; about the past, the details are those of then (R3.4). */
export function shownVerdict(
  answer: CheckAnswer,
  { viewer, services, loaders }: Context,
  given: GivenText | null = null,
): ShownVerdict {
  const listings = answer.at
    ? once(() => listingsAt(services.database.read, answer))
    : once(() => inTime(Promise.all(answer.keys.map((key) => loaders.listings.load(key)))));
  const firstMessage = once(async () => {
    const { database, attempts } = services;
    return given && checkFirstText(database.read, viewer.environmentId, answer, given, attempts);
  });
  return { answer, at: answer.at ?? new Date(), listings, firstMessage };
}

/** How long a verdict about now waits for its details, in ms. */
const DETAILS_MS = 2_000;

/** A verdict comes from memory and must not fail for its details: without the database the sentence says less (R3.3). */
async function inTime(reading: Promise<readonly (readonly Listing[])[]>): Promise<readonly Listing[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<[]>((resolve) => {
    timer = setTimeout(resolve, DETAILS_MS, []);
  });
  try {
    return (await Promise.race([reading, timeUp])).flat();
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** What is asked for by several fields, and read once. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}

export const Verdict = builder.objectRef<ShownVerdict>('Verdict').implement({
  description:
    'Whether one contact may happen. It comes from memory and is true at its `cursor`; a server that cannot vouch for its answer says BLOCK with STALE or NOT_READY.',
  fields: (t) => ({
    decision: t.field({
      type: Decision,
      description: 'What to do.',
      resolve: ({ answer }) => answer.decision,
    }),
    isBlocked: t.boolean({
      description: 'True for BLOCK.',
      resolve: ({ answer }) => answer.decision === 'BLOCK',
    }),
    phone: t.field({
      type: 'PhoneNumber',
      nullable: true,
      description:
        'The number as it was understood. Null when it cannot be read as one (inbound a sender such as a short code is shown) or was withheld.',
      resolve: ({ answer }, _args, { viewer }) => {
        const phone = phoneOf(answer);
        return phone === null ? null : shownNumber(viewer, phone);
      },
    }),
    direction: t.field({
      type: DirectionEnum,
      description: 'Who contacts whom, as asked.',
      resolve: ({ answer }) => answer.direction,
    }),
    channel: t.field({
      type: ChannelEnum,
      description: 'How, as asked.',
      resolve: ({ answer }) => answer.channel,
    }),
    reasons: t.field({
      type: [VerdictReason],
      description:
        'Every reason, not only the first: what is wrong with the number, then each list that blocks, then a lack of consent, then what is wrong with this server. Empty when nothing is known against the contact.',
      resolve: ({ answer, listings }) =>
        answer.reasons.map((reason): ShownReason => ({ reason, lists: answer.lists, listings })),
    }),
    message: t.string({
      description:
        'What an agent can read out: what to do and, for a block, each list with since when and why. In English; dates in UTC.',
      resolve: (verdict, _args, { viewer }) => sentenceOf(verdict, viewer),
    }),
    warnings: t.field({
      type: [VerdictWarning],
      description: 'What does not decide, and should be known. Usually empty.',
      resolve: ({ answer }) => [...answer.warnings],
    }),
    campaignKey: t.string({
      nullable: true,
      description:
        'The key of the campaign that was counted by. Null when none was named, and when the one named is not known or archived (see `warnings`): then every list counted.',
      resolve: ({ answer }) => answer.campaign?.key ?? null,
    }),
    consent: t.field({
      type: ConsentVerdict,
      nullable: true,
      description:
        'Whether the consent on file suffices, whatever the setting consentEnforcement makes of it. Null when no messageType was given, and when nothing was looked up (NOT_READY).',
      resolve: ({ answer }) => answer.consent,
    }),
    firstMessage: t.field({
      type: FirstMessageCheckType,
      nullable: true,
      description:
        'For an outbound SMS whose `text` was given, when it is the first to this number: which disclosures it makes and lacks. Texts that authorizeContact allowed count as earlier ones. Null else. It decides nothing.',
      resolve: ({ firstMessage }) => firstMessage?.() ?? null,
    }),
    cursor: t.field({
      type: 'ChangeCursor',
      nullable: true,
      description:
        'The place in the log that the answer is true at. Null when nothing was looked up (NOT_READY). It is no older than any change whose reply you have from this server.',
      resolve: ({ answer }, _args, { services }) => answer.cursor && services.cursors.encode(answer.cursor),
    }),
    at: t.field({
      type: 'DateTime',
      description: 'The moment that the answer is about: the one asked for, or when it was given.',
      resolve: ({ at }) => at,
    }),
  }),
});

/** What an agent can read out, with the details of what is listed. */
export async function sentenceOf({ answer, listings }: ShownVerdict, viewer: Viewer): Promise<string> {
  const listed = answer.reasons.some(({ code }) => code === 'LISTED');
  const phone = phoneOf(answer);
  return sentenceFor(answer, listed ? await listings() : [], phone ? shownNumber(viewer, phone) : nameless(answer));
}

/** E.164; of a caller that has no such form, the key that it could be listed under (R2.3). */
function phoneOf({ number, keys, direction }: CheckAnswer): string | null {
  if (number?.ok) return number.e164;
  return (direction === 'INBOUND' && keys[0]) || null;
}

/** Only who withheld a number is called so; null is "a withheld number" in the sentence. */
function nameless({ number }: CheckAnswer): string | null {
  return number && !number.ok && number.problem.code !== 'WITHHELD' ? 'this number' : null;
}
