import { type Answer, type Document, failure } from './documents.ts';

/** Why a subscription is over: `code` is the socket's close code, or 0 for the end of an SSE stream. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export interface Subscription<TData> {
  /** The next message's data; fails when it has errors, when none comes in time, or when the subscription is over. */
  next(options?: { within?: number }): Promise<TData>;
  /** The next message as it came, errors and all. */
  nextAnswer(options?: { within?: number }): Promise<Answer<TData>>;
  /** Reads on until a message fits, and returns the data of all that were read, the fitting one last. */
  until(fits: (data: TData) => boolean, options?: { within?: number }): Promise<TData[]>;
  /** Fails if a message comes within this time. */
  expectSilence(milliseconds: number): Promise<void>;
  /** Settles when the server completed this subscription (and not when the socket closed under it). */
  readonly completed: Promise<void>;
  /** Settles when the connection is closed, by whichever side. */
  readonly closed: Promise<Ending>;
  close(): Promise<void>;
}

export interface MessageSource {
  readonly document: Document;
  readonly variables: unknown;
  readonly closed: Promise<Ending>;
  readonly close: () => Promise<void>;
}

const PATIENCE = 5_000;

/** Keeps what arrived until the test asks for it, in order: a story is told one message at a time. */
export class MessageQueue<TData> implements Subscription<TData> {
  readonly completed: Promise<void>;
  readonly closed: Promise<Ending>;
  readonly close: () => Promise<void>;
  readonly #source: MessageSource;
  readonly #messages: Answer<TData>[] = [];
  readonly #seen: Answer<TData>[] = [];
  #over: string | undefined;
  #wake: () => void = () => {};
  #complete: () => void = () => {};

  constructor(source: MessageSource) {
    this.#source = source;
    this.closed = source.closed;
    this.close = source.close;
    this.completed = new Promise((resolve) => {
      this.#complete = resolve;
    });
    void source.closed.then(({ code, reason }) => this.#end(`the connection was closed with ${code} ${reason}`));
  }

  push(message: { data?: TData | null | undefined; errors?: Answer<TData>['errors'] | undefined }): void {
    this.#messages.push({ data: message.data, errors: message.errors ?? [] });
    this.#wake();
  }

  complete(): void {
    this.#end('the server completed it');
    this.#complete();
  }

  async next(options: { within?: number } = {}): Promise<TData> {
    const answer = await this.nextAnswer(options);
    if (answer.errors.length > 0 || answer.data == null) throw this.#failure('The next message has errors', answer);
    return answer.data;
  }

  async nextAnswer({ within = PATIENCE }: { within?: number } = {}): Promise<Answer<TData>> {
    const message = await this.#take(within);
    if (message) return message;
    throw this.#failure(this.#over ? `No message is left: ${this.#over}` : `No message came within ${within} ms`);
  }

  async until(fits: (data: TData) => boolean, { within = PATIENCE }: { within?: number } = {}): Promise<TData[]> {
    const end = Date.now() + within;
    const read: TData[] = [];
    for (;;) {
      const data = await this.next({ within: Math.max(0, end - Date.now()) });
      read.push(data);
      if (fits(data)) return read;
    }
  }

  async expectSilence(milliseconds: number): Promise<void> {
    const message = await this.#take(milliseconds);
    if (message) throw this.#failure(`Expected silence for ${milliseconds} ms`, message);
  }

  async #take(within: number): Promise<Answer<TData> | undefined> {
    const end = Date.now() + within;
    while (this.#messages.length === 0 && !this.#over && Date.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const message = this.#messages.shift();
    if (message) this.#seen.push(message);
    return message;
  }

  #end(why: string): void {
    this.#over ??= why;
    this.#wake();
  }

  #failure(headline: string, message?: Answer<TData>): Error {
    const received = {
      message,
      over: this.#over,
      readBefore: this.#seen.slice(-5),
      countReadBefore: this.#seen.length,
    };
    return failure(headline, this.#source.document, this.#source.variables, received);
  }
}
