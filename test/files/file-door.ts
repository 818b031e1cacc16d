import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Seal } from '../../src/changes/cursor.ts';
import { Downloads } from '../../src/domain/files/downloads.ts';
import type { Client } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import type { Quietline } from '../support/quietline.ts';

export const MIB = 2 ** 20;
export const TUS = { 'tus-resumable': '1.0.0' };
export const PATCH = { ...TUS, 'content-type': 'application/offset+octet-stream' };
/** Pass it as a setting, and `linkTo` makes links that the server believes. */
export const SERVER_SECRET = 'a secret of the tests of files, long enough';

/** Asks over the network, as this client or as nobody. */
export function ask(server: Quietline, path: string, init: RequestInit & { as?: Client } = {}): Promise<Response> {
  const { as, ...rest } = init;
  const headers = new Headers(init.headers);
  if (as?.token) headers.set('authorization', `Bearer ${as.token}`);
  return fetch(new URL(path, server.url), { ...rest, headers });
}

/** Begins a resumable upload, and answers its path. */
export async function begin(server: Quietline, as: Client, length: number, name = 'list.csv'): Promise<string> {
  const headers = {
    ...TUS,
    'upload-length': String(length),
    'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
  };
  const answer = await ask(server, '/upload', { as, method: 'POST', headers });
  if (answer.status !== 201) throw new Error(`Expected 201, not ${answer.status}: ${await answer.text()}`);
  return answer.headers.get('location')!;
}

export async function offsetOf(server: Quietline, as: Client, path: string): Promise<number> {
  const answer = await ask(server, path, { as, method: 'HEAD', headers: TUS });
  return Number(answer.headers.get('upload-offset') ?? Number.NaN);
}

export function patch(
  server: Quietline,
  as: Client,
  path: string,
  offset: number,
  body: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const headers = { ...PATCH, 'upload-offset': String(offset) };
  return ask(server, path, { as, method: 'PATCH', headers, body });
}

/** A request whose body comes as slowly as the test likes, or never whole. */
export interface SlowRequest {
  readonly socket: Socket;
  /** Answers when the bytes have left. */
  send(bytes: Uint8Array): Promise<void>;
  /** All that came back until the server closed, or the head of the answer. */
  readonly answer: Promise<string>;
}

export function slowly(
  server: { readonly url: string },
  request: string,
  headers: Record<string, string>,
): SlowRequest {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  onceEnded('a socket', async () => void socket.destroy());
  socket.on('error', () => undefined);
  const lines = Object.entries({ host: 'quietline', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${request} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let text = '';
  const answer = new Promise<string>((resolve) => {
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\r\n\r\n')) resolve(text);
    });
    socket.once('close', () => resolve(text));
  });
  return {
    socket,
    answer,
    send: (bytes) =>
      new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
  };
}

/** A PATCH of which the test sends the bytes. */
export function slowPatch(server: Quietline, as: Client, path: string, offset: number, length: number): SlowRequest {
  return slowly(server, `PATCH ${path}`, {
    ...PATCH,
    authorization: `Bearer ${as.token}`,
    'upload-offset': String(offset),
    'content-length': String(length),
  });
}

/** The uuid in the id that clients know. */
export function rawId(upload: string): string {
  return Buffer.from(upload.split('/').at(-1)!, 'base64url').toString().replace('Upload:', '');
}

/** A link to a stored file, as the server itself would make it. */
export function linkTo(environmentId: string, id: string): string {
  const seal = new Seal(Buffer.from(SERVER_SECRET), 'download link v1');
  return new Downloads({ seal, sources: {} }).link('STORED_FILE', Number(environmentId), id).url;
}

/** What the server keeps of an upload. */
export async function storedBytes(server: Quietline, environmentId: string, upload: string): Promise<Buffer> {
  const answer = await ask(server, linkTo(environmentId, rawId(upload)));
  return Buffer.from(await answer.arrayBuffer());
}

export const random = (bytes: number) => randomBytes(bytes) as Buffer<ArrayBuffer>;
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
