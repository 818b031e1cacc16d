import { type AttemptRow, type DialingMode, dialingModes } from '../../domain/attempts/attempt.ts';
import { findAttempts } from '../../domain/attempts/find-attempts.ts';
import { builder } from '../builder.ts';
import { shownNumber } from '../display.ts';
import { Actor } from './actor.ts';
import { Campaign } from './campaign.ts';
import { MessageTypeEnum } from './consent-enums.ts';
import { ChannelEnum, DirectionEnum, List } from './list.ts';
import { Decision } from './verdict.ts';
import { VerdictReasonCode } from './verdict-reason.ts';

const modes: Record<DialingMode, string> = {
  AGENT_MANUAL: 'An agent types the number.',
  CLICK_TO_CALL: 'An agent clicks on a contact.',
  DIALER: 'A dialer chooses the next number.',
  CAMPAIGN: 'A campaign works through its contacts.',
  CALLBACK: 'A call back that the contact or an agent asked for.',
  API: 'A system of yours, by itself.',
};

export const DialingModeEnum = builder.enumType('DialingMode', {
  description: 'How a contact comes about. Kept with the attempt; it never changes the verdict.',
  values: Object.fromEntries(dialingModes.map((mode) => [mode, { description: modes[mode] }])) as Record<
    DialingMode,
    { description: string }
  >,
});

/** What an attempt is in the schema is an AttemptRow that the viewer may see. */
export const Attempt = builder.objectRef<AttemptRow>('Attempt');

builder.node(Attempt, {
  description:
    'A contact that somebody or something was about to make, with the verdict that authorizeContact gave. Never altered. ADMIN, COMPLIANCE and AUDITOR see all, an AGENT those of the same key or person.',
  id: {
    resolve: ({ id }) => id,
    description: 'The id of this attempt for `node`: the `attemptId` of authorizeContact.',
  },
  loadMany: async (ids, { viewer, services }) => {
    await services.attempts.written(viewer.environmentId);
    const found = await findAttempts(services.database.read, viewer, ids);
    return ids.map((id) => found.get(id) ?? null);
  },
  fields: (t) => ({
    position: t.expose('position', {
      type: 'LogPosition',
      description:
        "Its place among your environment's attempts: 1, 2, 3 and so on without a gap, in the order in which they were kept. Not a place in the log.",
    }),
    at: t.expose('at', { type: 'DateTime', description: "When it was decided, by the server's clock." }),
    phone: t.field({
      type: 'PhoneNumber',
      nullable: true,
      description:
        'The number, or a sender such as a short code; what could not be read stands as it came, at most 100 characters of it. Null for a withheld caller.',
      resolve: ({ phone }, _args, { viewer }) => (phone === '' ? null : shownNumber(viewer, phone)),
    }),
    direction: t.expose('direction', { type: DirectionEnum, description: 'Who contacts whom.' }),
    channel: t.expose('channel', { type: ChannelEnum, description: 'How.' }),
    dialingMode: t.expose('dialingMode', { type: DialingModeEnum, description: 'How it came about.' }),
    campaign: t.field({
      type: Campaign,
      nullable: true,
      description: 'The campaign that it was for. Null for none, and when the one named was unknown or archived.',
      resolve: ({ campaignId }, _args, { loaders }) => (campaignId === null ? null : loaders.campaign.load(campaignId)),
    }),
    messageType: t.expose('messageType', {
      type: MessageTypeEnum,
      nullable: true,
      description: 'What the text was about, when that was said.',
    }),
    decision: t.expose('decision', { type: Decision, description: 'What the gate said.' }),
    isBlocked: t.boolean({
      description: 'True for BLOCK: an agent was warned, a campaign skipped the contact.',
      resolve: ({ decision }) => decision === 'BLOCK',
    }),
    reasons: t.field({
      type: [VerdictReasonCode],
      description: 'What spoke for or against it, each once. Of a grant that was used, what would have blocked.',
      resolve: ({ reasons }) => [...reasons],
    }),
    lists: t.field({
      type: [List],
      description: 'The lists that spoke against it.',
      resolve: async ({ listIds }, _args, { loaders }) => {
        const lists = await Promise.all(listIds.map((id) => loaders.list.load(id)));
        return lists.filter((list) => list !== null);
      },
    }),
    grantUsed: t.exposeBoolean('grantUsed', {
      description: "Whether the grant of an opt-out's confirmation let it pass.",
    }),
    agent: t.exposeString('agent', {
      nullable: true,
      description: 'The agent, as the caller named them, or whose token it was; null for a key that named none.',
    }),
    actor: t.field({
      type: Actor,
      nullable: true,
      description: 'The key or person that asked. Null without the permission evidence:see.',
      authScopes: { may: 'evidence:see' },
      unauthorizedResolver: () => null,
      resolve: ({ actorId }, _args, { loaders }) => loaders.actor.load(actorId),
    }),
  }),
});
