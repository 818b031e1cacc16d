import { createHmac } from 'node:crypto';
import { readReceivedAt, UNREADABLE } from '../received-at.ts';
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

/** A message in our own words: what else it may say. */
export interface GenericMessage extends InboundMessage {
  /** The key of the campaign that it answers. */
  readonly campaign: string | null;
  /** Its `receivedAt` can't be read: it counts as received now. */
  readonly isTimeUnread: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const NEEDED = 'send an object with from, to, body and externalId.';

/**
 * The message in a JSON body: `from`, `to`, `body`, `externalId`, and `receivedAt` and `campaign` where the sender has them.
 * Nobody sends again what was refused, so only what nothing can be done without is asked for: a sender, a text and an id.
 */
export function readGenericMessage(body: string): GenericMessage | UnreadableMessage {
  const text = body.replace(/^\ufeff/, '');
  const fields = fieldsOf(text);
  if (fields === null) return { problem: `The body is no JSON: ${NEEDED}` };
  if (typeof fields.body !== 'string') return { problem: `body is missing or not a text: ${NEEDED}` };
  const numbersAsText = Object.values(fields).some((value) => typeof value === 'number')
    ? fieldsOf(quoteNumbers(text))!
    : fields;
  const textOf = (name: string) => (typeof numbersAsText[name] === 'string' ? numbersAsText[name] : '');
  const [from, externalId] = [textOf('from'), textOf('externalId')];
  if (from === '' || externalId === '')
    return { problem: `${from === '' ? 'from' : 'externalId'} is missing or neither text nor number: ${NEEDED}` };
  const receivedAt = readReceivedAt(numbersAsText.receivedAt);
  const isTimeUnread = receivedAt === UNREADABLE;
  return {
    from,
    to: textOf('to'),
    body: fields.body,
    externalId,
    receivedAt: isTimeUnread ? null : receivedAt,
    optOutType: null,
    campaign: textOf('campaign') || null,
    isTimeUnread,
  };
}

/** Null for what is no JSON; what is no object has no fields. */
function fieldsOf(json: string): Fields | null {
  try {
    return Object(JSON.parse(json)) as Fields;
  } catch {
    return null;
  }
}

/** Of valid JSON. As numbers two long ids would be rounded to the same, and the second message lost as a copy of the first. */
function quoteNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`));
}
