import { LRUCache } from 'lru-cache';
import type { CursorCodec } from '../../changes/cursor.ts';
import type { Database } from '../../db/database.ts';
import { builtInLists } from '../../suppression-index/block-mask.ts';
import { sufficiency } from '../../suppression-index/consent-facts.ts';
import type { LoadedEnvironment, SuppressionIndex } from '../../suppression-index/suppression-index.ts';
import { defaultSettings, parseSettings, type Settings } from '../settings.ts';
import { AtLeast } from './at-least.ts';
import {
  type AskedContact,
  type Asking,
  answerFor,
  type CheckAnswer,
  isEmergencyCall,
  type Standing,
} from './check-answer.ts';
import { type BatchAnswer, type BatchInput, checkBatch } from './check-batch.ts';
import { assertFittingType, hasFittingType } from './consent-standing.ts';
import { readNumber } from './read-number.ts';
import { businessNumberKey, isInThread } from './thread-consent.ts';
import { within } from './within.ts';

/** May this contact happen, now? */
export interface CheckInput extends AskedContact {
  /** As written; null: the caller withheld it. */
  readonly phone: string | null;
  /** A cursor that the answer must not be older than; waits at most 2 s for it, then blocks with STALE. */
  readonly atLeast?: string | null;
}

export interface VerdictsOptions {
  readonly index: SuppressionIndex;
  readonly cursors: CursorCodec;
  readonly database: Database;
  /** Calls with `atLeast` that may wait at once per environment; default 10,000. */
  readonly maxWaiting?: number;
}

/** How many environments' settings are remembered for the moments when they aren't loaded. */
const REMEMBERED = 10_000;
/** How long a verdict waits for the database to say whether a text belongs to a conversation. */
const THREAD_MS = 2_000;
const lists = new Map(builtInLists.map((list) => [list.id, list]));

/** This node's answers about now, from its suppression index (R3). */
export class Verdicts {
  readonly #index: SuppressionIndex;
  readonly #database: Database;
  readonly #atLeast: AtLeast;
  /** Last known; only for reading a number while its environment isn't loaded. */
  readonly #settings = new LRUCache<number, Settings>({ max: REMEMBERED });

  constructor(options: VerdictsOptions) {
    this.#index = options.index;
    this.#database = options.database;
    const { cursors, maxWaiting } = options;
    this.#atLeast = new AtLeast({ cursors, sql: options.database.read, maxWaiting });
  }

  /**
   * One verdict. Never rejects for the node's sake: what it can't vouch for it blocks, with STALE or NOT_READY (R3.3);
   * outbound calls to emergency numbers pass before anything is waited for (R2.4).
   * @throws InvalidCursorError for an `atLeast` that isn't a cursor of ours; UserProblemError for a message type of what
   * isn't an outbound SMS
   */
  check(viewer: Asking, input: CheckInput): Promise<CheckAnswer> {
    const loaded = this.#index.peek(viewer.environmentId);
    // The hot path: no wait but the caller's own `await`.
    if (loaded && isImmediate(input)) return Promise.resolve(answerNow(loaded, input, true));
    return this.#checkWaiting(viewer.environmentId, input, loaded);
  }

  /**
   * Up to 50,000 numbers at one place in the log; answers the blocked and the invalid alone.
   * @throws VerdictsUnavailableError (R3.3), UserProblemError, InvalidCursorError
   */
  checkBatch(viewer: Asking, input: BatchInput): Promise<BatchAnswer> {
    return checkBatch({ index: this.#index, atLeast: this.#atLeast }, viewer, input);
  }

  async #checkWaiting(
    environmentId: number,
    input: CheckInput,
    present: LoadedEnvironment | null,
  ): Promise<CheckAnswer> {
    assertFittingType(input, 'messageType');
    const known = present?.index.settings ?? this.#settings.get(environmentId);
    if (known && isEmergency(input, known))
      return present ? answerNow(present, input, true) : answerUnloaded(input, known);
    if (!present) this.#learnSettings(environmentId);
    const loaded = present ?? (await this.#index.ready(environmentId));
    if (!loaded) return answerUnloaded(input, this.#settings.get(environmentId) ?? defaultSettings);
    this.#settings.set(environmentId, loaded.index.settings);
    const wait = input.atLeast && !isEmergency(input, loaded.index.settings);
    const reached = wait ? await this.#atLeast.reached(loaded, input.atLeast!) : true;
    return answerNow(loaded, input, reached, await this.#isInThread(loaded, environmentId, input));
  }

  /** The index knows of implied consent, and only the database of which thread: asked for alone, when it decides. */
  async #isInThread({ index }: LoadedEnvironment, environmentId: number, input: CheckInput): Promise<boolean> {
    const { phone, messageType, businessNumber } = input;
    if (!messageType || businessNumber == null) return true;
    const { defaultCountry } = index.settings;
    const { number } = readNumber(phone, defaultCountry);
    if (!number?.ok || sufficiency(index.consents(number.e164), messageType) !== 'THREAD') return true;
    const ours = businessNumberKey(businessNumber, defaultCountry);
    return within(THREAD_MS, isInThread(this.#database.read, environmentId, number.e164, ours));
  }

  /** Beside the load and without waiting: a large list takes longer than its settings, and 999 is read by country. */
  #learnSettings(environmentId: number): void {
    this.#database.read
      .query<{ settings: unknown }>('SELECT settings FROM environment WHERE id = $1', [environmentId])
      .then(({ rows }) => rows[0] && this.#settings.set(environmentId, parseSettings(rows[0].settings)))
      // The load meets the same trouble, and says so.
      .catch(() => {});
  }
}

/** Whether memory alone answers it, without anything to wait for or to refuse. */
function isImmediate(input: CheckInput): boolean {
  const { atLeast, messageType, businessNumber } = input;
  return !atLeast && (!messageType || (businessNumber == null && hasFittingType(input)));
}

/** Cursor, staleness and facts are taken in one synchronous step (P2.3). */
function answerNow(loaded: LoadedEnvironment, input: CheckInput, reached: boolean, inThread = true): CheckAnswer {
  const { index } = loaded;
  const standing: Standing = {
    source: index,
    stale: !reached || loaded.isStale(),
    cursor: loaded.cursor(),
    lists: index.lists,
    settings: index.settings,
    at: null,
    campaigns: index.campaigns,
    consents: index,
    inThread,
  };
  return answerFor(readNumber(input.phone, index.settings.defaultCountry), input, standing);
}

function answerUnloaded(input: CheckInput, settings: Settings): CheckAnswer {
  const nothing = { source: null, campaigns: null, consents: null };
  const standing: Standing = { ...nothing, stale: false, cursor: null, lists, settings, at: null };
  return answerFor(readNumber(input.phone, settings.defaultCountry), input, standing);
}

function isEmergency(input: CheckInput, settings: Settings): boolean {
  return isEmergencyCall(readNumber(input.phone, settings.defaultCountry).number, input);
}
