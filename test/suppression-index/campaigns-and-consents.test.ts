import { describe, expect, test } from 'vitest';
import type { ChangeRecord, ChangeSetRecord } from '../../src/changes/change-set.ts';
import { builtInLists, type ListRow } from '../../src/suppression-index/block-mask.ts';
import type { CampaignRow } from '../../src/suppression-index/campaign-row.ts';
import { EnvironmentIndex } from '../../src/suppression-index/environment-index.ts';
import { applySets } from '../../src/suppression-index/index-follower.ts';
import { deriveVerdict, type VerdictInput } from '../../src/suppression-index/verdict.ts';

const PHONE = '+14151234567';
const spring: CampaignRow = {
  id: 1,
  key: 'spring',
  name: 'Spring',
  optOutDetection: true,
  phrases: [],
  ivrOptOutKeys: null,
  enabled: true,
};
const list = (id: number, campaigns: readonly number[]): ListRow => ({
  id,
  key: `LIST${id}`,
  name: `List ${id}`,
  blocks: 1,
  enabled: true,
  campaigns,
});

const listsOf = (index: EnvironmentIndex, input: Partial<VerdictInput>) =>
  deriveVerdict({
    number: { ok: true, e164: PHONE, emergency: false },
    otherKeys: [],
    direction: 'OUTBOUND',
    channel: 'CALL',
    source: index,
    stale: false,
    ...input,
  }).reasons.map((reason) => (reason.code === 'LISTED' ? reason.listId : reason.code));

describe('R3.1: which lists count for a campaign', () => {
  const index = new EnvironmentIndex({ lists: [list(10, []), list(11, [1]), list(12, [2]), list(13, [1, 2])] });
  index.put(PHONE, '1h 10h 11h 12h 13s');

  test.each([
    { campaignId: null, counted: [1, 10, 11, 12, 13] },
    { campaignId: undefined, counted: [1, 10, 11, 12, 13] },
    { campaignId: 1, counted: [1, 10, 11, 13] },
    { campaignId: 2, counted: [1, 10, 12, 13] },
    { campaignId: 3, counted: [1, 10] },
  ])('$campaignId: $counted', ({ campaignId, counted }) => {
    expect(listsOf(index, { campaignId })).toEqual(counted);
  });

  test('what is on a list of another campaign alone is allowed; facts of a list that nobody knows block all', () => {
    index.put(PHONE, '12h');
    expect(listsOf(index, { campaignId: 1 })).toEqual([]);
    index.put(PHONE, '99h');
    expect(listsOf(index, { campaignId: 1 })).toEqual([99]);
  });

  test('built-in lists count for every campaign', () => {
    for (const { id, campaigns } of builtInLists) expect([id, campaigns]).toEqual([id, []]);
  });
});

test('R3.2: a lack of consent is named behind the lists and before the node', () => {
  const index = new EnvironmentIndex();
  index.put(PHONE, '1h');
  const input = { channel: 'SMS', lacksConsentFor: 'PROMOTIONAL' } as const;
  expect(listsOf(index, { ...input, stale: true })).toEqual([1, 'CONSENT_INSUFFICIENT', 'STALE']);
  expect(listsOf(index, { ...input, source: null })).toEqual(['NOT_READY']);
});

describe('the log applied to the index', () => {
  const change = (kind: ChangeRecord['kind'], more: Partial<ChangeRecord>): ChangeRecord => ({
    position: 0,
    kind,
    entryId: null,
    listId: null,
    phone: null,
    facts: null,
    before: null,
    after: null,
    source: null,
    externalReference: null,
    reasonId: null,
    ...more,
  });
  const apply = (index: EnvironmentIndex, ...changes: ChangeRecord[]) =>
    applySets(index, [{ position: index.position + 1, changes } as unknown as ChangeSetRecord]);

  test('facts of a consent are no facts of entries, and those of entries none of consent', () => {
    const index = new EnvironmentIndex();
    apply(
      index,
      change('ENTRY_ADDED', { phone: PHONE, facts: '2h' }),
      change('CONSENT', { phone: PHONE, facts: 'c7' }),
    );
    expect([index.facts(PHONE), index.consents(PHONE)]).toEqual(['2h', 7]);
    apply(index, change('CONSENT', { phone: PHONE, facts: '' }));
    expect([index.facts(PHONE), index.consents(PHONE)]).toEqual(['2h', 0]);
    expect(() => apply(index, change('CONSENT', { phone: PHONE, facts: '1h' }))).toThrow('not the facts of a consent');
  });

  test('a campaign is known by its key from its making to its archiving; a list without campaigns has none', () => {
    const index = new EnvironmentIndex();
    const told = (campaign: CampaignRow) => apply(index, change('CAMPAIGN', { after: JSON.stringify(campaign) }));
    told(spring);
    told({ ...spring, id: 2, key: 'summer' });
    expect([...index.campaigns].map(([key, { id }]) => [key, id])).toEqual([
      ['spring', 1],
      ['summer', 2],
    ]);
    told({ ...spring, name: 'Spring sale' });
    expect(index.campaigns.get('spring')?.name).toBe('Spring sale');
    told({ ...spring, enabled: false });
    expect([...index.campaigns.keys()]).toEqual(['summer']);
    const { campaigns: _none, ...old } = list(10, []);
    apply(index, change('LIST', { after: JSON.stringify(old) }));
    expect(index.lists.get(10)).toEqual(list(10, []));
  });
});

test('invariant 10: what campaigns and consents take is counted', () => {
  const index = new EnvironmentIndex();
  const empty = index.memoryBytes;
  for (let n = 0; n < 1_000; n += 1) index.putConsents(`+1415${2_000_000 + n}`, 7);
  const consents = index.memoryBytes - empty;
  expect(consents).toBeGreaterThan(10_000);
  expect(consents).toBeLessThan(40_000);
  index.applyCampaign({ ...spring, phrases: ['x'.repeat(10_000)] });
  expect(index.memoryBytes - empty - consents).toBeGreaterThan(10_000);
});
