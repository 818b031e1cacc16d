import type { Viewer } from '../auth/viewer.ts';
import { BytesInFlight } from './bytes-in-flight.ts';
import { CloseCode } from './close-codes.ts';
import { RegisteredSocket } from './registered-socket.ts';

export interface SocketLimits {
  readonly maxSockets: number;
  readonly maxSocketsPerViewer: number;
  readonly maxBytesInFlight: number;
}

export interface Identification {
  readonly viewer: Viewer;
  readonly remoteAddress: string;
  /** What `ticket()` said before the viewer was authenticated. */
  readonly ticket: number;
}

/** Why a socket can't be had. */
export interface Refusal {
  readonly code: CloseCode;
  readonly reason: string;
}

/** What learns of revocations on other servers (src/auth/revocations.ts). */
export interface Revocations {
  /** A socket of this viewer is open; call what it returns when it closes. */
  hold(viewer: Viewer): () => void;
  /** While true no socket may be opened. */
  isBlind(): boolean;
}

/** A closing is remembered this long for viewers whose authentication began before it. */
const CLOSING_REMEMBERED_MS = 60_000;

/**
 * Every WebSocket and SSE stream of this server, so that expiry, revocation and shutdown reach all of them (P2.8),
 * and so that their number and their buffered bytes have a bound (P2.7).
 */
export class SocketRegistry {
  readonly #limits: SocketLimits;
  readonly #revocations: Revocations | undefined;
  readonly #sockets = new Set<RegisteredSocket>();
  readonly #perViewer = new Map<string, number>();
  readonly #bytes: BytesInFlight;
  readonly #closings = new Map<string, { ticket: number; at: number }>();
  #ticket = 0;

  constructor(limits: SocketLimits, revocations?: Revocations) {
    this.#limits = limits;
    this.#revocations = revocations;
    this.#bytes = new BytesInFlight(limits.maxBytesInFlight, () => this.#sockets);
  }

  get size(): number {
    return this.#sockets.size;
  }

  get bytesInFlight(): number {
    return this.#bytes.total;
  }

  get full(): boolean {
    return this.#sockets.size >= this.#limits.maxSockets;
  }

  /** Take it BEFORE authenticating: a key that is revoked between the check and the registration is still caught. */
  ticket(): number {
    return this.#ticket;
  }

  /** Adds a socket whose viewer isn't known yet; `end` ends it. Null when the server has as many as it may. */
  open(end: (code: CloseCode, reason: string) => void): RegisteredSocket | null {
    if (this.full) return null;
    const socket = new RegisteredSocket(
      { accountBytes: (bytes) => this.#bytes.add(bytes), released: (gone) => this.#forget(gone) },
      end,
    );
    this.#sockets.add(socket);
    return socket;
  }

  /** Says whose the socket is. If the answer is a refusal, the registry has forgotten the socket: the caller ends it. */
  identify(socket: RegisteredSocket, { viewer, remoteAddress, ticket }: Identification): Refusal | null {
    const viewerKey = keyOf(viewer, remoteAddress);
    const count = this.#perViewer.get(viewerKey) ?? 0;
    const refusal = this.#refusalFor(socket, viewer, ticket, count);
    if (refusal) {
      socket.release();
      return refusal;
    }
    this.#perViewer.set(viewerKey, count + 1);
    socket.belongTo(viewer, viewerKey, this.#revocations?.hold(viewer));
    return null;
  }

  #refusalFor(socket: RegisteredSocket, viewer: Viewer, ticket: number, count: number): Refusal | null {
    if (socket.closed) return { code: CloseCode.TRY_AGAIN_LATER, reason: 'The socket is closed' };
    if (this.#closedSince(viewer, ticket)) return { code: CloseCode.FORBIDDEN, reason: 'Forbidden' };
    if (this.#revocations?.isBlind()) {
      return { code: CloseCode.TRY_AGAIN_LATER, reason: 'Revocations can not be seen at the moment: try again later' };
    }
    if (viewer.expiresAt && viewer.expiresAt.getTime() <= Date.now()) {
      return { code: CloseCode.UNAUTHENTICATED, reason: 'Expired: connect again with a new token' };
    }
    if (count >= this.#limits.maxSocketsPerViewer) {
      const reason = `At most ${this.#limits.maxSocketsPerViewer} sockets per viewer: close one first`;
      return { code: CloseCode.TOO_MANY_SOCKETS, reason };
    }
    return null;
  }

  /** The key was revoked. */
  closeKey(keyId: number): number {
    this.#remember(`key:${keyId}`);
    return this.#closeWhere((viewer) => viewer.keyId === keyId);
  }

  /** Access within the environment changed: its clients connect again and are checked anew. */
  closeEnvironment(environmentId: number): number {
    this.#remember(`environment:${environmentId}`);
    return this.#closeWhere((viewer) => viewer.environmentId === environmentId);
  }

  /** Closes the environment's sockets whose viewers would not be let in again. Rejects if that can't be found out. */
  async recheckEnvironment(environmentId: number, stillValid: (viewer: Viewer) => Promise<boolean>): Promise<void> {
    const concerned = [...this.#sockets].filter(({ viewer }) => viewer?.environmentId === environmentId);
    await Promise.all(
      concerned.map(async (socket) => {
        if (socket.viewer && !(await stillValid(socket.viewer))) socket.close(CloseCode.FORBIDDEN, 'Forbidden');
      }),
    );
  }

  closeAll(code: CloseCode, reason: string): number {
    const all = [...this.#sockets];
    for (const socket of all) socket.close(code, reason);
    return all.length;
  }

  #closeWhere(matches: (viewer: Viewer) => boolean): number {
    const matching = [...this.#sockets].filter((socket) => socket.viewer && matches(socket.viewer));
    for (const socket of matching) socket.close(CloseCode.FORBIDDEN, 'Forbidden');
    return matching.length;
  }

  #remember(what: string): void {
    this.#ticket += 1;
    const now = Date.now();
    for (const [old, { at }] of this.#closings) if (now - at > CLOSING_REMEMBERED_MS) this.#closings.delete(old);
    this.#closings.set(what, { ticket: this.#ticket, at: now });
  }

  #closedSince(viewer: Viewer, ticket: number): boolean {
    const closedAt = (what: string) => this.#closings.get(what)?.ticket ?? 0;
    return closedAt(`key:${viewer.keyId}`) > ticket || closedAt(`environment:${viewer.environmentId}`) > ticket;
  }

  #forget(socket: RegisteredSocket): void {
    this.#sockets.delete(socket);
    if (socket.viewerKey === null) return;
    const left = (this.#perViewer.get(socket.viewerKey) ?? 1) - 1;
    if (left > 0) this.#perViewer.set(socket.viewerKey, left);
    else this.#perViewer.delete(socket.viewerKey);
  }
}

/** Anonymous viewers are told apart by address, so that one can't use up the sockets of all. */
function keyOf(viewer: Viewer, remoteAddress: string): string {
  return viewer.kind === 'ANONYMOUS' ? `anonymous:${remoteAddress}` : `${viewer.environmentId}:${viewer.subject}`;
}
