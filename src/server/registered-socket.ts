import type { Viewer } from '../auth/viewer.ts';
import type { Receiver } from './bytes-in-flight.ts';
import { CloseCode } from './close-codes.ts';

/** Timers are re-armed at least this often: far below the 2^31 ms at which they overflow (P2.8), and a clock that is set is noticed. */
const LONGEST_TIMER_MS = 60_000;

export interface SocketOwner {
  accountBytes(bytes: number): void;
  released(socket: RegisteredSocket): void;
}

/** One WebSocket or SSE stream, as the registry sees it: whose it is, until when, and how many bytes wait in it. */
export class RegisteredSocket implements Receiver {
  /** Ends the connection itself, whether the registry still knows it or not. */
  readonly end: (code: CloseCode, reason: string) => void;
  readonly #owner: SocketOwner;
  #viewer: Viewer | null = null;
  #viewerKey: string | null = null;
  #whenReleased: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #bytes = 0;
  #closed = false;

  constructor(owner: SocketOwner, end: (code: CloseCode, reason: string) => void) {
    this.#owner = owner;
    this.end = end;
  }

  get viewer(): Viewer | null {
    return this.#viewer;
  }

  get viewerKey(): string | null {
    return this.#viewerKey;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get bytesInFlight(): number {
    return this.#bytes;
  }

  /** From here on it obeys the viewer's expiry and revocation. */
  belongTo(viewer: Viewer, viewerKey: string, whenReleased?: () => void): void {
    this.#viewer = viewer;
    this.#viewerKey = viewerKey;
    this.#whenReleased = whenReleased;
    this.#watchExpiry();
  }

  sending(bytes: number): void {
    if (this.#closed) return;
    this.#bytes += bytes;
    this.#owner.accountBytes(bytes);
  }

  sent(bytes: number): void {
    if (this.#closed) return;
    this.#bytes -= bytes;
    this.#owner.accountBytes(-bytes);
  }

  closeAsTooSlow(): void {
    this.close(CloseCode.TRY_AGAIN_LATER, 'Too slow: resume from the last cursor');
  }

  /** Ends the socket from the server's side; harmless when it is over already. */
  close(code: CloseCode, reason: string): void {
    if (this.#closed) return;
    this.release();
    this.end(code, reason);
  }

  /** The other side is gone, or the socket was closed: nothing of it stays behind. */
  release(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#owner.accountBytes(-this.#bytes);
    this.#bytes = 0;
    this.#owner.released(this);
    this.#whenReleased?.();
  }

  #watchExpiry(): void {
    const expiresAt = this.#viewer?.expiresAt;
    if (!expiresAt || this.#closed) return;
    const left = expiresAt.getTime() - Date.now();
    if (left <= 0) {
      this.close(CloseCode.UNAUTHENTICATED, 'Expired: connect again with a new token');
      return;
    }
    this.#timer = setTimeout(() => this.#watchExpiry(), Math.min(left, LONGEST_TIMER_MS));
    this.#timer.unref();
  }
}
