import { type Answer, type Document, failure, textOf, type Variables } from './documents.ts';
import { openEventStream } from './event-stream.ts';
import type { Subscription } from './message-queue.ts';
import { openSocket, type Socket } from './socket.ts';

export interface HttpAnswer<TData> extends Answer<TData> {
  readonly status: number;
  readonly headers: Headers;
}

// biome-ignore-start lint/suspicious/noExplicitAny: the text of a document says nothing about its answer
/** One who asks, with one credential (or none), through the front door. */
export interface Client {
  readonly token: string | undefined;
  /** Whatever comes back. */
  query<TData = any, TVariables = any>(
    document: Document<TData, TVariables>,
    ...variables: Variables<TVariables>
  ): Promise<HttpAnswer<TData>>;
  /** The data; fails on any error, also on `userErrors` of a mutation. */
  expectOk<TData = any, TVariables = any>(
    document: Document<TData, TVariables>,
    ...variables: Variables<TVariables>
  ): Promise<TData>;
  /** The answer; fails unless one of its errors (or `userErrors`) has this code. */
  expectError<TData = any, TVariables = any>(
    code: string,
    document: Document<TData, TVariables>,
    ...variables: Variables<TVariables>
  ): Promise<HttpAnswer<TData>>;
  /** Over graphql-ws, on a socket of its own that closes with it. */
  subscribe<TData = any, TVariables = any>(
    document: Document<TData, TVariables>,
    ...variables: Variables<TVariables>
  ): Subscription<TData>;
  /** The same over Server-Sent Events. */
  sse<TData = any, TVariables = any>(
    document: Document<TData, TVariables>,
    ...variables: Variables<TVariables>
  ): Promise<Subscription<TData>>;
  /** For several subscriptions on one socket, or a client that reads slowly. */
  openSocket(): Socket;
}

// biome-ignore-end lint/suspicious/noExplicitAny: see above

export interface FrontDoor {
  readonly url: string;
  fetch(request: Request): Promise<Response>;
}

export function createClient(door: FrontDoor, token?: string): Client {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};

  async function ask<TData>(document: Document<TData>, variables: unknown): Promise<HttpAnswer<TData>> {
    const body = bodyOf(textOf(document), variables ?? {});
    const response = await door.fetch(
      new Request(`${door.url}/graphql`, {
        method: 'POST',
        headers: {
          ...headers,
          ...(typeof body === 'string' && { 'content-type': 'application/json' }),
          accept: 'application/graphql-response+json, application/json',
        },
        body,
      }),
    );
    const text = await response.text();
    try {
      const body = JSON.parse(text) as Partial<Answer<TData>>;
      return { data: body.data, errors: body.errors ?? [], status: response.status, headers: response.headers };
    } catch {
      throw failure(`Not JSON: HTTP ${response.status}`, document, variables, text);
    }
  }

  const client: Client = {
    token,
    query: (document, ...[variables]) => ask(document, variables),
    async expectOk(document, ...[variables]) {
      const answer = await ask(document, variables);
      if (answer.errors.length > 0 || answer.data == null || userErrorsOf(answer.data).length > 0) {
        throw failure(`Expected success: HTTP ${answer.status}`, document, variables, answer);
      }
      return answer.data;
    },
    async expectError(code, document, ...[variables]) {
      const answer = await ask(document, variables);
      const codes = [
        ...answer.errors.map((error) => error.extensions?.code),
        ...userErrorsOf(answer.data).map((error) => error.code),
      ];
      if (!codes.includes(code)) throw failure(`Expected the error ${code}, not ${codes}`, document, variables, answer);
      return answer;
    },
    subscribe(document, ...variables) {
      const socket = client.openSocket();
      return Object.assign(socket.subscribe(document, ...variables), { close: socket.close });
    },
    sse: (document, ...[variables]) => openEventStream({ url: door.url, headers, document, variables }),
    openSocket: () => openSocket(door.url, headers),
  };
  return client;
}

/** JSON, or a form by the graphql-multipart-request-spec when a File is among the variables. */
function bodyOf(query: string, variables: unknown): string | FormData {
  const map: Record<string, string[]> = {};
  const files: File[] = [];
  const operations = JSON.stringify({ query, variables: withoutFiles(variables, 'variables') });
  function withoutFiles(value: unknown, path: string): unknown {
    if (value instanceof File) {
      map[files.length] = [path];
      files.push(value);
      return null;
    }
    if (Array.isArray(value)) return value.map((item, n) => withoutFiles(item, `${path}.${n}`));
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutFiles(item, `${path}.${key}`)]));
  }
  if (files.length === 0) return operations;
  const form = new FormData();
  form.set('operations', operations);
  form.set('map', JSON.stringify(map));
  for (const [n, file] of files.entries()) form.set(String(n), file);
  return form;
}

/** The `userErrors` of all mutations in an answer: they refuse without failing the request. */
function userErrorsOf(data: unknown): { code?: string; message?: string }[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap((payload) => (Array.isArray(payload?.userErrors) ? payload.userErrors : []));
}
