import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Connection } from './connection.ts';
import { type AnsweredError, explainErrors, explainNetwork } from './explain-answer.ts';
import { type CommandFailure, refused, unreachable } from './failure.ts';

/** A connection that doesn't answer a ping so long is gone, though nobody closed it. */
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 10_000;
const OPEN_WITHIN_MS = 20_000;
/** Messages that may wait for us; beyond it the socket isn't read, and the server waits in turn. */
const MOST_WAITING = 4;

class ImpatientWebSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols, { handshakeTimeout: OPEN_WITHIN_MS });
  }
}

/**
 * The messages of a subscription, over a socket of its own, until the server completes it.
 * @throws CommandFailure when it is refused, or the connection is lost
 */
export async function* subscribe<TData, TVariables extends object>(
  { endpoint, key }: Connection,
  document: TypedDocumentNode<TData, TVariables>,
  variables: TVariables,
): AsyncGenerator<TData, void> {
  const waiting: TData[] = [];
  let over: { readonly failure?: CommandFailure } | undefined;
  let wake: () => void = () => {};
  let socket: WebSocket | undefined;
  let missingPong: NodeJS.Timeout | undefined;

  const client = createClient({
    url: Object.assign(new URL(endpoint), { protocol: endpoint.protocol.replace('http', 'ws') }).href,
    webSocketImpl: ImpatientWebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    // Resuming is for who knows the last cursor.
    retryAttempts: 0,
    connectionAckWaitTimeout: OPEN_WITHIN_MS,
    keepAlive: PING_EVERY_MS,
    on: {
      connected: (opened) => {
        socket = opened as WebSocket;
      },
      ping: (received) => {
        if (!received) missingPong = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(missingPong);
      },
    },
  });
  const end = (failure?: CommandFailure) => {
    over ??= failure ? { failure } : {};
    wake();
  };
  const unsubscribe = client.subscribe<TData>(
    { query: print(document), variables: variables as Record<string, unknown> },
    {
      next: ({ data, errors }) => {
        if (errors && errors.length > 0) return end(explainErrors(errors, 200, endpoint));
        if (data == null) return;
        waiting.push(data);
        // A paused socket brings no pongs either.
        if (waiting.length >= MOST_WAITING && !socket?.isPaused) socket?.pause();
        wake();
      },
      error: (error) => end(explainLoss(error, endpoint)),
      complete: () => end(),
    },
  );
  try {
    for (;;) {
      const data = waiting.shift();
      if (data !== undefined) {
        yield data;
        if (waiting.length === 0 && socket?.isPaused) socket.resume();
        continue;
      }
      if (over?.failure) throw over.failure;
      if (over) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    clearTimeout(missingPong);
    unsubscribe();
    await client.dispose();
    socket?.terminate();
  }
}

/** What graphql-ws tells of a subscription that ended: errors of the operation, a close of the socket, or a failed connection. */
function explainLoss(error: unknown, endpoint: URL): CommandFailure {
  if (Array.isArray(error)) return explainErrors(error as AnsweredError[], 200, endpoint);
  const { code, reason, error: cause } = error as { code?: unknown; reason?: unknown; error?: Error };
  if (cause) return explainNetwork(cause, endpoint);
  switch (code) {
    case 4401:
    case 4403:
      return refused('UNAUTHENTICATED', `The key isn't accepted by ${endpoint.origin} (any more): ${String(reason)}`);
    case 4400:
    case 4500:
      return refused('PROTOCOL', `The server ended the subscription: ${String(reason)} (${code}).`);
    default:
      return unreachable(
        'CONNECTION_LOST',
        `The connection to ${endpoint.origin} was lost (${String(code ?? error)}).`,
      );
  }
}
