import type { ConfigChangeItem } from '../../domain/entry-changes/feed-batches.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { builder } from '../builder.ts';
import { ListState } from './list-state.ts';
import { Settings } from './settings.ts';

type Config<Kind> = Extract<ConfigChangeItem, { kind: Kind }>;

export const ListChange = builder.objectRef<Config<'LIST'>>('ListChange').implement({
  description: 'A list was made or altered: every number on it may be blocked otherwise from here on.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was committed.' }),
    list: t.field({ type: ListState, description: 'The whole list as it is now.', resolve: ({ list }) => list }),
  }),
});

const CampaignState = builder.objectRef<CampaignRow>('CampaignState').implement({
  description: 'A campaign as it was at a place in the log.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The short name that contacts are checked with.' }),
    name: t.exposeString('name', { description: 'The name for people.' }),
    optOutDetection: t.exposeBoolean('optOutDetection', {
      description: 'Whether what contacts say in its calls is searched for a request to stop.',
    }),
    phrases: t.exposeStringList('phrases', {
      description: "Phrases that are taken for a clear request to stop, beside the environment's.",
    }),
    ivrOptOutKeys: t.stringList({
      nullable: true,
      description: `Keys of its phone menu that mean "don't call me"; null: the environment's.`,
      resolve: ({ ivrOptOutKeys }) => (ivrOptOutKeys ? [...ivrOptOutKeys] : null),
    }),
    isEnabled: t.exposeBoolean('enabled', {
      description: 'False once it is archived: it then counts as unknown, so every list counts in its contacts.',
    }),
  }),
});

export const CampaignChange = builder.objectRef<Config<'CAMPAIGN'>>('CampaignChange').implement({
  description: 'A campaign was made, altered or archived: other lists may count in its contacts from here on.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was committed.' }),
    campaign: t.field({
      type: CampaignState,
      description: 'The whole campaign as it is now.',
      resolve: ({ campaign }) => campaign,
    }),
  }),
});

export const SettingChange = builder.objectRef<Config<'SETTING'>>('SettingChange').implement({
  description:
    'Settings were changed: with enforcePending, numbers that stand only for review block or not from here on; with consentEnforcement, texts without consent.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was committed.' }),
    settings: t.field({
      type: Settings,
      description: 'All settings as they are now.',
      resolve: ({ settings }) => settings,
    }),
  }),
});
