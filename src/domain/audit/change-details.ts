import type { ChangeKind } from '../../changes/change-set.ts';
import { blockBit } from '../../suppression-index/block-mask.ts';

/** One thing that a change of configuration or of a consent altered, as texts for people. */
export interface ChangedDetail {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The key of a campaign by its id; null for none. */
export type CampaignKey = (id: number) => string | null;

type Attributes = Readonly<Record<string, unknown>>;

/** What tells which list, key or environment it was: named even where it didn't change. */
const identity = new Set(['id', 'key', 'name']);

/** What a change of configuration or of a consent altered; nothing for changes of entries. Of a consent all is named. */
export function changedDetails(
  kind: ChangeKind,
  before: string | null,
  after: string | null,
  campaignKey: CampaignKey,
): ChangedDetail[] {
  if (kind.startsWith('ENTRY_')) return [];
  const is = parse(after);
  const was = stateBefore(kind, before, is);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((name) => ({
      name: name === 'campaignId' ? 'campaign' : name,
      before: shown(name, was[name], campaignKey),
      after: shown(name, is[name], campaignKey),
    }))
    .filter(
      ({ name, before, after }) => before !== after || (after !== null && (kind === 'CONSENT' || identity.has(name))),
    );
}

/** The ids of the campaigns that a change names, to be shown as keys. */
export function campaignsIn(...texts: readonly (string | null)[]): number[] {
  const named = texts.map(parse).flatMap(({ campaignId, campaigns }) => [campaignId, campaigns].flat());
  return [...new Set(named)].filter((id): id is number => typeof id === 'number' && id > 0);
}

function parse(json: string | null): Attributes {
  return JSON.parse(json ?? '{}') as Attributes;
}

/** Of lists, campaigns and consents `after` is the whole: what `before` doesn't name stayed as it was. */
function stateBefore(kind: ChangeKind, before: string | null, after: Attributes): Attributes {
  const said = parse(before);
  if (before === null || after.id === undefined) return said;
  if (kind === 'LIST' || kind === 'CAMPAIGN') return { ...after, ...said };
  if (kind !== 'CONSENT') return said;
  const { endedAt: _endedAt, endedBy: _endedBy, ...given } = after;
  return { ...given, ...said };
}

function shown(name: string, value: unknown, campaignKey: CampaignKey): string | null {
  if (value === null || value === undefined) return null;
  if (name === 'blocks' && typeof value === 'number') return contacts(value);
  if (name === 'campaignId') return campaignKey(Number(value));
  if (name === 'campaigns' && Array.isArray(value)) return value.map((id) => campaignKey(Number(id)) ?? id).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function contacts(mask: number): string {
  return (['OUTBOUND', 'INBOUND'] as const)
    .flatMap((direction) =>
      (['CALL', 'SMS'] as const)
        .filter((channel) => (mask & blockBit(direction, channel)) !== 0)
        .map((channel) => `${direction} ${channel}`),
    )
    .join(', ');
}
