/** Lets a fixed number of tasks run at once; the others wait in line. */
export class Turnstile {
  readonly #places: number;
  #running = 0;
  readonly #line: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  async pass<T>(task: () => Promise<T>): Promise<T> {
    // Again after each wait: somebody new may have come in before the one who was called.
    while (this.#running >= this.#places) await new Promise<void>((resolve) => this.#line.push(resolve));
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#line.shift()?.();
    }
  }
}
