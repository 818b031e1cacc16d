import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** An environment's kind decides the prefix of its keys. */
export type EnvironmentKind = 'LIVE' | 'TEST';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 30; // 30 × log2(62) = 178 bits; issue A asks for at least 160
const checksumLength = 6; // 62^6 > 2^32
const hintLength = 4;
const prefixes = { LIVE: 'ql_live_', TEST: 'ql_test_' } as const satisfies Record<EnvironmentKind, string>;

/**
 * The form of an API key: `ql_live_` or `ql_test_`, 30 random base62 characters, and 6 base62 characters of CRC32 over all
 * that stands before them. For secret scanners: `\bql_(live|test)_[0-9A-Za-z]{36}\b`. The checksum tells a typo or a
 * cut-off key from a revoked one without the database; it protects nothing.
 */
const form = /^ql_(live|test)_[0-9A-Za-z]{36}$/;

/** A new key, to be shown once and never stored or logged, and the hint by which people tell their keys apart later. */
export function generateApiKey(kind: EnvironmentKind): { readonly key: string; readonly hint: string } {
  const random = randomBase62(randomLength);
  const body = prefixes[kind] + random;
  return { key: body + checksum(body), hint: random.slice(-hintLength) };
}

/** Whether this text has the form and the checksum of a key. Says nothing about whether the key exists. */
export function looksLikeApiKey(text: string): boolean {
  return form.test(text) && text.endsWith(checksum(text.slice(0, -checksumLength)));
}

/** Whether somebody meant this text as a key, however mistyped: it is then no token, and is told about as a key. */
export function meantAsApiKey(text: string): boolean {
  return text.startsWith('ql_');
}

/** The kind of environment that a key's prefix names. Only for a text that looks like a key. */
export function environmentKindOf(key: string): EnvironmentKind {
  return key.startsWith(prefixes.LIVE) ? 'LIVE' : 'TEST';
}

/**
 * What is stored of a key: HMAC-SHA-256 under the server's secret, so that a stolen table alone can't test guesses. The
 * label keeps it apart from everything else that the same secret signs. No slow hash: 178 random bits can't be guessed.
 */
export function hashApiKey(key: string, serverSecret: Uint8Array): Buffer {
  return createHmac('sha256', serverSecret).update('quietline/api-key/1\0').update(key).digest();
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let place = 0; place < checksumLength; place++) {
    text = alphabet[rest % alphabet.length] + text;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}

function randomBase62(length: number): string {
  // 248 is the largest multiple of 62 in a byte: larger bytes are thrown away, or some characters would be likelier.
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
