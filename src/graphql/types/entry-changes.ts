import { createHmac } from 'node:crypto';
import type { ResyncReason } from '../../changes/resume-plan.ts';
import type { EntryBatch } from '../../domain/entry-changes/feed-batches.ts';
import { type EntryFeedMessage, followEntryChanges } from '../../domain/entry-changes/follow-entry-changes.ts';
import { listIdsOf } from '../../domain/list-ids.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { CampaignChange, ListChange, SettingChange } from './config-change.ts';
import { ConsentChange } from './consent-change.ts';
import { EntryChange } from './entry-change.ts';

const ChangeBatch = builder.objectRef<EntryBatch>('ChangeBatch').implement({
  description:
    "Whole change sets in the order of the log: at most 1,000 changes, or one set. A batch holds changes of numbers (entries and consents) or of configuration (lists, campaigns and settings), never both, so the messages' order is the log's. Apply it whole, then keep its cursor.",
  fields: (t) => ({
    cursor: t.field({
      type: 'ChangeCursor',
      description: 'The place in the log after this batch: resume from here.',
      resolve: ({ cursor }, _args, { services }) => services.cursors.encode(cursor),
    }),
    changes: t.field({
      type: [EntryChange],
      description: 'Changes of entries.',
      resolve: ({ entries }) => [...entries],
    }),
    consentChanges: t.field({
      type: [ConsentChange],
      description: 'Changes of consents, whatever `lists` was asked: they belong to none.',
      resolve: ({ consents }) => [...consents],
    }),
    listChanges: t.field({
      type: [ListChange],
      description: 'Changes of lists, whatever `lists` was asked.',
      resolve: ({ config }) => config.filter((item) => item.kind === 'LIST'),
    }),
    campaignChanges: t.field({
      type: [CampaignChange],
      description: 'Changes of campaigns.',
      resolve: ({ config }) => config.filter((item) => item.kind === 'CAMPAIGN'),
    }),
    settingChanges: t.field({
      type: [SettingChange],
      description: 'Changes of settings.',
      resolve: ({ config }) => config.filter((item) => item.kind === 'SETTING'),
    }),
  }),
});

const Bookmark = builder.objectRef<Extract<EntryFeedMessage, { kind: 'BOOKMARK' }>>('Bookmark').implement({
  description:
    'Nothing to apply up to here: keep the cursor in place of your last one. Comes first on every stream, and at intervals while nothing of yours changes.',
  fields: (t) => ({
    cursor: t.field({
      type: 'ChangeCursor',
      description: 'The place in the log that the stream has reached.',
      resolve: ({ cursor }, _args, { services }) => services.cursors.encode(cursor),
    }),
  }),
});

const resyncReasons: Record<ResyncReason, string> = {
  OTHER_ENVIRONMENT: 'The cursor belongs to another environment than your key or token.',
  OTHER_HISTORY: 'The log is not the one that the cursor was made in: a backup was restored, or it was replaced.',
  AHEAD_OF_LOG: 'The log ends before the cursor: a backup was restored that is older than what you have seen.',
};

const ResyncReasonEnum = builder.enumType('ResyncReason', {
  description: 'Why a stream cannot go on from its cursor.',
  values: Object.fromEntries(
    Object.entries(resyncReasons).map(([reason, description]) => [reason, { description }]),
  ) as Record<ResyncReason, { description: string }>,
});

const ResyncRequired = builder.objectRef<Extract<EntryFeedMessage, { kind: 'RESYNC' }>>('ResyncRequired').implement({
  description:
    'The last message of a stream that cannot go on: throw your copy away, read the list anew, and follow from the `changeCursor` of its first page.',
  fields: (t) => ({
    reason: t.field({ type: ResyncReasonEnum, description: 'For programs.', resolve: ({ reason }) => reason }),
    message: t.string({
      description: 'For people: what happened, and what to do.',
      resolve: ({ reason }) =>
        `${resyncReasons[reason]} Throw your copy away, read the list anew, and follow from its changeCursor.`,
    }),
  }),
});

const typeNames = { BATCH: 'ChangeBatch', BOOKMARK: 'Bookmark', RESYNC: 'ResyncRequired' } as const;

const EntryChangeMessage = builder.unionType('EntryChangeMessage', {
  description: 'What a follower receives. `src/changes/PROTOCOL.md` states the protocol.',
  types: [ChangeBatch, Bookmark, ResyncRequired],
  resolveType: ({ kind }) => typeNames[kind],
});

builder.subscriptionField('entryChanges', (t) =>
  t.field({
    type: EntryChangeMessage,
    description:
      'Every change from a place in the log on: in order, none left out, each at least once. Everybody with a role but AGENT may; without number:see numbers come masked.',
    authScopes: { may: 'feed:follow' },
    args: {
      after: t.arg({
        type: 'ChangeCursor',
        description:
          'Where to begin: the last cursor that you kept, or the `changeCursor` of a page of `entries`. Without it the stream starts now.',
      }),
      lists: t.arg.stringList({
        description:
          'Only changes of entries on these lists, by key; none named means all. `blocked` is over all lists nevertheless, and changes of consents and configuration always come.',
      }),
    },
    subscribe: (_root, { after, lists }, context) => follow(after, lists, context),
    resolve: (message) => message,
  }),
);

/** Says what is wrong with the arguments before the stream begins. */
async function follow(
  after: string | null | undefined,
  lists: readonly string[] | null | undefined,
  { viewer, services, signal }: Context,
): Promise<AsyncIterable<EntryFeedMessage>> {
  const { environmentId } = viewer;
  const { database, cursors, serverSecret, bookmarkMs } = services;
  return followEntryChanges({
    // Not the feed's own connections: those are for polls, and slow readers read from the database (P3.2).
    sql: database.read,
    openFeed: () => services.feed.environment(environmentId),
    after: typeof after === 'string' ? cursors.decode(after) : null,
    listIds: lists?.length ? new Set(await listIdsOf(database.read, environmentId, lists, 'lists')) : null,
    hiddenOrder: viewer.can('number:see')
      ? null
      : (phone) => createHmac('sha256', serverSecret).update(`order of the feed ${phone}`).digest('base64'),
    bookmarkMs,
    signal,
  });
}
