import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pause } from './task-handler.ts';

/** After a batch: there is more to do, there is more to do but not before something, or it is over. */
export type AfterTurn = 'AGAIN' | 'OVER' | Pause;

/** One who wants turns; a turn never rejects. */
export interface TurnTaker {
  turn(): Promise<AfterTurn>;
}

/**
 * Turns for all: one batch each, around and around (P3.6), at most so many at the same time. Between two batches of a
 * lane the event loop gets its turn, too: on the embedded database a batch may have held up everybody else (P3.1).
 */
export class TaskTurns<Taker extends TurnTaker> {
  readonly #lanes: number;
  readonly #onOver: (taker: Taker) => void;
  readonly #line: Taker[] = [];
  #taken = 0;

  constructor(options: { lanes: number; onOver: (taker: Taker) => void }) {
    this.#lanes = options.lanes;
    this.#onOver = options.onOver;
  }

  /** Stands at the end of the line until it is over. */
  join(taker: Taker): void {
    this.#line.push(taker);
    this.#next();
  }

  #next(): void {
    while (this.#taken < this.#lanes && this.#line.length > 0) {
      this.#taken += 1;
      void this.#take(this.#line.shift()!);
    }
  }

  async #take(taker: Taker): Promise<void> {
    const after = await taker.turn();
    await nextTurn();
    this.#taken -= 1;
    if (after === 'OVER') this.#onOver(taker);
    else if (after === 'AGAIN') this.#line.push(taker);
    else after.until.catch(() => {}).finally(() => this.join(taker));
    this.#next();
  }
}
