import type { IncomingMessage, ServerResponse } from 'node:http';

/** Of /graphql, uploads (tus) and downloads: what their clients send, and what they read of the answer. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'authorization, content-type, accept, range, tus-resumable, upload-length, upload-offset, upload-metadata, x-http-method-override';
const RESPONSE_HEADERS =
  'location, upload-offset, upload-length, upload-expires, upload-metadata, tus-resumable, tus-version, tus-extension, tus-max-size, content-disposition, retry-after';

/**
 * Browsers of other sites. Over HTTP the browser enforces what CORS headers say; over sockets it enforces nothing, so
 * that the server has to refuse the upgrade itself (GHSA-f53g-frr2-jhpf).
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  constructor(allowed: readonly string[], publicUrl: string | undefined) {
    this.#allowed = new Set(publicUrl === undefined ? allowed : [...allowed, new URL(publicUrl).origin]);
  }

  /** A client without an Origin isn't a browser; a page that this host served may always come back. */
  maySocket(req: IncomingMessage): boolean {
    const origin = req.headers.origin?.toLowerCase();
    if (origin === undefined || this.#allowed.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === req.headers.host?.toLowerCase();
  }

  /** Adds the CORS headers for an allowed origin. Without credentials: keys travel in a header, never in a cookie. */
  addHeaders(req: IncomingMessage, res: ServerResponse): void {
    if (this.#allowed.size === 0) return;
    res.appendHeader('vary', 'origin');
    const { origin } = req.headers;
    if (origin === undefined || !this.#allowed.has(origin.toLowerCase())) return;
    res.setHeader('access-control-allow-origin', origin);
    res.setHeader('access-control-expose-headers', RESPONSE_HEADERS);
    if (req.method !== 'OPTIONS') return;
    res.setHeader('access-control-allow-methods', METHODS);
    res.setHeader('access-control-allow-headers', REQUEST_HEADERS);
    res.setHeader('access-control-max-age', '600');
  }
}
