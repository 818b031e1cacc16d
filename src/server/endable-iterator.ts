/** A subscription's results, which can be ended from outside at any moment. */
export interface EndableIterator<T> extends AsyncIterableIterator<T> {
  return(value?: unknown): Promise<IteratorResult<T>>;
  /** Ends it now: a pending `next` answers "done", and the source is told, without waiting for it. */
  end(): void;
}

export interface EndableOptions {
  /** Once, however it ended. */
  readonly onEnd: () => void;
  /** What the consumer sees when the source throws. */
  readonly mapError: (error: unknown) => unknown;
}

/**
 * An async generator's `return` waits until its pending `next` is over, and that may be the next change, hours away.
 * A client that left must not be kept that long (P2.10), so its consumer is answered here and the source in the
 * background. (Promise.race would do, but leaks one reaction per result into the promise that ends it.)
 */
export function endable<T>(source: AsyncIterable<T>, { onEnd, mapError }: EndableOptions): EndableIterator<T> {
  const inner = source[Symbol.asyncIterator]();
  const done: IteratorResult<T> = { done: true, value: undefined };
  let ended = false;
  let answerPending: ((result: IteratorResult<T>) => void) | undefined;

  const end = () => {
    if (ended) return;
    ended = true;
    onEnd();
    answerPending?.(done);
    // Its consumer is gone: how the source ends interests nobody any more.
    Promise.resolve(inner.return?.()).catch(() => undefined);
  };

  const next = () =>
    new Promise<IteratorResult<T>>((resolve, reject) => {
      if (ended) return resolve(done);
      answerPending = resolve;
      inner.next().then(
        (result) => {
          if (result.done) end();
          resolve(result);
        },
        (error) => {
          if (ended) return;
          reject(mapError(error));
          end();
        },
      );
    });

  return {
    next,
    end,
    return: async () => {
      end();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
