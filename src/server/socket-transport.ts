import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { Log } from '../log.ts';
import { CloseCode } from './close-codes.ts';
import type { SocketOperations, SocketState } from './socket-operations.ts';
import type { SocketRegistry } from './socket-registry.ts';

export interface SocketTransportOptions {
  readonly webSocket: WebSocket;
  readonly req: IncomingMessage;
  readonly operations: SocketOperations;
  readonly registry: SocketRegistry;
  readonly log: Log;
}

/** Ping that often, and end a socket that hasn't answered by the next time. */
const KEEP_ALIVE_MS = 12_000;
/** A client that doesn't read gets no pongs on top of what already waits for it. */
const NO_PONG_BEYOND_BYTES = 65_536;

/** graphql-ws throws this, without a code, at what only servers send; a test notices if it changes its words. */
const strayMessage = /^Unexpected message of type \w+ received$/;

/**
 * Carries one WebSocket's messages to graphql-ws and back. (The adapter that graphql-ws brings writes to the console,
 * reads NODE_ENV, and can't count bytes.) A message is sent when the network took it: that is the back-pressure.
 */
export function serveSocket({ webSocket, req, operations, registry, log }: SocketTransportOptions): void {
  const state: SocketState = { req, slot: null, exchanges: new Map() };
  const endOperations = () => {
    for (const exchange of state.exchanges.values()) exchange.end();
  };
  state.slot = registry.open((code, reason) => {
    endOperations();
    webSocket.close(code, reason);
  });
  const { slot } = state;
  if (!slot) {
    webSocket.close(CloseCode.TRY_AGAIN_LATER, 'Too many sockets: try again later');
    return;
  }

  const send = (data: string) =>
    new Promise<void>((resolve) => {
      if (webSocket.readyState !== webSocket.OPEN) return resolve();
      const bytes = Buffer.byteLength(data);
      slot.sending(bytes);
      // A failed send means a lost socket, and its close event follows.
      webSocket.send(data, () => {
        slot.sent(bytes);
        resolve();
      });
    });
  const fail = (error: unknown) => {
    if (error instanceof Error && strayMessage.test(error.message)) {
      log.debug({ problem: error.message }, 'a client broke the protocol');
      slot.close(CloseCode.BAD_REQUEST, 'Unexpected message');
      return;
    }
    log.error({ err: error }, 'a socket message could not be handled');
    slot.close(CloseCode.INTERNAL, 'Internal server error');
  };
  const closed = operations.opened(
    {
      protocol: webSocket.protocol,
      send,
      close: (code, reason) => slot.close((code ?? CloseCode.BAD_REQUEST) as CloseCode, reason ?? ''),
      onMessage: (receive) =>
        webSocket.on('message', (data: RawData) => {
          if (!slot.closed) receive(String(data)).catch(fail);
        }),
    },
    state,
  );

  webSocket.on('ping', (data) => {
    if (webSocket.bufferedAmount < NO_PONG_BEYOND_BYTES) webSocket.pong(data);
  });
  // A broken frame or a message beyond the limit: ws closes the socket with the code for it.
  webSocket.on('error', (error) => log.debug({ err: error }, 'socket error'));
  const stopKeepAlive = keepAlive(webSocket);
  webSocket.once('close', (code, reason) => {
    stopKeepAlive();
    slot.release();
    endOperations();
    closed(code, String(reason)).catch(fail);
  });
}

function keepAlive(webSocket: WebSocket): () => void {
  let answered = true;
  webSocket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return webSocket.terminate();
    answered = false;
    webSocket.ping();
  }, KEEP_ALIVE_MS);
  timer.unref();
  return () => clearInterval(timer);
}
