import type { ChangeRecord, ChangeSetRecord } from '../changes/change-set.ts';
import type { EnvironmentFeed } from '../changes/environment-feed.ts';
import { parseSettings } from '../domain/settings.ts';
import { parseList } from './block-mask.ts';
import type { CampaignRow } from './campaign-row.ts';
import { parseConsentFacts } from './consent-facts.ts';
import type { EnvironmentIndex } from './environment-index.ts';

/**
 * Keeps an index true: replays the log from the index's position to the feed's, then follows it. Returns when the index
 * stands where the feed stands; from then on every batch is applied before anybody waiting for it is woken.
 */
export async function followFeed(
  index: EnvironmentIndex,
  feed: EnvironmentFeed,
  onError: (error: unknown) => void,
): Promise<() => void> {
  for (;;) {
    const sets = await feed.read(index.position);
    if (sets.length > 0) applySets(index, sets);
    // No await between this look and `follow`: nothing can come between.
    else if (index.position === feed.position) break;
    // What came from the database was newer than the feed's own look: it has to look again, or nobody would ever move.
    else await catchUp(feed, index.position);
  }
  const stop = feed.follow((sets) => {
    try {
      applySets(index, sets);
    } catch (error) {
      // An index that missed a change must not answer: its owner drops it and loads anew.
      stop();
      onError(error);
    }
  });
  return stop;
}

async function catchUp(feed: EnvironmentFeed, position: number): Promise<void> {
  await feed.pull();
  if (feed.position < position) throw new Error(`the log ends at ${feed.position}, before what was read from it`);
}

export function applySets(index: EnvironmentIndex, sets: readonly ChangeSetRecord[]): void {
  for (const set of sets) {
    if (set.position <= index.position) continue;
    for (const change of set.changes) applyChange(index, change);
    index.position = set.position;
  }
}

/** By its kind first: the facts of a consent are no facts of entries. */
function applyChange(index: EnvironmentIndex, { kind, phone, facts, after }: ChangeRecord): void {
  if (kind === 'CONSENT') index.putConsents(phone!, parseConsentFacts(facts!));
  else if (kind === 'LIST') index.applyList(parseList(after!));
  else if (kind === 'CAMPAIGN') index.applyCampaign(JSON.parse(after!) as CampaignRow);
  else if (kind === 'SETTING') index.applySettings(parseSettings({ ...index.settings, ...JSON.parse(after!) }));
  else if (phone !== null && facts !== null) index.put(phone, facts);
}
