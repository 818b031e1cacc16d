import { createHash, createHmac } from 'node:crypto';
import type { InboundMessage, UnreadableMessage } from './inbound-message.ts';
import { isSameSecret } from './same-secret.ts';

/** A request as Twilio signs it: https://www.twilio.com/docs/usage/security#validating-requests */
export interface TwilioRequest {
  /** The public address that is set up at Twilio, with its query. */
  readonly url: string;
  /** X-Twilio-Signature. */
  readonly signature: string | null | undefined;
  /** The fields of a form; for a JSON body leave it out and give `body`. */
  readonly form?: URLSearchParams;
  readonly body?: string | Uint8Array;
}

/** Whether Twilio sent this request, and nobody altered it. A form is signed field by field, another body by its hash in the URL. */
export function isSignedByTwilio(authToken: string, { url, signature, form, body }: TwilioRequest): boolean {
  if (!signature || authToken === '') return false;
  const fields = form ? signedFields(form) : '';
  // Twilio signs with or without the port, as its own libraries know.
  const isSigned = portVariants(url).some((address) =>
    isSameSecret(
      signature,
      createHmac('sha1', authToken)
        .update(address + fields)
        .digest('base64'),
    ),
  );
  if (!isSigned || form) return isSigned;
  const hash = bodyHash(url);
  return (
    hash !== null &&
    isSameSecret(
      hash.toLowerCase(),
      createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
    )
  );
}

/** Every name with its values behind it, sorted; a value that is given twice counts once. */
function signedFields(form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  return names
    .map((name) =>
      [...new Set(form.getAll(name))]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('');
}

function portVariants(url: string): string[] {
  const parts = /^(https?):\/\/([^/?#:]+|\[[^\]]+\])(:\d+)?(.*)$/is.exec(url);
  if (!parts) return [url];
  const [, scheme, host, port, rest] = parts;
  const bare = `${scheme}://${host}${rest}`;
  return [
    ...new Set([
      url,
      bare,
      `${scheme}://${host}${port ?? (scheme!.toLowerCase() === 'https' ? ':443' : ':80')}${rest}`,
    ]),
  ];
}

function bodyHash(url: string): string | null {
  const query = url.split('?')[1]?.split('#')[0] ?? '';
  return new URLSearchParams(query).get('bodySHA256');
}

/** The message in the form that Twilio posts for an inbound text. */
export function readTwilioMessage(form: URLSearchParams): InboundMessage | UnreadableMessage {
  const from = form.get('From') ?? '';
  const externalId = form.get('MessageSid') ?? form.get('SmsMessageSid') ?? form.get('SmsSid') ?? '';
  const missing = [
    ['From', from],
    ['MessageSid', externalId],
  ].find(([, value]) => value === '');
  if (missing) return { problem: `The form lacks ${missing[0]}: is the webhook set as "A message comes in"?` };
  return {
    from,
    // No opt-out is lost over it: it only says which number they opted out from.
    to: form.get('To') ?? '',
    body: form.get('Body') ?? '',
    externalId,
    receivedAt: null,
    optOutType: optOutType(form.get('OptOutType')),
  };
}

function optOutType(value: string | null): InboundMessage['optOutType'] {
  const type = value?.toUpperCase();
  return type === 'STOP' || type === 'START' || type === 'HELP' ? type : null;
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>';
/** What XML 1.0 can't hold, not even escaped. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** The answer that makes Twilio text the contact; without a text it sends nothing. */
export function twimlReply(text: string | null): string {
  if (text === null || text === '') return `${XML}<Response></Response>`;
  const escaped = text.replace(NOT_XML, '').replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);
  return `${XML}<Response><Message>${escaped}</Message></Response>`;
}
