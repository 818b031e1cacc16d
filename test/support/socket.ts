import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type Answer, type Document, textOf, type Variables } from './documents.ts';
import { onceEnded } from './leftovers.ts';
import { type Ending, MessageQueue, type Subscription } from './message-queue.ts';

export interface Socket {
  /** Any number of subscriptions share the socket; closing one of them leaves it open. */
  // biome-ignore lint/suspicious/noExplicitAny: the text of a document says nothing about its answer
  subscribe<TData = any, TVariables = any>(
    document: Document<TData, TVariables>,
    ...variables: Variables<TVariables>
  ): Subscription<TData>;
  /** Stops reading from the network, as a slow client does, until `resume`. */
  pause(): void;
  resume(): void;
  readonly closed: Promise<Ending>;
  close(): Promise<void>;
}

/** A graphql-ws connection as a well-behaved client has it, but without its reconnecting: a test wants to see the close. */
export function openSocket(url: string, connectionParams: Record<string, unknown>): Socket {
  let raw: WebSocket | undefined;
  let ended: (ending: Ending) => void;
  const closed = new Promise<Ending>((resolve) => {
    ended = resolve;
  });
  class ObservedWebSocket extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols);
      raw = this;
      this.on('close', (code, reason) => ended({ code, reason: reason.toString() }));
    }
  }
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: ObservedWebSocket,
    connectionParams,
    retryAttempts: 0,
    // An idle socket stays open until the test closes it.
    lazyCloseTimeout: 60_000,
    onNonLazyError: () => {},
  });
  const close = onceEnded('a socket', async () => {
    await client.dispose();
    if (!raw) return;
    const stuck = setTimeout(() => raw?.terminate(), 1_000);
    raw.resume();
    raw.close(1000);
    await closed;
    clearTimeout(stuck);
  });

  return {
    subscribe<TData, TVariables>(document: Document<TData, TVariables>, ...[variables]: Variables<TVariables>) {
      let unsubscribe = () => {};
      const queue = new MessageQueue<TData>({ document, variables, closed, close: async () => unsubscribe() });
      const payload = { query: textOf(document), variables: (variables ?? {}) as Record<string, unknown> };
      unsubscribe = client.subscribe<TData>(payload, {
        next: (message) => queue.push(message as Answer<TData>),
        // A refused operation comes as a list of GraphQL errors; a closed socket as an event, which `closed` tells better.
        error: (error) => {
          if (Array.isArray(error)) queue.push({ errors: error });
          if (Array.isArray(error)) queue.complete();
        },
        complete: () => queue.complete(),
      });
      return queue;
    },
    pause: () => raw?.pause(),
    resume: () => raw?.resume(),
    closed,
    close,
  };
}
