import type { Client } from '../support/client.ts';
import type { Random } from './random.ts';

/** One call of addEntries, and whether an answer came back that says it is done. */
export interface Call {
  readonly phones: readonly string[];
  readonly idempotencyKey: string;
  acknowledged: boolean;
}

const ADD = /* GraphQL */ `
  mutation Add($input: AddEntriesInput!) {
    addEntries(input: $input) {
      addedCount
      userErrors {
        message
      }
    }
  }
`;

/** Largest batch: more than one change set (P1.4) and more than one group (P1.3). */
const LARGEST_BATCH = 2_500;

/** Clients that list numbers one after the other, and remember what they were promised. */
export class Adding {
  readonly calls: Call[] = [];
  readonly #random: Random;
  #numbers = 0;
  #waiting: { calls: number; resolve: () => void } | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  get acknowledged(): string[] {
    return this.calls.filter((call) => call.acknowledged).flatMap(({ phones }) => phones);
  }

  /** When so many calls in all have been begun, so that a kill comes in the middle of work. */
  begun(calls: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { calls, resolve };
    });
  }

  /** Adds until `stopped`; how often it was answered. A lost connection is what the test is about, and no failure. */
  async work(client: Client, kind: 'SINGLE' | 'BATCH', stopped: () => boolean): Promise<number> {
    let answered = 0;
    while (!stopped()) {
      const size = kind === 'SINGLE' ? 1 : this.#random.whole(2, this.#random.next() < 0.04 ? LARGEST_BATCH : 80);
      if (await this.#send(client, this.#newCall(size))) answered += 1;
      else if (!stopped()) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return answered;
  }

  /** Sends again, with its key, what was never answered (P1.8): now it has to be done, and once. */
  async repeat(client: Client, calls: readonly Call[]): Promise<void> {
    for (const call of calls)
      if (!(await this.#send(client, call))) throw new Error('a repeated call was not answered');
  }

  #newCall(size: number): Call {
    const phones = Array.from({ length: size }, () => `+1415${2_000_000 + this.#numbers++}`);
    const call = { phones, idempotencyKey: `call ${this.calls.length}`, acknowledged: false };
    this.calls.push(call);
    if (this.#waiting && this.calls.length >= this.#waiting.calls) this.#waiting.resolve();
    return call;
  }

  async #send(client: Client, call: Call): Promise<boolean> {
    const { idempotencyKey } = call;
    const input = { list: 'DNC', idempotencyKey, entries: call.phones.map((phone) => ({ phone })) };
    const answer = await client.query(ADD, { input }).catch(() => null);
    const added = answer?.data?.addEntries;
    if (!added || answer.errors.length > 0 || added.userErrors.length > 0) return false;
    if (added.addedCount !== call.phones.length)
      throw new Error(`${call.phones.length} new numbers were sent, and ${added.addedCount} were added`);
    call.acknowledged = true;
    return true;
  }
}
