import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorMask } from './error-mask.ts';
import type { GraphqlServer } from './graphql-server.ts';
import { type HttpProblem, HttpProblemError } from './http-problem.ts';
import { Places } from './places.ts';
import { type BodyLimit, readBody, refuseAnnouncedBody } from './request-body.ts';
import { type FetchResponse, sendResponse } from './send-response.ts';
import type { SocketRegistry } from './socket-registry.ts';
import { type Authenticate, Exchange } from './transport.ts';
import { viewerOf } from './viewer-of.ts';

export interface GraphqlOverHttpOptions {
  readonly graphql: GraphqlServer;
  readonly authenticate: Authenticate;
  readonly registry: SocketRegistry;
  readonly mask: ErrorMask;
  readonly maxBodyBytes: number;
  /** Of a request with a file in it. */
  readonly maxMultipartBytes: number;
}

/** Requests with a file are in memory whole, several times over: so many at once, and of one environment. */
const MULTIPART_REQUESTS = { most: 4, mostOfOne: 2, what: 'requests with a file' };
/** graphql-multipart-request-spec: `operations`, `map`, and one file. */
const multipartLimits = { fields: 2, files: 1, parts: 3, fieldNameSize: 100 };

/** What a request says about itself, whichever way it came. */
interface RequestHead {
  readonly method: string;
  header(name: string): string | undefined | null;
}

/**
 * Operations over HTTP: POST with JSON, and GET for event streams alone, because the EventSource of browsers can't POST.
 * Forms and plain text are refused: they are what another site may send in a visitor's name without asking. A form with
 * a file (multipart) is taken with an Authorization header alone, which no site can add to a form of its own.
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
  const isFormOfAKnownSender = isMultipart(header('content-type')) && header('authorization');
  if (mediaType(header('content-type')) !== 'application/json' && !isFormOfAKnownSender) {
    refuse(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'Send the operation as JSON, with "Content-Type: application/json"; with a file in it, as multipart/form-data and with an Authorization header.',
      { accept: 'application/json' },
    );
  }
  const encoding = header('content-encoding')?.trim().toLowerCase();
  if (encoding && encoding !== 'identity') {
    refuse(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body without "Content-Encoding": packed bodies are not accepted.');
  }
}

function mediaType(contentType: string | null | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase();
}

function isMultipart(contentType: string | null | undefined): boolean {
  return mediaType(contentType) === 'multipart/form-data';
}

function refuse(status: number, code: string, message: string, headers: HttpProblem['headers'] = {}): never {
  throw new HttpProblemError({ status, code, message, headers });
}

export class GraphqlOverHttp {
  readonly #options: GraphqlOverHttpOptions;
  readonly #forms = new Places(MULTIPART_REQUESTS);

  constructor(options: GraphqlOverHttpOptions) {
    this.#options = options;
  }

  /** Answers a request for /graphql. @throws HttpProblemError */
  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { graphql, registry } = this.#options;
    const method = req.method ?? 'GET';
    const headers = req.headers as Record<string, string>;
    refuseUnsuitable({ method, header: (name) => headers[name] });
    const isForm = isMultipart(headers['content-type']);
    const limit = this.#limitOf(isForm);
    refuseAnnouncedBody(req, limit);

    const ticket = registry.ticket();
    const viewer = await viewerOf(headers.authorization, this.#options);
    const remoteAddress = req.socket.remoteAddress ?? '';
    const exchange = new Exchange({ transport: 'HTTP', viewer, remoteAddress, ticket, cutOff: () => res.destroy() });
    res.once('close', () => {
      if (!res.writableFinished) exchange.end();
    });

    // The host is the client's word, and needed for nothing: a fixed one can't be malformed.
    const url = `http://localhost${req.url}`;
    const leave = isForm ? this.#forms.take(viewer.environmentId) : undefined;
    try {
      const body = method === 'GET' ? undefined : await readBody(req, limit);
      const request = new graphql.fetchAPI.Request(url, {
        method,
        headers,
        ...(body && { body: isForm ? body : body.toString('utf8') }),
        // Yoga's own fetch knows it; the type of the standard doesn't.
        ...(isForm && { formDataLimits: { ...multipartLimits, fieldSize: this.#options.maxBodyBytes } }),
      } as RequestInit);
      const response = await graphql.handleRequest(request, { exchange } as never);
      await sendResponse(response as unknown as FetchResponse, res, exchange);
    } finally {
      leave?.();
    }
  }

  /** The same without a network, for tests. @throws HttpProblemError */
  async fetch(request: Request): Promise<Response> {
    refuseUnsuitable({ method: request.method, header: (name) => request.headers.get(name) });
    const ticket = this.#options.registry.ticket();
    const viewer = await viewerOf(request.headers.get('authorization'), this.#options);
    const exchange: Exchange = new Exchange({
      transport: 'HTTP',
      viewer,
      remoteAddress: '127.0.0.1',
      ticket,
      cutOff: () => exchange.end(),
    });
    return this.#options.graphql.handleRequest(request, { exchange } as never);
  }

  #limitOf(isForm: boolean): BodyLimit {
    const { maxBodyBytes, maxMultipartBytes } = this.#options;
    return isForm
      ? { bytes: maxMultipartBytes, setting: 'MAX_MULTIPART_BYTES', remedy: 'Send the file to POST /upload.' }
      : { bytes: maxBodyBytes, setting: 'MAX_BODY_BYTES', remedy: 'Send the list in several requests.' };
  }
}
