import type { ServerResponse } from 'node:http';
import type { Exchange } from './transport.ts';

/** The part of a fetch Response that is sent. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { forEach(each: (value: string, name: string) => void): void; get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

/**
 * Writes Yoga's answer. Not by Yoga's own adapter, because that one waits for `drain` for ever when a client leaves
 * while it is stalled, and the subscription behind it stays (P2.10).
 */
export async function sendResponse(response: FetchResponse, res: ServerResponse, exchange: Exchange): Promise<void> {
  const streams = response.headers.get('content-type')?.startsWith('text/event-stream') && response.body;
  if (!streams) {
    const text = await response.text();
    if (res.destroyed) return;
    writeHead(response, res);
    res.setHeader('content-length', Buffer.byteLength(text));
    res.end(text);
    return;
  }
  const reader = response.body.getReader();
  if (res.destroyed) {
    await reader.cancel();
    return;
  }
  // Who asked ends the operation; this ends Yoga's stream around it, and the timer of its pings.
  res.once('close', () => reader.cancel().catch(() => undefined));
  writeHead(response, res);
  res.setHeader('x-accel-buffering', 'no');
  res.flushHeaders();
  await pump(reader, res, exchange);
}

function writeHead(response: FetchResponse, res: ServerResponse): void {
  res.statusCode = response.status;
  response.headers.forEach((value, given) => {
    const name = given.toLowerCase();
    // "none" isn't an encoding, and whether the connection stays is Node's business.
    if (name !== 'content-encoding' && name !== 'connection') res.setHeader(name, value);
  });
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, res: ServerResponse, exchange: Exchange) {
  for (;;) {
    const { done, value } = await reader.read();
    if (res.destroyed) return;
    if (done) {
      res.end();
      return;
    }
    const { stream } = exchange;
    stream?.sending(value.length);
    if (!res.write(value, () => stream?.sent(value.length))) await drainedOrClosed(res);
  }
}

function drainedOrClosed(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const proceed = () => {
      res.off('drain', proceed);
      res.off('close', proceed);
      resolve();
    };
    res.once('drain', proceed);
    res.once('close', proceed);
    if (res.destroyed) proceed();
  });
}
