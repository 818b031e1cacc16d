import { HttpProblemError } from './http-problem.ts';

/** How many may do something at once that takes memory and time, and how many of them one environment may have. */
export class Places {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #what: string;
  readonly #taken = new Map<number, number>();
  #total = 0;

  /** `what` in the words of the one who is refused, such as "uploads". */
  constructor(options: { most: number; mostOfOne?: number; what: string }) {
    this.#most = options.most;
    this.#mostOfOne = options.mostOfOne ?? options.most;
    this.#what = options.what;
  }

  /** Takes a place; call what it returns when done. @throws HttpProblemError (503) when there is none */
  take(environmentId = 0): () => void {
    const own = this.#taken.get(environmentId) ?? 0;
    if (this.#total >= this.#most || own >= this.#mostOfOne) {
      throw new HttpProblemError({
        status: 503,
        code: 'OVERLOADED',
        message: `Too many ${this.#what} run at this moment: send it again in a few seconds.`,
        headers: { 'retry-after': '5' },
      });
    }
    this.#taken.set(environmentId, own + 1);
    this.#total += 1;
    return () => {
      this.#total -= 1;
      const left = this.#taken.get(environmentId)! - 1;
      if (left > 0) this.#taken.set(environmentId, left);
      else this.#taken.delete(environmentId);
    };
  }
}
