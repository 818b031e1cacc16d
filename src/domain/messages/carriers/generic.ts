import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { InboundMessage, UnreadableMessage } from './inbound-message.ts';
import { isSameSecret } from './same-secret.ts';

/** A request older than this, or from so far ahead, may be a copy that somebody sends again. */
const REPLAY_WINDOW_MS = 5 * 60_000;
const MOST_SIGNATURES = 5;

export type SignatureCheck = 'VALID' | 'MISSING' | 'MALFORMED' | 'OUTSIDE_WINDOW' | 'WRONG';

/**
 * Checks the header `Quietline-Signature: t=1767225600,v1=<hex>`: v1 is HMAC-SHA256 with the endpoint's secret over `t`, a
 * full stop and the body's bytes; t is in seconds. More than one v1 may be given while a secret is being replaced.
 */
export function checkSignature(
  secret: string,
  header: string | null | undefined,
  body: string | Uint8Array,
  now: Date,
): SignatureCheck {
  if (!header) return 'MISSING';
  const parts = header.split(',').map((part) => part.trim());
  const time = parts.find((part) => /^t=\d{1,12}$/.test(part))?.slice(2);
  const signatures = parts.filter((part) => /^v1=[0-9a-f]{64}$/i.test(part)).map((part) => part.slice(3).toLowerCase());
  if (time === undefined || signatures.length === 0 || signatures.length > MOST_SIGNATURES || secret === '')
    return 'MALFORMED';
  const expected = signatureOf(secret, time, body);
  if (!signatures.some((signature) => isSameSecret(signature, expected))) return 'WRONG';
  return Math.abs(now.getTime() - Number(time) * 1_000) > REPLAY_WINDOW_MS ? 'OUTSIDE_WINDOW' : 'VALID';
}

/** The whole header for a body, as a sender makes it. */
export function signatureHeader(secret: string, body: string | Uint8Array, at: Date): string {
  const time = String(Math.floor(at.getTime() / 1_000));
  return `t=${time},v1=${signatureOf(secret, time, body)}`;
}

function signatureOf(secret: string, time: string, body: string | Uint8Array): string {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
}

const text = z.string();
const Message = z.object({
  from: text.min(1),
  to: text.min(1),
  // Of any length that a request may have: an opt-out isn't refused for what stands behind it.
  body: text,
  externalId: text.min(1).max(200),
  receivedAt: z.iso.datetime({ offset: true }).nullish(),
});

/** The message in a JSON body: `from`, `to`, `body`, `externalId`, and `receivedAt` where the carrier has it. */
export function readGenericMessage(body: string): InboundMessage | UnreadableMessage {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { problem: 'The body is no JSON: send an object with from, to, body and externalId.' };
  }
  const read = Message.safeParse(json);
  if (!read.success) return { problem: problemOf(read.error) };
  const { receivedAt, ...message } = read.data;
  return { ...message, receivedAt: receivedAt ? new Date(receivedAt) : null, optOutType: null };
}

function problemOf(error: z.ZodError): string {
  const field = error.issues[0]?.path.join('.') || 'the body';
  return field === 'receivedAt'
    ? 'receivedAt must be a time with its offset, such as 2026-01-01T12:00:00Z; leave it out if there is none.'
    : `${field} is missing or not a text: send an object with from, to, body and externalId.`;
}
