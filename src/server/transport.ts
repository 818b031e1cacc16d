import type { Viewer } from '../auth/viewer.ts';
import type { RegisteredSocket } from './registered-socket.ts';

/** How an operation came in, for the context that resolvers get. */
export interface TransportInfo {
  /** SSE streams arrive as HTTP: what they are is known only after the operation ran. */
  readonly transport: 'HTTP' | 'WEBSOCKET';
  /** Aborted when nobody waits for the answer any more: the client left, completed, or was closed. */
  readonly signal: AbortSignal;
  readonly remoteAddress: string;
}

export interface ExchangeOptions {
  readonly transport: 'HTTP' | 'WEBSOCKET';
  readonly viewer: Viewer;
  readonly remoteAddress: string;
  /** From the socket registry, before the viewer was authenticated. */
  readonly ticket: number;
  /** Ends the response as a lost connection would. */
  readonly cutOff: () => void;
}

/** One operation from its arrival to its end. Yoga copies its context, so that what changes lives in here. */
export class Exchange implements TransportInfo {
  readonly transport: 'HTTP' | 'WEBSOCKET';
  readonly viewer: Viewer;
  readonly remoteAddress: string;
  readonly ticket: number;
  readonly cutOff: () => void;
  /** Set when the answer turned out to be an SSE stream. */
  stream: RegisteredSocket | undefined;
  readonly #abort = new AbortController();
  #whenGone: (() => void)[] = [];

  constructor(options: ExchangeOptions) {
    this.transport = options.transport;
    this.viewer = options.viewer;
    this.remoteAddress = options.remoteAddress;
    this.ticket = options.ticket;
    this.cutOff = options.cutOff;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  onGone(then: () => void): void {
    if (this.signal.aborted) then();
    else this.#whenGone.push(then);
  }

  /** Nobody waits any more. */
  end(): void {
    if (this.signal.aborted) return;
    this.#abort.abort();
    for (const then of this.#whenGone.splice(0)) then();
  }
}

/** What the server itself puts into Yoga's context. */
export interface ServerContext {
  readonly exchange: Exchange;
}

/** Says who is asking. Throws an error with `code` UNAUTHENTICATED for a token that is present but no good. */
export type Authenticate = (credentials: { readonly authorization: string | null }) => Promise<Viewer>;

/** Builds what resolvers get, once per operation. */
export type ContextFor = (viewer: Viewer, transport: TransportInfo) => object | Promise<object>;

export function isUnauthenticated(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === 'UNAUTHENTICATED';
}
