import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../auth/viewer.ts';
import type { ErrorMask } from './error-mask.ts';
import type { GraphqlServer } from './graphql-server.ts';
import { type HttpProblem, HttpProblemError } from './http-problem.ts';
import { readBody, refuseAnnouncedBody } from './request-body.ts';
import { type FetchResponse, sendResponse } from './send-response.ts';
import type { SocketRegistry } from './socket-registry.ts';
import { type Authenticate, Exchange, isUnauthenticated } from './transport.ts';

export interface GraphqlOverHttpOptions {
  readonly graphql: GraphqlServer;
  readonly authenticate: Authenticate;
  readonly registry: SocketRegistry;
  readonly mask: ErrorMask;
  readonly maxBodyBytes: number;
}

/** What a request says about itself, whichever way it came. */
interface RequestHead {
  readonly method: string;
  header(name: string): string | undefined | null;
}

/**
 * Operations over HTTP: POST with JSON, and GET for event streams alone, because the EventSource of browsers can't POST.
 * Forms and plain text are refused: they are what another site may send in a visitor's name without asking.
 */
export function refuseUnsuitable({ method, header }: RequestHead): void {
  const accept = header('accept') ?? '';
  if (method === 'GET') {
    if (accept.includes('text/event-stream')) return;
    refuse(
      405,
      'METHOD_NOT_ALLOWED',
      'Send operations by POST; GET is for subscriptions with "Accept: text/event-stream".',
      {
        allow: 'POST',
      },
    );
  }
  if (method !== 'POST') refuse(405, 'METHOD_NOT_ALLOWED', 'Send operations by POST.', { allow: 'POST' });
  const type = header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the operation as JSON, with "Content-Type: application/json".', {
      accept: 'application/json',
    });
  }
  const encoding = header('content-encoding')?.trim().toLowerCase();
  if (encoding && encoding !== 'identity') {
    refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body without "Content-Encoding": packed bodies are not accepted.');
  }
}

function refuse(status: number, code: string, message: string, headers: HttpProblem['headers'] = {}): never {
  throw new HttpProblemError({ status, code, message, headers });
}

export class GraphqlOverHttp {
  readonly #options: GraphqlOverHttpOptions;

  constructor(options: GraphqlOverHttpOptions) {
    this.#options = options;
  }

  /** Answers a request for /graphql. @throws HttpProblemError */
  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { graphql, registry, maxBodyBytes } = this.#options;
    const method = req.method ?? 'GET';
    const headers = req.headers as Record<string, string>;
    refuseUnsuitable({ method, header: (name) => headers[name] });
    refuseAnnouncedBody(req, maxBodyBytes);

    const ticket = registry.ticket();
    const viewer = await this.#viewerFor(headers.authorization ?? null);
    const remoteAddress = req.socket.remoteAddress ?? '';
    const exchange = new Exchange({ transport: 'HTTP', viewer, remoteAddress, ticket, cutOff: () => res.destroy() });
    res.once('close', () => {
      if (!res.writableFinished) exchange.end();
    });

    // The host is the client's word, and needed for nothing: a fixed one can't be malformed.
    const url = `http://localhost${req.url}`;
    const request =
      method === 'GET'
        ? new graphql.fetchAPI.Request(url, { method, headers })
        : new graphql.fetchAPI.Request(url, { method, headers, body: await readBody(req, maxBodyBytes) });
    const response = await graphql.handleRequest(request, { exchange } as never);
    await sendResponse(response as unknown as FetchResponse, res, exchange);
  }

  /** The same without a network, for tests. @throws HttpProblemError */
  async fetch(request: Request): Promise<Response> {
    refuseUnsuitable({ method: request.method, header: (name) => request.headers.get(name) });
    const ticket = this.#options.registry.ticket();
    const viewer = await this.#viewerFor(request.headers.get('authorization'));
    const exchange: Exchange = new Exchange({
      transport: 'HTTP',
      viewer,
      remoteAddress: '127.0.0.1',
      ticket,
      cutOff: () => exchange.end(),
    });
    return this.#options.graphql.handleRequest(request, { exchange } as never);
  }

  async #viewerFor(authorization: string | null): Promise<Viewer> {
    try {
      return await this.#options.authenticate({ authorization });
    } catch (error) {
      if (isUnauthenticated(error)) {
        refuse(401, 'UNAUTHENTICATED', error.message, { 'www-authenticate': 'Bearer' });
      }
      // Nobody can tell who it is (the database is away, say): that isn't the client's fault, and it may try again.
      const { message, extensions } = this.#options.mask(error);
      return refuse(503, String(extensions.code ?? 'INTERNAL_SERVER_ERROR'), message, { 'retry-after': '1' });
    }
  }
}
