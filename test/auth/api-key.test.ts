import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { environmentKindOf, generateApiKey, hashApiKey, looksLikeApiKey } from '../../src/auth/api-key.ts';

const published = /\bql_(live|test)_[0-9A-Za-z]{36}\b/;

test('a key has the published form, its kind as prefix, and a hint from the random part', () => {
  for (const kind of ['LIVE', 'TEST'] as const) {
    const { key, hint } = generateApiKey(kind);

    expect(key).toMatch(published);
    expect(key.startsWith(`ql_${kind.toLowerCase()}_`)).toBe(true);
    expect(environmentKindOf(key)).toBe(kind);
    expect(looksLikeApiKey(key)).toBe(true);
    expect(hint).toBe(key.slice(-10, -6));
  }
});

test('at least 160 bits: 30 characters, each evenly spread over 62', () => {
  const keys = Array.from({ length: 2_000 }, () => generateApiKey('LIVE').key.slice('ql_live_'.length, -6));
  const counts = new Map<string, number>();
  for (const character of keys.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);

  expect(new Set(keys).size).toBe(2_000);
  expect(keys[0]!.length * Math.log2(counts.size)).toBeGreaterThan(160);
  // 968 expected for each; a modulo without rejection would give eight of them 25% more. 7 sigma = 217.
  for (const count of counts.values()) expect(Math.abs(count - 60_000 / 62)).toBeLessThan(217);
});

test('every typo of one character, a cut and a swapped prefix are told apart without the database', () => {
  const { key } = generateApiKey('LIVE');
  for (let place = 0; place < key.length; place++) {
    const typo = key.slice(0, place) + (key[place] === 'x' ? 'y' : 'x') + key.slice(place + 1);
    expect(looksLikeApiKey(typo), typo).toBe(false);
  }
  expect(looksLikeApiKey(key.slice(0, -1))).toBe(false);
  expect(looksLikeApiKey(`${key}\n`)).toBe(false);
  expect(looksLikeApiKey(key.replace('live', 'test'))).toBe(false);
  expect(looksLikeApiKey('')).toBe(false);
});

test('the stored hash depends on the server secret, and is no plain hash of key or secret', () => {
  const { key } = generateApiKey('TEST');
  const secret = Buffer.alloc(32, 1);

  expect(hashApiKey(key, secret)).toHaveLength(32);
  expect(hashApiKey(key, secret)).toEqual(hashApiKey(key, secret));
  expect(hashApiKey(key, Buffer.alloc(32, 2))).not.toEqual(hashApiKey(key, secret));
  expect(hashApiKey(key, secret)).not.toEqual(createHash('sha256').update(key).digest());
});

test('a key made by this version stays valid: form, checksum and hash are fixed', () => {
  const key = 'ql_live_0123456789ABCDEFGHIJKLMNOPQRST0S2CDA';

  expect(looksLikeApiKey(key)).toBe(true);
  expect(hashApiKey(key, Buffer.alloc(32, 's')).toString('hex')).toBe(
    '393edee19b2c71ec38b1313b277c06160df92e14982a0a5d2f9c105458464d79',
  );
});
