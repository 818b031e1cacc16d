import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Connection } from './connection.ts';
import { refused, wrongUse } from './failure.ts';
import { cannotRead } from './lines.ts';
import { LONG_PATIENCE_MS, Patience, patiently } from './patience.ts';
import type { Progress } from './progress.ts';
import { send } from './route-request.ts';

export interface UploadOptions {
  readonly file: string;
  /** An upload that was begun before: only what it lacks is sent. */
  readonly uploadId?: string | undefined;
  readonly progress: Progress;
  /** Hears the id as soon as the upload can be gone on with. */
  readonly onBegun?: (id: string) => void;
}

/** Bytes of one request: what is sent again at most when the connection is lost. */
const LARGEST_PART = 8 * 2 ** 20;
const SMALLEST_PART = 2 ** 18;
/** Parts grow while they take less than this, so that slow lines show progress too. */
const PART_MS = 1_000;

/**
 * Sends a file by the server's resumable protocol (tus 1.0.0), part by part from the disk: a lost connection or a
 * restarted server costs one part. Answers the upload's id.
 * @throws CommandFailure
 */
export async function uploadFile(connection: Connection, options: UploadOptions): Promise<string> {
  const handle = await open(options.file).catch((error: unknown) => {
    throw cannotRead(options.file, error);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw wrongUse(`This is no file: ${options.file}`);
    const upload = new Upload(connection, handle, stat.size, options);
    return await upload.run(options.uploadId);
  } finally {
    await handle.close();
  }
}

class Upload {
  readonly #connection: Connection;
  readonly #handle: FileHandle;
  readonly #size: number;
  readonly #options: UploadOptions;
  readonly #buffer = Buffer.allocUnsafe(LARGEST_PART);
  #partBytes = SMALLEST_PART;

  constructor(connection: Connection, handle: FileHandle, size: number, options: UploadOptions) {
    this.#connection = connection;
    this.#handle = handle;
    this.#size = size;
    this.#options = options;
  }

  async run(begun: string | undefined): Promise<string> {
    const id = begun ?? (await this.#begin());
    this.#options.onBegun?.(id);
    const address = new URL(`upload/${encodeURIComponent(id)}`, this.#connection.endpoint);
    let offset = begun === undefined ? 0 : await this.#offset(address);
    const [startedAt, startedFrom] = [Date.now(), offset];
    const patience = new Patience(LONG_PATIENCE_MS);
    while (offset < this.#size) {
      const seconds = (Date.now() - startedAt) / 1000;
      const rate = seconds > 0 ? (offset - startedFrom) / seconds : null;
      this.#options.progress.show({ what: 'Uploading', done: offset, total: this.#size, unit: 'bytes', rate });
      try {
        offset = await this.#append(address, offset);
        patience.renew();
      } catch (error) {
        await patience.after(error);
        // What was answered for is durable; the server alone knows how far it got.
        offset = await this.#offset(address);
      }
    }
    this.#options.progress.show({ what: 'Uploading', done: offset, total: this.#size, unit: 'bytes' });
    return id;
  }

  /** Not tried again when the answer is lost: that would leave a second upload behind. */
  async #begin(): Promise<string> {
    const name = Buffer.from(basename(this.#options.file)).toString('base64');
    const { headers } = await send(this.#connection, new URL('upload', this.#connection.endpoint), {
      method: 'POST',
      headers: { 'upload-length': String(this.#size), 'upload-metadata': `filename ${name}` },
    });
    const id = headers.get('location')?.split('/').at(-1);
    if (!id)
      throw refused(
        'PROTOCOL',
        'The server began an upload without saying where: is there a proxy that drops "Location"?',
      );
    return decodeURIComponent(id);
  }

  async #offset(address: URL): Promise<number> {
    const { headers } = await patiently(() => send(this.#connection, address, { method: 'HEAD' }), LONG_PATIENCE_MS);
    const length = headers.get('upload-length');
    if (length !== null && Number(length) !== this.#size) {
      throw wrongUse(
        `The upload was begun with a file of ${length} bytes, and this one has ${this.#size}: begin anew.`,
      );
    }
    return Number(headers.get('upload-offset'));
  }

  async #append(address: URL, offset: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, this.#partBytes, offset);
    if (bytesRead === 0) throw wrongUse('The file became shorter while it was sent: begin anew when it is complete.');
    const began = Date.now();
    const { headers } = await send(this.#connection, address, {
      method: 'PATCH',
      headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
      body: this.#buffer.subarray(0, Math.min(bytesRead, this.#size - offset)),
    });
    if (Date.now() - began < PART_MS) this.#partBytes = Math.min(this.#partBytes * 2, LARGEST_PART);
    return Number(headers.get('upload-offset'));
  }
}
