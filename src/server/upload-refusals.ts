import type { IncomingMessage } from 'node:http';
import { HttpProblemError } from './http-problem.ts';

/** The content type without its parameters; '' when there is none. */
export function typeOf(req: IncomingMessage): string {
  return req.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** @throws HttpProblemError (415) */
export function unsuitable(message: string): never {
  throw new HttpProblemError({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message });
}

/** What is stored is what was sent, so what was sent has to be the file. */
export function refusePacked(req: IncomingMessage): void {
  const encoding = req.headers['content-encoding']?.trim().toLowerCase();
  if (encoding && encoding !== 'identity') unsuitable('Send the file itself, without "Content-Encoding".');
}

/** A form around the file would be taken for its first lines. */
export function refuseForm(req: IncomingMessage): void {
  if (typeOf(req) !== 'multipart/form-data') return;
  unsuitable('Send the file itself as the body and not a form, for example: curl --data-binary @list.csv');
}

/** The client is to go on elsewhere, and is told where. */
export function conflictAt(offset: number): HttpProblemError {
  return new HttpProblemError({
    status: 409,
    code: 'OFFSET_CONFLICT',
    message: `The next byte of this upload is the one at ${offset}: go on from there.`,
    headers: { 'upload-offset': String(offset) },
  });
}

/** The same for the domain's word for it; null for any other error. */
export function conflictIn(error: unknown): HttpProblemError | null {
  const { code, offset } = error as { code?: unknown; offset?: unknown };
  return code === 'OFFSET_CONFLICT' && typeof offset === 'number' ? conflictAt(offset) : null;
}
