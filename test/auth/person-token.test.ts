import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTokenVerifier, type PersonTokenOptions } from '../../src/auth/person-token.ts';
import { standingClock } from './fakes.ts';
import { startJwksServer } from './jwks-server.ts';

const clock = standingClock();
const now = clock.wall() / 1000;
const secret = 'a secret of thirty-two bytes or more';
const claims = { account: 'Acme', environment: 'production', role: 'COMPLIANCE', sub: 'ada', exp: now + 60 };

let rsa: { privateKey: CryptoKey; publicKey: CryptoKey };
let issuer: Awaited<ReturnType<typeof startJwksServer>>;
beforeAll(async () => {
  rsa = await generateKeyPair('RS256', { extractable: true });
  issuer = await startJwksServer([{ ...(await exportJWK(rsa.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' } as JWK]);
});
afterAll(() => issuer.close());

const bytes = (text: string) => new TextEncoder().encode(text);
const signed = (payload: JWTPayload, options: { key?: CryptoKey | Uint8Array; alg?: string; kid?: string } = {}) =>
  new SignJWT(payload)
    .setProtectedHeader({ alg: options.alg ?? 'HS256', ...(options.kid && { kid: options.kid }) })
    .sign(options.key ?? bytes(secret));
const bySecret = (options: Partial<PersonTokenOptions> = {}) =>
  createTokenVerifier({ algorithm: 'HS256', secret, clock, ...options });
const byJwks = (options: Partial<PersonTokenOptions> = {}) =>
  createTokenVerifier({ algorithm: 'RS256', jwksUrl: issuer.url, clock, ...options });
const refused = (message: RegExp) => ({ code: 'UNAUTHENTICATED', message: expect.stringMatching(message) });

test('a token signed with the shared secret is read', async () => {
  const read = await bySecret()(await signed({ ...claims, name: ' Ada\nLovelace ' }));
  expect(read).toEqual({
    account: 'Acme',
    environment: 'production',
    role: 'COMPLIANCE',
    sub: 'ada',
    name: 'Ada Lovelace',
    expiresAt: new Date((now + 60) * 1000),
  });
});

test('a token of the issuer with a JWKS URL is read, and the keys are fetched once', async () => {
  const verify = byJwks();
  const before = issuer.state.requests;
  for (let n = 0; n < 3; n++) {
    await verify(await signed(claims, { key: rsa.privateKey, alg: 'RS256', kid: 'k1' }));
  }
  expect(issuer.state.requests - before).toBe(1);
});

test('RFC 8725: a token without a signature is refused', async () => {
  const token = new UnsecuredJWT(claims).encode();
  await expect(bySecret()(token)).rejects.toMatchObject(refused(/algorithm|malformed/));
  await expect(byJwks()(token)).rejects.toMatchObject(refused(/algorithm|malformed/));
});

test('RFC 8725: exactly one algorithm: another of the same family is refused', async () => {
  const token = await signed(claims, { alg: 'HS512', key: bytes(secret.repeat(2)) });
  await expect(bySecret({ secret: secret.repeat(2) })(token)).rejects.toMatchObject(refused(/algorithm/));
});

test('RFC 8725: the public key of the issuer is no secret for HS256', async () => {
  const jwk = JSON.stringify(await exportJWK(rsa.publicKey));
  for (const known of [await exportSPKI(rsa.publicKey), jwk]) {
    const token = await signed(claims, { key: bytes(known), kid: 'k1' });
    await expect(byJwks()(token)).rejects.toMatchObject(refused(/algorithm/));
  }
});

test('a token signed by somebody else is refused', async () => {
  const stranger = await generateKeyPair('RS256');
  const token = await signed(claims, { key: stranger.privateKey, alg: 'RS256', kid: 'k1' });
  await expect(byJwks()(token)).rejects.toMatchObject(refused(/not signed by the issuer/));
  await expect(bySecret()(await signed(claims, { key: bytes(secret.replace('a', 'b')) }))).rejects.toMatchObject(
    refused(/not signed by the issuer/),
  );
});

test('made-up key ids do not make this server call the issuer again and again', async () => {
  const verify = byJwks();
  await verify(await signed(claims, { key: rsa.privateKey, alg: 'RS256', kid: 'k1' }));
  const before = issuer.state.requests;
  for (const kid of ['a', 'b', 'c']) {
    const token = await signed(claims, { key: rsa.privateKey, alg: 'RS256', kid });
    await expect(verify(token)).rejects.toMatchObject(refused(/not signed by the issuer/));
  }
  expect(issuer.state.requests).toBe(before);
});

test('an issuer that does not answer is another error than a bad token', async () => {
  const down = await startJwksServer([]);
  down.state.status = 503;
  const token = await signed(claims, { key: rsa.privateKey, alg: 'RS256', kid: 'k1' });
  await expect(byJwks({ jwksUrl: down.url })(token)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
  await down.close();
  await expect(byJwks({ jwksUrl: down.url })(token)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
});

test('P2.8: exp without tolerance, and never without exp', async () => {
  const verify = bySecret();
  for (const exp of [now - 1, now, now - 0.001]) {
    await expect(verify(await signed({ ...claims, exp }))).rejects.toMatchObject(refused(/has expired/));
  }
  await expect(verify(await signed({ ...claims, exp: now + 1 }))).resolves.toBeTruthy();
  await expect(verify(await signed({ ...claims, exp: undefined }))).rejects.toMatchObject(refused(/claim exp/));
  await expect(verify(await signed({ ...claims, exp: 1e300 }))).rejects.toMatchObject(refused(/has expired|claim exp/));
});

test('P2.8: the last part of a second that has passed is past', async () => {
  const late = standingClock(clock.wall() + 900);
  const token = await signed({ ...claims, exp: now + 0.5 });
  await expect(bySecret({ clock: late })(token)).rejects.toMatchObject(refused(/has expired/));
  await expect(bySecret()(token)).resolves.toBeTruthy();
});

test('a token that is not valid yet is refused', async () => {
  await expect(bySecret()(await signed({ ...claims, nbf: now + 1 }))).rejects.toMatchObject(refused(/claim nbf/));
});

test('issuer and audience are checked when configured, and missing is wrong', async () => {
  const verify = bySecret({ issuer: 'https://id.example', audience: 'quietline' });
  const good = { ...claims, iss: 'https://id.example', aud: ['other', 'quietline'] };

  await expect(verify(await signed(good))).resolves.toBeTruthy();
  await expect(verify(await signed({ ...good, iss: 'https://evil.example' }))).rejects.toMatchObject(
    refused(/claim iss/),
  );
  await expect(verify(await signed({ ...good, iss: undefined }))).rejects.toMatchObject(refused(/claim iss/));
  await expect(verify(await signed({ ...good, aud: 'other' }))).rejects.toMatchObject(refused(/claim aud/));
  await expect(verify(await signed({ ...good, aud: undefined }))).rejects.toMatchObject(refused(/claim aud/));
});

test.each([
  ['sub', [undefined, '', 'x'.repeat(256), 'a\0b']],
  ['account', [undefined, '', 0, -1, 1.5, 2 ** 31, true, ['Acme']]],
  ['environment', [undefined, '', 5, 'a\u0000']],
  ['role', [undefined, '', 'admin', 'OWNER', ['ADMIN'], 'toString']],
])('the claim %s is required and bounded, and its value is not repeated', async (claim, values) => {
  for (const value of values) {
    const token = await signed({ ...claims, [claim]: value });
    await expect(bySecret()(token), JSON.stringify(value)).rejects.toMatchObject(refused(new RegExp(`claim ${claim}`)));
  }
});

test('a name that is not usable is left out, a long one is cut', async () => {
  expect((await bySecret()(await signed({ ...claims, name: 5 }))).name).toBeUndefined();
  expect((await bySecret()(await signed({ ...claims, name: 'x'.repeat(5_000) }))).name).toHaveLength(200);
});

test('a token of more than 8,192 characters and garbage are refused', async () => {
  await expect(bySecret()(await signed({ ...claims, pad: 'x'.repeat(8_192) }))).rejects.toMatchObject(
    refused(/longer than/),
  );
  for (const garbage of ['a', 'a.b.c', '..', 'eyJhbGciOiJIUzI1NiJ9..', 'eyJhbGciOiJIUzI1NiJ9.W10.x']) {
    await expect(bySecret()(garbage)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

test('options that contradict each other fail at the start', () => {
  const build = (options: Partial<PersonTokenOptions>) => () => createTokenVerifier({ algorithm: 'HS256', ...options });
  expect(build({})).toThrow(TypeError);
  expect(build({ secret, jwksUrl: issuer.url })).toThrow(TypeError);
  expect(build({ jwksUrl: issuer.url })).toThrow(/With a JWKS URL: RS256/);
  expect(build({ algorithm: 'RS256', secret })).toThrow(/With a secret: HS256/);
  expect(build({ algorithm: 'none', secret })).toThrow(TypeError);
  expect(build({ secret: 'short' })).toThrow(/at least 32 bytes/);
  expect(build({ secret, issuer: '' })).toThrow(/not empty/);
});
