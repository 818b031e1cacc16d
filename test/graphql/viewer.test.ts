import { beforeAll, expect, test } from 'vitest';
import { permissions, type Role, roles } from '../../src/auth/permissions.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const VIEWER = /* GraphQL */ `
  {
    viewer { kind name role permissions expiresAt environment { key kind accountName settings { defaultCountry } } }
  }
`;

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

test('a key says who it is and what it may do, for every role (R7)', async () => {
  const world = await newEnvironment(server, 'Viewers');
  for (const role of roles) {
    const { viewer } = await (await world.as(role)).expectOk(VIEWER);
    expect(viewer).toMatchObject({ kind: 'API_KEY', role, expiresAt: null });
    expect(viewer.permissions).toEqual(permissionsOf(role));
    expect(viewer.environment).toEqual({
      key: 'production',
      kind: 'LIVE',
      accountName: 'Viewers',
      settings: { defaultCountry: 'US' },
    });
  }
});

test('without a credential the viewer may be asked, and nothing else', async () => {
  const { viewer } = await server.anonymous().expectOk(VIEWER);
  expect(viewer).toEqual({
    kind: 'ANONYMOUS',
    name: 'anonymous',
    role: null,
    permissions: [],
    expiresAt: null,
    environment: null,
  });
  for (const document of [
    '{ environment { key } }',
    '{ environments { key } }',
    '{ lists { key } }',
    '{ apiKeys { nodes { name } } }',
  ]) {
    await server.anonymous().expectError('UNAUTHENTICATED', document);
  }
});

test('a wrong credential is refused, never taken as none', async () => {
  const answer = await server.withToken(`ql_live_${'A'.repeat(36)}`).query(VIEWER);
  expect(answer.status).toBe(401);
  expect(answer.data ?? null).toBeNull();
});

test('a key with an end says when', async () => {
  const world = await newEnvironment(server);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const { createApiKey } = await (await world.as('ADMIN')).expectOk(
    'mutation ($expiresAt: DateTime) { createApiKey(input: { name: "Short", role: AGENT, expiresAt: $expiresAt }) { secret userErrors { code } } }',
    { expiresAt },
  );
  const { viewer } = await server.withToken(createApiKey.secret).expectOk(VIEWER);
  expect(viewer).toMatchObject({ name: 'Short', role: 'AGENT', expiresAt });
});

function permissionsOf(role: Role): string[] {
  return Object.entries(permissions)
    .filter(([, holders]) => (holders as readonly Role[]).includes(role))
    .map(([permission]) => permission)
    .sort();
}
