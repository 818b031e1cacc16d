/** What PGlite's thread is started with. */
export interface PgliteWorkerData {
  /** Folder of the database's files, or `memory://`. */
  readonly dataDir: string;
}

/** To the thread. `stream` numbers the connections of node-postgres; the newest startup owns the session. */
export type ToPglite =
  | { readonly kind: 'run'; readonly stream: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'gone'; readonly stream: number }
  | { readonly kind: 'close' };

/** From the thread. */
export type FromPglite =
  | { readonly kind: 'ready' }
  | { readonly kind: 'bytes'; readonly stream: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'closed' };
