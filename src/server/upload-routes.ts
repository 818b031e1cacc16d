import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../auth/viewer.ts';
import { bodyParts } from './body-parts.ts';
import { HttpProblemError } from './http-problem.ts';
import { Places } from './places.ts';
import type { Asked, Route } from './routes.ts';
import { bytesOf, fileNameOf, isTus, PATCH_TYPE, speakTus, TUS_EXTENSIONS, TUS_VERSION } from './tus.ts';
import { conflictAt, conflictIn, refuseForm, refusePacked, typeOf, unsuitable } from './upload-refusals.ts';

/** An upload as its route needs to know it. */
export interface UploadedFile {
  readonly environmentId: number;
  readonly name: string;
  readonly size: number;
  readonly declaredSize: number | null;
  readonly isComplete: boolean;
  readonly expiresAt: Date;
}

/** Where uploads are kept: what is answered is durable. All of them may throw errors of the domain. */
export interface UploadStore<File extends UploadedFile = UploadedFile> {
  readonly maxBytes: number;
  begin(viewer: Viewer, upload: { name: string | null; size: number | null }): Promise<File>;
  find(viewer: Viewer, id: string): Promise<File | null>;
  append(file: File, start: number, bytes: Uint8Array): Promise<number>;
  complete(file: File): Promise<void>;
  discard(file: File): Promise<void>;
}

export interface UploadRoutesOptions<File extends UploadedFile> {
  readonly store: UploadStore<File>;
  /** The id of an upload as clients know it, and back; null for what isn't one. */
  readonly ids: { show(file: File): string; read(text: string): string | null };
  /** Where clients reach this server, which may be behind a proxy that takes a part of the path away; without it they are told paths. */
  readonly publicUrl?: string | undefined;
  /** Most bytes of one `append`. */
  readonly partBytes: number;
  /** At once, on this server. */
  readonly maxUploads: number;
}

const PATH = '/upload';

/**
 * Uploads of files of any size. Resumable by tus 1.0; or simply `POST /upload?name=list.csv` with the file as the body,
 * which is whole or nothing.
 */
export function uploadRoutes<File extends UploadedFile>(options: UploadRoutesOptions<File>): Route[] {
  const { store, ids, partBytes, publicUrl = '' } = options;
  const addressOf = (file: File) => `${publicUrl}${PATH}/${ids.show(file)}`;
  const places = new Places({
    most: options.maxUploads,
    // One account's uploads leave room for another's.
    mostOfOne: Math.ceil(options.maxUploads / 2),
    what: 'uploads',
  });

  async function fileOf(asked: Asked): Promise<File> {
    const viewer = await asked.viewer();
    const id = ids.read(asked.id);
    const file = id === null ? null : await store.find(viewer, id);
    if (file) return file;
    throw new HttpProblemError({
      status: 404,
      code: 'NOT_FOUND',
      message: 'There is no such upload in your environment, or it has ended: begin another one.',
    });
  }

  /** Appends what comes; answers where the file ends then. */
  async function append(req: IncomingMessage, asked: Asked, file: File, start: number): Promise<number> {
    let offset = start;
    try {
      for await (const part of bodyParts(req, { partBytes, signal: asked.signal })) {
        // A key that is revoked meanwhile uploads no more (P2.8).
        await asked.viewer();
        offset = await store.append(file, offset, part);
      }
    } catch (error) {
      throw conflictIn(error) ?? error;
    }
    return offset;
  }

  async function begin(req: IncomingMessage, res: ServerResponse, asked: Asked): Promise<void> {
    refusePacked(req);
    const viewer = await asked.viewer();
    const leave = places.take(viewer.environmentId);
    try {
      if (isTus(req.headers)) await beginTus(req, res, asked, viewer);
      else await takeWhole(req, res, asked, viewer);
    } finally {
      leave();
    }
  }

  async function beginTus(req: IncomingMessage, res: ServerResponse, asked: Asked, viewer: Viewer): Promise<void> {
    speakTus(req, res);
    const file = await store.begin(viewer, {
      name: fileNameOf(req.headers),
      size: bytesOf(req.headers, 'upload-length'),
    });
    res.setHeader('location', addressOf(file));
    const offset = typeOf(req) === PATCH_TYPE ? await append(req, asked, file, 0) : 0;
    res.setHeader('upload-expires', file.expiresAt.toUTCString());
    res.writeHead(201, { 'upload-offset': offset, 'content-length': 0 }).end();
  }

  async function takeWhole(req: IncomingMessage, res: ServerResponse, asked: Asked, viewer: Viewer): Promise<void> {
    refuseForm(req);
    const length = req.headers['content-length'];
    const file = await store.begin(viewer, {
      name: asked.query.get('name'),
      size: length === undefined ? null : Number(length),
    });
    let size: number;
    try {
      size = await append(req, asked, file, 0);
      if (length === undefined) await store.complete(file);
    } catch (error) {
      // Nobody knows its id: it can't be resumed.
      await store.discard(file);
      throw error;
    }
    const { name } = file;
    const body = JSON.stringify({ upload: ids.show(file), name, size, isComplete: true });
    res.writeHead(201, { 'content-type': 'application/json; charset=utf-8', location: addressOf(file) });
    res.end(body);
  }

  async function resume(req: IncomingMessage, res: ServerResponse, asked: Asked): Promise<void> {
    speakTus(req, res);
    refusePacked(req);
    if (typeOf(req) !== PATCH_TYPE) unsuitable(`Send the bytes with "Content-Type: ${PATCH_TYPE}".`);
    const file = await fileOf(asked);
    const start = bytesOf(req.headers, 'upload-offset');
    if (start !== file.size) throw conflictAt(file.size);
    const leave = places.take(file.environmentId);
    try {
      const offset = await append(req, asked, file, start);
      res.writeHead(204, { 'upload-offset': offset, 'upload-expires': file.expiresAt.toUTCString() }).end();
    } finally {
      leave();
    }
  }

  async function tell(req: IncomingMessage, res: ServerResponse, asked: Asked): Promise<void> {
    speakTus(req, res);
    const { name, size, declaredSize, isComplete, expiresAt } = await fileOf(asked);
    const length = declaredSize ?? (isComplete ? size : null);
    if (length !== null) res.setHeader('upload-length', length);
    res.setHeader('upload-metadata', `filename ${Buffer.from(name).toString('base64')}`);
    res.writeHead(200, { 'upload-offset': size, 'upload-expires': expiresAt.toUTCString() }).end();
  }

  async function remove(req: IncomingMessage, res: ServerResponse, asked: Asked): Promise<void> {
    speakTus(req, res);
    await store.discard(await fileOf(asked));
    res.writeHead(204).end();
  }

  async function describe(_req: IncomingMessage, res: ServerResponse): Promise<void> {
    const headers = { 'tus-version': TUS_VERSION, 'tus-extension': TUS_EXTENSIONS, 'tus-max-size': store.maxBytes };
    res.writeHead(204, { 'tus-resumable': TUS_VERSION, ...headers }).end();
  }

  const one = `${PATH}/:id`;
  return [
    { method: 'POST', path: PATH, isLong: true, handle: begin },
    // What `curl -T list.csv` sends.
    { method: 'PUT', path: PATH, isLong: true, handle: begin },
    { method: 'OPTIONS', path: PATH, handle: describe },
    { method: 'PATCH', path: one, isLong: true, handle: resume },
    { method: 'HEAD', path: one, handle: tell },
    { method: 'DELETE', path: one, handle: remove },
    { method: 'OPTIONS', path: one, handle: describe },
  ];
}
