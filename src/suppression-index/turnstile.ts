/** Lets a fixed number of tasks run at once; the others wait in line. */
export class Turnstile {
  readonly #places: number;
  #running = 0;
  readonly #line: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /** @throws the signal's reason when it is aborted while the task waits */
  async pass<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    // Again after each wait: somebody new may have come in before the one who was called.
    while (this.#running >= this.#places) await this.#called(signal);
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#line.shift()?.();
    }
  }

  async #called(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    let leave = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        this.#line.push(resolve);
        leave = () => {
          const place = this.#line.indexOf(resolve);
          if (place >= 0) this.#line.splice(place, 1);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', leave);
      });
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}
