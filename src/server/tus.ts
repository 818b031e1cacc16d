import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { HttpProblemError } from './http-problem.ts';

/** tus 1.0.0 (tus.io/protocols/resumable-upload): what its headers say. */
export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = 'creation,creation-with-upload,expiration,termination';
export const PATCH_TYPE = 'application/offset+octet-stream';

/**
 * Says so in the answer, whatever it will be.
 * @throws HttpProblemError (412) for another version; none at all is taken for ours, so that scripts stay short
 */
export function speakTus({ headers }: IncomingMessage, res: ServerResponse): void {
  res.setHeader('tus-resumable', TUS_VERSION);
  const version = headers['tus-resumable'];
  if (version === undefined || version === TUS_VERSION) return;
  throw new HttpProblemError({
    status: 412,
    code: 'UNSUPPORTED_VERSION',
    message: `This server speaks tus ${TUS_VERSION}.`,
    headers: { 'tus-version': TUS_VERSION },
  });
}

/** Whether a POST begins an upload by the protocol; else its body is the file. */
export function isTus(headers: IncomingHttpHeaders): boolean {
  return ['tus-resumable', 'upload-length', 'upload-defer-length'].some((name) => headers[name] !== undefined);
}

/** A header that counts bytes. @throws HttpProblemError (400) */
export function bytesOf(headers: IncomingHttpHeaders, name: 'upload-length' | 'upload-offset'): number {
  const value = String(headers[name] ?? '');
  if (/^\d{1,15}$/.test(value)) return Number(value);
  const shown = name === 'upload-length' ? 'Upload-Length' : 'Upload-Offset';
  throw new HttpProblemError({
    status: 400,
    code: 'BAD_REQUEST',
    message: `${shown} is a whole number of bytes, and has to be given.`,
  });
}

/** The file's name in `Upload-Metadata: filename bGlzdC5jc3Y=,filetype …`; null when there is none. */
export function fileNameOf(headers: IncomingHttpHeaders): string | null {
  for (const pair of String(headers['upload-metadata'] ?? '').split(',')) {
    const [key, value] = pair.trim().split(' ');
    if ((key === 'filename' || key === 'name') && value) return Buffer.from(value, 'base64').toString('utf8');
  }
  return null;
}
