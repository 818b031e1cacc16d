import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const DEFAULT_QUERY = `# Quietline
#
# Send your key with each request: open "Headers" below and write
#
#   { "Authorization": "Bearer ql_test_..." }
#
# (the server shows one at its very first start). The book on the left has the documentation.

query {
  __typename
}
`;

interface Page {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/**
 * What the page may do: run what it brought with it, and talk to this server. It can't fetch from anywhere else, which
 * also proves that GraphiQL works offline (issue A, 6).
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

let rendering: Promise<Page> | undefined;

/** Nine megabytes of page are rendered and packed at the first request, once. */
async function render(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = Buffer.from(
    renderGraphiQL({
      title: 'Quietline GraphiQL',
      defaultQuery: DEFAULT_QUERY,
      headers: JSON.stringify({ Authorization: 'Bearer ' }, null, 2),
      shouldPersistHeaders: false,
      defaultEditorToolsVisibility: 'headers',
    }),
  );
  const etag = `"${createHash('sha256').update(html).digest('base64url')}"`;
  return { html, gzipped: await promisify(gzip)(html), etag };
}

/** Browsers ask for a page; API clients and event sources don't. */
export function wantsGraphiql(req: IncomingMessage): boolean {
  return req.method === 'GET' && (req.headers.accept ?? '').includes('text/html');
}

export async function sendGraphiql(req: IncomingMessage, res: ServerResponse): Promise<void> {
  rendering ??= render();
  const { html, gzipped, etag } = await rendering;
  res.setHeader('content-security-policy', contentSecurityPolicy);
  res.setHeader('cache-control', 'no-cache');
  res.setHeader('etag', etag);
  res.setHeader('vary', 'accept, accept-encoding');
  if (req.headers['if-none-match'] === etag) {
    res.writeHead(304).end();
    return;
  }
  const packed = /\bgzip\b/.test(String(req.headers['accept-encoding'] ?? ''));
  const body = packed ? gzipped : html;
  if (packed) res.setHeader('content-encoding', 'gzip');
  res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length }).end(body);
}
