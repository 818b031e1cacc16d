import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log } from '../log.ts';
import { HttpProblemError } from './http-problem.ts';
import { endIfSlow, inPieces, type Pace } from './pace.ts';
import { Places } from './places.ts';
import type { Asked, Route } from './routes.ts';

/** What a link gives. */
export interface DownloadedContent {
  readonly environmentId: number;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number | null;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly slice?: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

export interface DownloadRoutesOptions {
  /** Null for a link that opens nothing. */
  open(token: string): Promise<DownloadedContent | null>;
  readonly log: Pick<Log, 'warn'>;
  /** For tests: when a client is too slow. */
  readonly pace?: Pace;
}

/** At once, on this server. */
const MAX_DOWNLOADS = 32;
/** A KiB per second: whoever takes less holds a place that others need. */
const PACE: Pace = { everyMs: 60_000, leastBytes: 60 * 1024 };

/** `GET /download/<token>`: files by links that are the credential, sent as fast as the client takes them, if it takes them at all. */
export function downloadRoutes({ open, log, pace = PACE }: DownloadRoutesOptions): Route[] {
  const places = new Places({
    most: MAX_DOWNLOADS,
    // One account's downloads leave room for another's.
    mostOfOne: MAX_DOWNLOADS / 2,
    what: 'downloads',
  });

  async function send(req: IncomingMessage, res: ServerResponse, { id: token }: Asked): Promise<void> {
    const content = await open(token);
    if (!content) {
      const message = 'There is nothing behind this link (any more): ask for the file again and get a new one.';
      throw new HttpProblemError({ status: 404, code: 'NOT_FOUND', message });
    }
    const leave = places.take(content.environmentId);
    let isSending = false;
    let unwatch = () => {};
    try {
      const bytes = writeHead(req, res, content);
      if (req.method === 'HEAD' || bytes === null) return void res.end();
      isSending = true;
      unwatch = endIfSlow(res, pace);
      await pipeline(Readable.from(inPieces(bytes), { objectMode: false }), res);
    } catch (error) {
      if (!isSending) throw error;
      // The client sees a file that ends early; when it left by itself there is nothing to say.
      if (!isLeaving(error)) log.warn({ err: error }, 'a download broke off');
    } finally {
      unwatch();
      leave();
    }
  }

  return ['GET', 'HEAD'].map((method) => ({ method, path: '/download/:id', handle: send }));
}

/** Sets status and headers; answers the bytes to send, null for none. */
function writeHead(
  req: IncomingMessage,
  res: ServerResponse,
  content: DownloadedContent,
): AsyncIterable<Uint8Array> | null {
  const { name, mediaType, size, slice } = content;
  res.setHeader('content-type', mediaType);
  res.setHeader('content-disposition', attachment(name));
  if (size === null) return content.bytes;
  if (!slice) {
    res.setHeader('content-length', size);
    return content.bytes;
  }
  res.setHeader('accept-ranges', 'bytes');
  const range = rangeOf(req.headers.range, size);
  if (range === 'UNSATISFIABLE') {
    res.statusCode = 416;
    res.setHeader('content-range', `bytes */${size}`);
    res.removeHeader('content-disposition');
    return null;
  }
  const { start, end } = range ?? { start: 0, end: size };
  if (range) {
    res.statusCode = 206;
    res.setHeader('content-range', `bytes ${start}-${end - 1}/${size}`);
  }
  res.setHeader('content-length', end - start);
  return slice(start, end);
}

/** One range of bytes (RFC 9110, 14); null for none, or for a form of it that may be ignored. */
export function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'UNSATISFIABLE' | null {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return null;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  return start < end ? { start, end } : 'UNSATISFIABLE';
}

/** RFC 6266 and 8187: the name as it is, and one in ASCII for clients that don't read that. */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function isLeaving(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
