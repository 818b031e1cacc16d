import { setMaxListeners } from 'node:events';
import {
  createServer as createNodeServer,
  type IncomingMessage,
  type Server as NodeServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { CloseCode } from './close-codes.ts';
import { createErrorMask } from './error-mask.ts';
import { sendGraphiql, wantsGraphiql } from './graphiql.ts';
import { GraphqlOverHttp } from './graphql-over-http.ts';
import { createGraphqlServer, GRAPHQL_PATH } from './graphql-server.ts';
import { Health, type ReadinessCheck } from './health.ts';
import { type HttpProblem, HttpProblemError, problemBody, problemOf } from './http-problem.ts';
import { explainListenError } from './listen-error.ts';
import { Origins } from './origins.ts';
import { discardRest } from './request-body.ts';
import { limitRequestTime } from './request-timer.ts';
import { type FoundRoute, type Route, Routes } from './routes.ts';
import { type Revocations, SocketRegistry } from './socket-registry.ts';
import type { Authenticate, ContextFor } from './transport.ts';
import { viewerOf } from './viewer-of.ts';
import { WebSocketServer } from './web-socket-server.ts';

export interface ServerOptions {
  readonly config: Pick<
    Config,
    'host' | 'port' | 'graphiql' | 'allowedOrigins' | 'publicUrl' | 'shutdownTimeoutMs' | 'limits'
  >;
  readonly log: Log;
  readonly schema: GraphQLSchema;
  readonly authenticate: Authenticate;
  readonly contextFor: ContextFor;
  readonly health: readonly ReadinessCheck[];
  /** What a client may read of an error of the domain; undefined hides it. */
  readonly publicError?: (error: unknown) => GraphQLError | undefined;
  readonly revocations?: Revocations;
  readonly routes?: readonly Route[];
  /** For tests; REQUEST_TIMEOUT_MS and SILENCE_TIMEOUT_MS otherwise. */
  readonly timeouts?: { readonly requestMs: number; readonly silenceMs: number };
}

export interface Server {
  /** Begins to accept. Rejects when the port is taken. */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /** Stops gracefully: no new connections, sockets told to come back (1012), running operations finished in time. */
  close(): Promise<void>;
  /** One request to /graphql without a network, through the same checks except the body's size. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Every open WebSocket and SSE stream. */
  readonly sockets: SocketRegistry;
}

/** A client that sends its request slower than this, or falls silent, isn't served (slowloris). */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** A connection on which nothing moves, not even a stream's ping (every 12 s): the client is stalled or gone. */
const SILENCE_TIMEOUT_MS = 60_000;
/** Longer than the idle time of usual load balancers, which otherwise send a request into a closing connection. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** The server: HTTP and WebSocket on one port. */
export function createServer(options: ServerOptions): Server {
  const { config, log } = options;
  const mask = createErrorMask(options);
  const sockets = new SocketRegistry(config.limits, options.revocations);
  const health = new Health(options.health, log);
  const origins = new Origins(config.allowedOrigins, config.publicUrl);
  const graphql = createGraphqlServer({ ...options, mask, registry: sockets, suggestions: config.graphiql });
  const overHttp = new GraphqlOverHttp({
    ...options,
    graphql,
    mask,
    registry: sockets,
    maxBodyBytes: config.limits.maxBodyBytes,
    maxMultipartBytes: config.limits.maxMultipartBytes,
  });
  const webSockets = new WebSocketServer({
    ...options,
    graphql,
    mask,
    origins,
    registry: sockets,
    limits: config.limits,
  });
  const routes = new Routes(options.routes ?? []);
  const { requestMs, silenceMs } = options.timeouts ?? {
    requestMs: REQUEST_TIMEOUT_MS,
    silenceMs: SILENCE_TIMEOUT_MS,
  };
  const stopSignal = new AbortController();
  setMaxListeners(0, stopSignal.signal);
  let stopping: Promise<void> | undefined;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const found = routes.find(req);
    if (!found?.route.isLong) limitRequestTime(req, res, { ms: requestMs, refuse: (late) => sendProblem(res, late) });
    if (found) return answerRoute(found, req, res);
    const path = req.url?.split('?', 1)[0] ?? '';
    switch (path) {
      case GRAPHQL_PATH:
        origins.addHeaders(req, res);
        if (req.method === 'OPTIONS') return void res.writeHead(204, { allow: 'GET, POST' }).end();
        if (config.graphiql && wantsGraphiql(req)) return sendGraphiql(req, res);
        return overHttp.answer(req, res);
      case '/health':
        return sendJson(res, 200, { status: 'alive' });
      case '/ready': {
        const { status, body } = await health.ready();
        return sendJson(res, status, body);
      }
      default:
        throw new HttpProblemError({
          status: 404,
          code: 'NOT_FOUND',
          message: `Nothing is here. GraphQL is at ${GRAPHQL_PATH}.`,
        });
    }
  }

  async function answerRoute({ route, id }: FoundRoute, req: IncomingMessage, res: ServerResponse): Promise<void> {
    origins.addHeaders(req, res);
    const { authorization } = req.headers;
    await route.handle(req, res, {
      id,
      query: new URLSearchParams(req.url?.replace(/^[^?]*\??/, '')),
      signal: stopSignal.signal,
      viewer: () => viewerOf(authorization, { authenticate: options.authenticate, mask }),
    });
  }

  const node = createNodeServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      // Counts for every request, a file of an hour too: see limitRequestTime.
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: 5_000,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      noDelay: true,
    },
    (req, res) => {
      for (const [name, value] of Object.entries(securityHeaders)) res.setHeader(name, value);
      if (stopping !== undefined) res.setHeader('connection', 'close');
      answer(req, res).catch((error: unknown) => {
        if (res.destroyed) return;
        if (res.headersSent) return void res.destroy();
        sendProblem(res, error instanceof HttpProblemError ? error.problem : problemOf(mask(error)));
        discardRest(req);
      });
    },
  );
  node.timeout = silenceMs;
  const connections = new Set<Socket>();
  node.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  node.on('upgrade', (req, socket, head) => webSockets.upgrade(req, socket, head));

  async function stop(): Promise<void> {
    const deadline = Date.now() + config.shutdownTimeoutMs;
    health.stop();
    stopSignal.abort();
    const closed = new Promise<void>((resolve) => node.close(() => resolve()));
    await webSockets.finishOperations(deadline);
    sockets.closeAll(CloseCode.SERVICE_RESTART, 'Service restart');
    await within(closed, deadline, () => {
      node.closeIdleConnections();
      // Node doesn't count those that a browser or a pool has opened in advance.
      for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
    });
    node.closeAllConnections();
    webSockets.terminate();
    await graphql.dispose();
  }

  return {
    sockets,
    listen: () => listen(node, config),
    close: () => {
      stopping ??= stop();
      return stopping;
    },
    fetch: async (input, init) => {
      try {
        return await overHttp.fetch(
          new Request(
            new URL(String(input instanceof Request ? input.url : input), 'http://localhost'),
            input instanceof Request ? input : init,
          ),
        );
      } catch (error) {
        if (!(error instanceof HttpProblemError)) throw error;
        const { status, headers } = error.problem;
        return new Response(problemBody(error.problem), {
          status,
          headers: { ...headers, 'content-type': 'application/json' },
        });
      }
    },
  };
}

function listen(
  node: NodeServer,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<{ url: string; port: number }> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(explainListenError(error, host, port));
    node.once('error', failed);
    node.listen(port, host, () => {
      node.off('error', failed);
      const { address, family, port: actual } = node.address() as AddressInfo;
      const name =
        address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
      resolve({ url: `http://${name}:${actual}`, port: actual });
    });
  });
}

/** Waits until `done` or the deadline; `nudge` now and then, for connections that became idle meanwhile. */
async function within(done: Promise<void>, deadline: number, nudge: () => void): Promise<void> {
  let over = false;
  const end = done.then(() => {
    over = true;
  });
  while (!over && Date.now() < deadline) {
    nudge();
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, Math.min(50, deadline - Date.now())))]);
  }
}

function sendJson(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

function sendProblem(res: ServerResponse, problem: HttpProblem): void {
  res.writeHead(problem.status, { ...problem.headers, 'content-type': 'application/json; charset=utf-8' });
  res.end(problemBody(problem));
}
