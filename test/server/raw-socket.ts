import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Toy } from './toy-server.ts';

export interface Message {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server sends is what the tests look at
  readonly payload?: any;
}

export interface RawSocket {
  readonly ws: WebSocket;
  send(message: object | string): void;
  /** The next message that wasn't taken yet. Rejects when the socket closes first. */
  next(): Promise<Message>;
  subscribe(id: string, query: string, variables?: object): void;
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** A socket that speaks the protocol itself: nothing retries or hides what the server did. */
export async function openSocket(toy: Toy, headers: Record<string, string> = {}): Promise<RawSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${toy.port}/graphql`, 'graphql-transport-ws', { headers });
  onTestFinished(() => ws.terminate());
  const inbox: Message[] = [];
  let waiting: { resolve: (message: Message) => void; reject: (error: Error) => void } | undefined;
  ws.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    if (waiting) waiting.resolve(message);
    else inbox.push(message);
    waiting = undefined;
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => {
      resolve({ code, reason: String(reason) });
      waiting?.reject(new Error(`closed with ${code} ${reason}`));
    });
  });
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
    ws.once('unexpected-response', (_req, res) => reject(new Error(`HTTP ${res.statusCode}`)));
  });
  ws.on('error', () => undefined);
  const send = (message: object | string) => ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  return {
    ws,
    send,
    closed,
    next: () =>
      new Promise((resolve, reject) => {
        const message = inbox.shift();
        if (message) resolve(message);
        else if (ws.readyState > ws.OPEN) reject(new Error('closed'));
        else waiting = { resolve, reject };
      }),
    subscribe: (id, query, variables) => send({ id, type: 'subscribe', payload: { query, variables } }),
  };
}

/** A socket on which the viewer is known already. */
export async function connectAs(
  toy: Toy,
  credential: string | null,
  headers?: Record<string, string>,
): Promise<RawSocket> {
  const socket = await openSocket(toy, headers);
  socket.send({ type: 'connection_init', ...(credential && { payload: { authorization: `Bearer ${credential}` } }) });
  const ack = await socket.next();
  if (ack.type !== 'connection_ack') throw new Error(`expected an ack, got ${JSON.stringify(ack)}`);
  return socket;
}
