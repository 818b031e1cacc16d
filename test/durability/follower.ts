import { changesIn, ENTRY_CHANGES, type FollowedChange, lastCursor, type Message } from '../graphql/feed-documents.ts';
import type { Client } from '../support/client.ts';
import type { Subscription } from '../support/message-queue.ts';

/** A dialer that keeps its last cursor, and comes back with it after every loss (PROTOCOL.md 47 and 52). */
export class Follower {
  readonly changes: FollowedChange[] = [];
  /** How often it resumed with a cursor. */
  resumes = 0;
  #cursor: string | undefined;
  #stream: Subscription<Message> | undefined;
  #reading: Promise<void> = Promise.resolve();
  #isOver = false;
  #wake = () => {};

  /** Returns when the stream has begun: with a bookmark at the cursor it came with, or at now. */
  async follow(client: Client): Promise<void> {
    const stream = client.subscribe<Message>(ENTRY_CHANGES, { after: this.#cursor ?? null });
    const first = await stream.next({ within: 20_000 });
    if (first.entryChanges.__typename !== 'Bookmark') throw new Error(`began with ${first.entryChanges.__typename}`);
    if (this.#cursor !== undefined) {
      this.resumes += 1;
      if (first.entryChanges.cursor !== this.#cursor) throw new Error('the stream began elsewhere than at the cursor');
    }
    this.#cursor = first.entryChanges.cursor;
    this.#stream = stream;
    this.#reading = this.#read(stream);
  }

  /** Until everything up to this cursor was received. */
  async reach(cursor: string): Promise<void> {
    const end = Date.now() + 20_000;
    while (this.#cursor !== cursor) {
      if (Date.now() > end) throw new Error(`the follower stopped short, after ${this.changes.length} changes`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - Date.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Comes back if the server has closed the stream, with a code that says so. */
  async followOn(client: Client): Promise<void> {
    if (this.#isOver) await this.follow(client);
  }

  /** The connection is gone; what had arrived is kept. */
  async lost(): Promise<void> {
    await this.#stream?.closed;
    await this.#reading;
  }

  async #read(stream: Subscription<Message>): Promise<void> {
    this.#isOver = false;
    void stream.closed.then(() => {
      this.#isOver = true;
    });
    for (;;) {
      const message = await stream.next({ within: 60_000 }).catch((error: Error) => error);
      if (message instanceof Error) {
        if (this.#isOver) return;
        throw message;
      }
      this.changes.push(...changesIn([message]));
      this.#cursor = lastCursor([message]);
      this.#wake();
    }
  }
}
