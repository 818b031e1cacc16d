import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer as WsServer } from 'ws';
import type { ServerLimits } from '../config.ts';
import type { Log } from '../log.ts';
import type { ErrorMask } from './error-mask.ts';
import { GRAPHQL_PATH, type GraphqlServer } from './graphql-server.ts';
import { type HttpProblem, problemBody } from './http-problem.ts';
import type { Origins } from './origins.ts';
import { SocketOperations } from './socket-operations.ts';
import type { SocketRegistry } from './socket-registry.ts';
import { serveSocket } from './socket-transport.ts';
import type { Authenticate } from './transport.ts';

export interface WebSocketServerOptions {
  readonly graphql: GraphqlServer;
  readonly authenticate: Authenticate;
  readonly registry: SocketRegistry;
  readonly origins: Origins;
  readonly mask: ErrorMask;
  readonly limits: ServerLimits;
  readonly log: Log;
}

/** A close that the client doesn't answer is enforced after this time: a revoked key is gone within a second (issue A, 4). */
const CLOSE_TIMEOUT_MS = 1_000;
/** Tiny fragments exhausted memory before ws 8.21; no client of ours fragments at all. */
const MAX_FRAGMENTS = 64;

/** GraphQL over WebSocket (protocol graphql-transport-ws), on the same port and path as over HTTP. */
export class WebSocketServer {
  readonly #options: WebSocketServerOptions;
  readonly #ws: WsServer;
  readonly #operations: SocketOperations;

  constructor(options: WebSocketServerOptions) {
    this.#options = options;
    const { maxSocketMessageBytes } = options.limits;
    this.#ws = new WsServer({
      noServer: true,
      path: GRAPHQL_PATH,
      handleProtocols,
      maxPayload: maxSocketMessageBytes,
      // Chunks are what the network delivers, rarely below 512 bytes.
      ...{ maxFragments: MAX_FRAGMENTS, maxBufferedChunks: 1_024 + Math.ceil(maxSocketMessageBytes / 512) },
      perMessageDeflate: false,
      autoPong: false,
      ...{ closeTimeout: CLOSE_TIMEOUT_MS },
    });
    this.#operations = new SocketOperations(options);
  }

  /** Answers an HTTP request that wants to become a socket. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const problem = this.#refusal(req);
    if (problem) {
      refuseUpgrade(socket, problem);
      return;
    }
    this.#ws.handleUpgrade(req, socket, head, (webSocket) => {
      serveSocket({ webSocket, req, operations: this.#operations, ...this.#options });
    });
  }

  /** Takes no new operations, and waits for queries and mutations under way: their answers are owed. */
  async finishOperations(deadline: number): Promise<void> {
    await this.#operations.finish(deadline);
  }

  /** Ends what didn't close by itself. */
  terminate(): void {
    for (const client of this.#ws.clients) client.terminate();
    this.#ws.close();
  }

  #refusal(req: IncomingMessage): HttpProblem | null {
    if (req.url?.split('?', 1)[0] !== GRAPHQL_PATH) {
      return { status: 404, code: 'NOT_FOUND', message: `Sockets are at ${GRAPHQL_PATH}.` };
    }
    if (!this.#options.origins.maySocket(req)) {
      return { status: 403, code: 'ORIGIN_NOT_ALLOWED', message: 'This origin is not in ALLOWED_ORIGINS.' };
    }
    if (this.#options.registry.full || this.#operations.finishing) {
      return { status: 503, code: 'TOO_MANY_SOCKETS', message: 'No more sockets here at the moment: try again later.' };
    }
    return null;
  }
}

function refuseUpgrade(socket: Duplex, problem: HttpProblem): void {
  const body = problemBody(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
