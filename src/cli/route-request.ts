import type { Connection } from './connection.ts';
import { type AnsweredError, explainErrors, explainNetwork } from './explain-answer.ts';
import { refused, unreachable } from './failure.ts';

const TUS_VERSION = '1.0.0';
/** One part on a slow line. */
export const ANSWER_WITHIN_MS = 120_000;

/** A request to one of the server's routes for files. @throws CommandFailure for every answer but a good one */
export async function send(
  { endpoint, key }: Connection,
  address: URL,
  {
    method,
    headers,
    body,
  }: { method: string; headers?: Readonly<Record<string, string>>; body?: Uint8Array<ArrayBuffer> },
): Promise<Response> {
  const response = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${key}`, 'tus-resumable': TUS_VERSION, ...headers },
    ...(body && { body }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((error: unknown) => {
    throw explainNetwork(error, endpoint);
  });
  if (response.ok) {
    await response.body?.cancel();
    return response;
  }
  // A conflict means that the server is further, or less far, than we knew: whoever asks again finds out.
  if (response.status === 409) throw unreachable('OFFSET_CONFLICT', 'Somebody else is sending the same upload.');
  // An answer to HEAD has no words, and these don't pass with time.
  if (method === 'HEAD' && (response.status === 404 || response.status === 410)) {
    throw refused(
      'NO_UPLOAD',
      `${endpoint.origin} has no such upload (any more): send the file anew, without --upload.`,
    );
  }
  if (method === 'HEAD' && (response.status === 401 || response.status === 403)) {
    throw refused('UNAUTHENTICATED', `The key isn't accepted by ${endpoint.origin} for this upload.`);
  }
  throw explainErrors(await errorsIn(response), response.status, endpoint);
}

/** As the body says; an answer to HEAD has none, and a proxy's is of another kind. */
export async function errorsIn(response: Response): Promise<readonly AnsweredError[]> {
  const text = await response.text().catch(() => '');
  try {
    const { errors } = JSON.parse(text) as { errors?: unknown };
    return Array.isArray(errors) ? (errors as AnsweredError[]) : [];
  } catch {
    return [];
  }
}
