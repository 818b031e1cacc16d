import { expect, test } from 'vitest';
import { createAuthenticate } from '../../src/auth/authenticate.ts';
import { UnauthenticatedError } from '../../src/auth/unauthenticated-error.ts';
import { anonymousViewer } from '../../src/auth/viewer.ts';
import { keyViewer } from './fakes.ts';

const seen: string[] = [];
const door = (name: string) => ({
  authenticate: async (credential: string) => {
    seen.push(`${name} ${credential}`);
    return keyViewer({ name });
  },
});
const authenticate = createAuthenticate({ keys: door('keys'), persons: door('persons') });

test('no header is anonymous', async () => {
  expect(await authenticate({})).toBe(anonymousViewer);
  expect(await authenticate({ authorization: null })).toBe(anonymousViewer);
});

test('a key goes to the keys and a token to the persons, whatever case the scheme has', async () => {
  expect(await authenticate({ authorization: 'Bearer ql_live_abc' })).toMatchObject({ name: 'keys' });
  expect(await authenticate({ authorization: 'bearer  ql_typo ' })).toMatchObject({ name: 'keys' });
  expect(await authenticate({ authorization: 'BEARER eyJ.e30.x' })).toMatchObject({ name: 'persons' });
  expect(seen).toEqual(['keys ql_live_abc', 'keys ql_typo', 'persons eyJ.e30.x']);
});

test.each(['', ' ', 'Bearer', 'Bearer ', 'Basic YTpi', 'ql_live_abc', 'Bearer a b', 'Bearer é', 'Bearer undefined\0'])(
  'a header that is there but says nothing usable is refused, never anonymous: %j',
  async (authorization) => {
    await expect(authenticate({ authorization })).rejects.toThrow(UnauthenticatedError);
  },
);

test('a credential of any length is answered fast, and is not repeated in the answer', async () => {
  const authorization = `Bearer ${'secretly'.repeat(200_000)}`;
  await expect(authenticate({ authorization })).rejects.toThrow(/^The credential is longer than 8192 characters\.$/);
  await expect(authenticate({ authorization: `Bearer ${' '.repeat(8_000)}\0` })).rejects.toThrow(UnauthenticatedError);
});

test('without an issuer configured, tokens are refused with the remedy', async () => {
  const keysOnly = createAuthenticate({ keys: door('keys') });
  await expect(keysOnly({ authorization: 'Bearer eyJ.e30.x' })).rejects.toThrow(/takes API keys only/);
});
