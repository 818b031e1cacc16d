import { defaultSettings, type Settings } from '../domain/settings.ts';
import { blockMask, builtInLists, type ListRow, type Lists } from './block-mask.ts';
import type { CampaignRow } from './campaign-row.ts';
import { FactsPool } from './facts-pool.ts';
import { NumberTable } from './number-table.ts';

export type { ListRow, Lists } from './block-mask.ts';

/** The index object with its empty maps, in bytes (measured: an empty index takes 2.2 kB). */
const BASE_BYTES = 1_100;
/** A campaign with its place in the map, and each of its texts, in bytes besides their characters. */
const CAMPAIGN_BYTES = 300;
const TEXT_BYTES = 40;

export interface EnvironmentIndexOptions {
  /** Added to the built-in lists, or in their place when the id is the same. */
  readonly lists?: Iterable<ListRow>;
  readonly campaigns?: Iterable<CampaignRow>;
  readonly settings?: Settings;
  /** The log position at which lists, settings and the facts to come are true. */
  readonly position?: number;
  /** Numbers about to be loaded: spares the moves of growth. */
  readonly expectedNumbers?: number;
}

/**
 * One environment's facts in memory: number -> interned facts -> what is blocked. Facts, never a baked "blocked"
 * (P2.1): a change of lists or settings alters every verdict at once and touches no number.
 * Not a judge of freshness: its owner knows whether it has caught up, and says so to `deriveVerdict`.
 */
export class EnvironmentIndex {
  readonly #table = new NumberTable();
  readonly #pool = new FactsPool();
  /** Number -> what its consents to texts are good for (consent-facts.ts). */
  readonly #consents = new NumberTable();
  readonly #lists = new Map<number, ListRow>();
  readonly #campaigns = new Map<string, CampaignRow>();
  #settings: Settings;
  #position: number;

  constructor(options: EnvironmentIndexOptions = {}) {
    for (const list of [...builtInLists, ...(options.lists ?? [])]) this.#lists.set(list.id, list);
    for (const campaign of options.campaigns ?? []) this.applyCampaign(campaign);
    this.#settings = options.settings ?? defaultSettings;
    this.#position = options.position ?? 0;
    if (options.expectedNumbers !== undefined) this.#table.reserve(options.expectedNumbers);
  }

  /** Numbers with an active entry. */
  get size(): number {
    return this.#table.size;
  }

  /** Memory held, within 20%. */
  get memoryBytes(): number {
    const numbers = this.#table.bytes + this.#pool.bytes + this.#consents.bytes;
    return BASE_BYTES + this.#lists.size * 120 + campaignBytes(this.#campaigns.values()) + numbers;
  }

  /** The log position up to which everything here is applied. */
  get position(): number {
    return this.#position;
  }

  /** @throws RangeError when it would fall: a log that went back is a resync, and gets a new index (R5.3) */
  set position(position: number) {
    if (!Number.isSafeInteger(position) || position < this.#position) {
      throw new RangeError(`The index stands at ${this.#position} and can't go to ${position}.`);
    }
    this.#position = position;
  }

  get lists(): Lists {
    return this.#lists;
  }

  /** By key; one that is archived counts as unknown, and isn't here. */
  get campaigns(): ReadonlyMap<string, CampaignRow> {
    return this.#campaigns;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Sets the number's whole state, as the log's facts give it; '' takes it out.
   * @param phone E.164, or a key exactly as stored (R2.3)
   * @throws InvalidFactsError, with nothing changed
   */
  put(phone: string, facts: string): void {
    const id = this.#pool.retain(facts);
    this.#pool.release(this.#table.put(phone, id));
  }

  /** '' for a number without active entries. */
  facts(phone: string): string {
    return this.#pool.text(this.#table.get(phone));
  }

  /** What is blocked for this number, as the sum of `blockBit`s; 0 is nothing. The hot path: no string is built. */
  blockMask(phone: string): number {
    return this.#pool.mask(this.#table.get(phone), this.#derive);
  }

  /** What the number's consents to texts are good for (consent-facts.ts); 0 for nothing. */
  consents(phone: string): number {
    return this.#consents.get(phone);
  }

  /** Sets all that the number's consents to texts are good for. */
  putConsents(phone: string, mask: number): void {
    this.#consents.put(phone, mask);
  }

  /** A campaign was made, altered or archived. */
  applyCampaign(campaign: CampaignRow): void {
    for (const [key, { id }] of this.#campaigns) if (id === campaign.id) this.#campaigns.delete(key);
    if (campaign.enabled) this.#campaigns.set(campaign.key, campaign);
  }

  /** A list was made or altered. */
  applyList(list: ListRow): void {
    this.#lists.set(list.id, list);
    this.#pool.forgetMasks();
  }

  applySettings(settings: Settings): void {
    this.#settings = settings;
    this.#pool.forgetMasks();
  }

  readonly #derive = (facts: string): number => blockMask(facts, this.#lists, this.#settings);
}

function campaignBytes(campaigns: Iterable<CampaignRow>): number {
  let bytes = 0;
  for (const { key, name, phrases, ivrOptOutKeys } of campaigns) {
    bytes += CAMPAIGN_BYTES;
    for (const text of [key, name, ...phrases, ...(ivrOptOutKeys ?? [])]) bytes += TEXT_BYTES + text.length;
  }
  return bytes;
}
