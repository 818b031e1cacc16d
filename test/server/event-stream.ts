import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Toy } from './toy-server.ts';

export interface EventStream {
  readonly req: ClientRequest;
  readonly res: IncomingMessage;
  /** Resolves when the connection is over; `complete` says whether the server said that there is nothing more. */
  readonly over: Promise<{ complete: boolean }>;
}

/** A subscription over SSE, on a connection of its own. With `stalled` the answer is never read. */
export function subscribeBySse(toy: Toy, query: string, credential: string, stalled = false): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const req = request({
      host: '127.0.0.1',
      port: toy.port,
      path: `/graphql?query=${encodeURIComponent(query)}`,
      headers: { accept: 'text/event-stream', authorization: `Bearer ${credential}` },
      agent: false,
    });
    onTestFinished(() => {
      req.destroy();
    });
    req.once('error', reject);
    req.once('response', (res) => {
      let text = '';
      const over = new Promise<{ complete: boolean }>((done) => {
        res.once('close', () => done({ complete: text.includes('event: complete') }));
      });
      res.on('error', () => undefined);
      req.on('error', () => undefined);
      if (!stalled) {
        res.on('data', (chunk: Buffer) => {
          text += chunk;
        });
      }
      resolve({ req, res, over });
    });
    req.end();
  });
}
