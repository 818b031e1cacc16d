import { InvalidCursorError, type Seal } from '../../changes/cursor.ts';

/** How long a link opens; asking again gives another. */
const LINK_MS = 15 * 60_000;

/** What a link gives: the bytes, and what to call them. */
export interface DownloadContent {
  readonly name: string;
  readonly mediaType: string;
  /** Null when it is made while it is sent. */
  readonly size: number | null;
  /** To be taken once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The bytes from `start` to before `end`, where that can be had. */
  readonly slice?: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

/** And whose it is. */
export interface OpenedDownload extends DownloadContent {
  readonly environmentId: number;
}

/** Makes one kind of download: of an environment, by an id of that kind. Null when there is none. */
export type DownloadSource = (environmentId: number, id: string) => Promise<DownloadContent | null>;

/** STORED_FILE: a stored file as it is. ROW_PROBLEMS: what an import or scrub couldn't take, as CSV. */
export type DownloadKind = 'STORED_FILE' | 'ROW_PROBLEMS';

export interface DownloadLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/** The link was good, and isn't any more. */
export class DownloadLinkExpiredError extends Error {
  readonly code = 'LINK_EXPIRED';
  constructor() {
    super('This link has expired: ask for the file again and get a new one.');
    this.name = 'DownloadLinkExpiredError';
  }
}

/**
 * What goes out by link. The link is the credential, for browsers and tools that send none: sealed, it names the
 * environment, and it ends soon.
 */
export class Downloads {
  readonly #seal: Seal;
  readonly #publicUrl: string;
  readonly #sources: Readonly<Partial<Record<DownloadKind, DownloadSource>>>;

  constructor(options: {
    /** With a purpose of its own. */
    seal: Seal;
    /** Where clients reach this server; without it links are paths, to be resolved by the address of the API. */
    publicUrl?: string | undefined;
    sources: Readonly<Partial<Record<DownloadKind, DownloadSource>>>;
  }) {
    this.#seal = options.seal;
    this.#publicUrl = options.publicUrl ?? '';
    this.#sources = options.sources;
  }

  link(kind: DownloadKind, environmentId: number, id: string): DownloadLink {
    const expiresAt = new Date(Date.now() + LINK_MS);
    const token = this.#seal.seal(`${kind} ${environmentId} ${expiresAt.getTime()} ${id}`);
    return { url: `${this.#publicUrl}/download/${token}`, expiresAt };
  }

  /** Null when this server has made no such link, or its file has ended. @throws DownloadLinkExpiredError */
  async open(token: string): Promise<OpenedDownload | null> {
    const text = this.#opened(token);
    if (text === null) return null;
    const [kind, environmentId, expiresAt, id] = text.split(' ');
    if (Number(expiresAt) <= Date.now()) throw new DownloadLinkExpiredError();
    const source = this.#sources[kind as DownloadKind];
    const content = await source?.(Number(environmentId), id!);
    return content ? { ...content, environmentId: Number(environmentId) } : null;
  }

  #opened(token: string): string | null {
    try {
      return this.#seal.open(token);
    } catch (error) {
      if (error instanceof InvalidCursorError) return null;
      throw error;
    }
  }
}
