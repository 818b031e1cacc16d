import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { CloseCode } from '../../src/server/close-codes.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const KEY =
  'apiKey { id name role hint createdAt createdBy { type name subject } expiresAt revokedAt lastUsedAt isActive }';
const CREATE = /* GraphQL */ `
  mutation ($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { ${KEY} secret cursor notice userErrors { code message path } }
  }
`;
const REVOKE = /* GraphQL */ `
  mutation ($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) { ${KEY} isChanged cursor notice userErrors { code message path } }
  }
`;
const PAGE = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String, $active: Boolean) {
    apiKeys(first: $first, after: $after, last: $last, before: $before, active: $active) {
      nodes { name isActive }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const DIALER: object = { name: 'Dialer', role: 'DIALER' };
const WHO = '{ viewer { name role } }';

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

async function create(admin: Client, input: object = {}) {
  const { createApiKey } = await admin.expectOk(CREATE, { input: { ...DIALER, ...input } });
  return createApiKey as { apiKey: { id: string; hint: string }; secret: string; cursor: string };
}

test('a key is shown once, with its hint, and opens its environment in its role', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  const { apiKey, secret, cursor } = await create(admin);
  expect(secret).toMatch(/^ql_live_[0-9A-Za-z]{36}$/);
  expect(apiKey).toMatchObject({
    name: 'Dialer',
    role: 'DIALER',
    hint: secret.slice(-10, -6),
    createdBy: { type: 'API_KEY', name: 'First ADMIN key' },
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    isActive: true,
  });
  expect((await admin.expectOk('{ environment { changeCursor } }')).environment.changeCursor).toBe(cursor);
  expect((await server.withToken(secret).expectOk(WHO)).viewer).toEqual({ name: 'Dialer', role: 'DIALER' });
  expect(server.log()).not.toContain(secret.slice(8));
  const { node } = await admin.expectOk('query ($id: ID!) { node(id: $id) { ... on ApiKey { name } } }', {
    id: apiKey.id,
  });
  expect(node).toEqual({ name: 'Dialer' });
});

test('a replay answers the key without its secret; the same retry key with other input is an error (P1.8)', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  const input = { name: 'Dialer', role: 'DIALER', expiresAt: '2199-01-01T00:00:00.000Z', idempotencyKey: 'once' };
  const first = await create(admin, input);
  expect(await create(admin, input)).toEqual({ ...first, secret: null });
  await admin.expectError('IDEMPOTENCY_MISMATCH', CREATE, { input: { ...input, role: 'ADMIN' } });
});

test('what makes no key says why, at its input', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  for (const [input, code, field] of [
    [{ name: ' ' }, 'REQUIRED', 'name'],
    [{ name: 'n'.repeat(101) }, 'TOO_LONG', 'name'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'IN_THE_PAST', 'expiresAt'],
  ] as const) {
    const { data } = await admin.expectError(code, CREATE, { input: { ...DIALER, ...input } });
    expect(data.createApiKey).toMatchObject({ apiKey: null, secret: null, cursor: null });
    expect(data.createApiKey.userErrors[0].path).toEqual(['input', field]);
  }
});

test('keys are listed newest first in pages, and by whether they still open anything', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  for (const name of ['one', 'two', 'three']) await create(admin, { name });
  const { apiKey } = await create(admin, { name: 'gone' });
  await admin.expectOk(REVOKE, { input: { apiKeyId: apiKey.id } });

  const first = (await admin.expectOk(PAGE, { first: 3 })).apiKeys;
  expect(first).toMatchObject({
    nodes: [{ name: 'gone', isActive: false }, { name: 'three', isActive: true }, { name: 'two' }],
    pageInfo: { hasNextPage: true, hasPreviousPage: false },
  });
  const second = (await admin.expectOk(PAGE, { first: 3, after: first.pageInfo.endCursor })).apiKeys;
  expect(second).toMatchObject({
    nodes: [{ name: 'one' }, { name: 'First ADMIN key' }],
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
  });
  const back = (await admin.expectOk(PAGE, { last: 2, before: second.pageInfo.startCursor })).apiKeys;
  expect(back).toMatchObject({
    nodes: [{ name: 'three' }, { name: 'two' }],
    pageInfo: { hasNextPage: true, hasPreviousPage: true },
  });

  const names = async (active: boolean) =>
    (await admin.expectOk(PAGE, { active })).apiKeys.nodes.map((node: { name: string }) => node.name);
  expect(await names(true)).toEqual(['three', 'two', 'one', 'First ADMIN key']);
  expect(await names(false)).toEqual(['gone']);
  await admin.expectError('BAD_USER_INPUT', PAGE, { first: 101 });
  await admin.expectError('INVALID_CURSOR', PAGE, { after: 'made-up' });
});

test("a page's cursor of another environment is refused (P2.9, invariant 8)", async () => {
  const world = await newEnvironment(server);
  const { apiKeys } = await (await world.sandbox.as('ADMIN')).expectOk(PAGE, { first: 1 });
  await (await world.as('ADMIN')).expectError('INVALID_CURSOR', PAGE, { after: apiKeys.pageInfo.endCursor });
});

test('a revoked key: its sockets close within a second, and its next request is 401 (P2.8)', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  const { apiKey, secret } = await create(admin);
  const dialer = server.withToken(secret);
  const bystander = await world.withNewKey('DIALER');
  const [socket, other] = [dialer.openSocket(), bystander.openSocket()];
  // A query over the socket: open and identified.
  await socket.subscribe(WHO).next();
  await other.subscribe(WHO).next();

  const began = Date.now();
  const { revokeApiKey } = await admin.expectOk(REVOKE, { input: { apiKeyId: apiKey.id, reason: 'Lost laptop' } });
  expect(await socket.closed).toEqual({ code: CloseCode.FORBIDDEN, reason: 'Forbidden' });
  expect(Date.now() - began).toBeLessThan(1_000);
  expect(revokeApiKey).toMatchObject({ isChanged: true, apiKey: { isActive: false, revokedAt: expect.any(String) } });
  const refused = await dialer.query(WHO);
  expect(refused.status).toBe(401);
  expect(refused.errors[0]).toMatchObject({
    message: 'This API key has been revoked.',
    extensions: { code: 'UNAUTHENTICATED' },
  });
  await other.subscribe(WHO).next();

  const again = await admin.expectOk(REVOKE, { input: { apiKeyId: apiKey.id } });
  expect(again.revokeApiKey).toMatchObject({ isChanged: false, apiKey: revokeApiKey.apiKey });
});

test('a key revoked through another server: sockets here close within two seconds (P2.8)', async () => {
  const world = await newEnvironment(server);
  const second = await startQuietline({ database: server.storage });
  const { apiKey, secret } = await create(await world.as('ADMIN'));
  const socket = server.withToken(secret).openSocket();
  await socket.subscribe(WHO).next();
  const began = Date.now();
  await (await world.through(second).as('ADMIN')).expectOk(REVOKE, { input: { apiKeyId: apiKey.id } });
  expect((await socket.closed).code).toBe(CloseCode.FORBIDDEN);
  expect(Date.now() - began).toBeLessThan(2_000);
  expect((await server.withToken(secret).query(WHO)).status).toBe(401);
});

test('an expired key opens nothing from that instant on, and closes its socket', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  const expiresAt = new Date(Date.now() + 1_200);
  const { secret } = await create(admin, { expiresAt: expiresAt.toISOString() });
  const client = server.withToken(secret);
  const socket = client.openSocket();
  await socket.subscribe(WHO).next();
  expect((await socket.closed).code).toBe(CloseCode.UNAUTHENTICATED);
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 5);
  await delay(20);
  const refused = await client.query(WHO);
  expect(refused.status).toBe(401);
  expect(refused.errors[0]?.message).toBe('This API key has expired.');
});

test('the last active ADMIN key stays, and a key of another environment is not found', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  const own = (await admin.expectOk('{ apiKeys { nodes { id } } }')).apiKeys.nodes[0].id;
  const sibling = (await (await world.sandbox.as('ADMIN')).expectOk('{ apiKeys { nodes { id } } }')).apiKeys.nodes[0]
    .id;
  for (const [apiKeyId, code] of [
    [own, 'REFUSED'],
    [sibling, 'NOT_FOUND'],
    ['made-up', 'NOT_FOUND'],
  ]) {
    const { data } = await admin.expectError(code, REVOKE, { input: { apiKeyId } });
    expect(data.revokeApiKey).toMatchObject({ apiKey: null, isChanged: false });
    expect(data.revokeApiKey.userErrors[0].path).toEqual(['input', 'apiKeyId']);
  }
});

test("a sandbox's ADMIN key sees and makes nothing in production of the same account", async () => {
  const world = await newEnvironment(server);
  const production = await world.as('ADMIN');
  const sandbox = await world.sandbox.as('ADMIN');
  const { apiKey } = await create(production, { name: 'Of production' });
  expect((await sandbox.expectOk(PAGE)).apiKeys.nodes).toEqual([{ name: 'First ADMIN key', isActive: true }]);
  const { data } = await sandbox.query('query ($id: ID!) { node(id: $id) { id } }', { id: apiKey.id });
  expect(data).toEqual({ node: null });
  expect((await create(sandbox)).secret).toMatch(/^ql_test_/);
  expect((await sandbox.expectOk(WHO)).viewer.role).toBe('ADMIN');
});

test('nobody but ADMIN sees, makes or revokes keys, and the answer names the permission (R7)', async () => {
  const world = await newEnvironment(server);
  const { apiKey } = await create(await world.as('ADMIN'));
  for (const role of ['COMPLIANCE', 'AUDITOR', 'READ_ONLY'] as const) {
    const client = await world.as(role);
    for (const [document, variables] of [
      [PAGE, {}],
      [CREATE, { input: { name: 'n', role } }],
      [REVOKE, { input: { apiKeyId: apiKey.id } }],
    ] as const) {
      const { errors } = await client.expectError('FORBIDDEN', document, variables);
      expect(errors[0]).toMatchObject({
        message: 'You need the permission key:manage, which ADMIN has.',
        extensions: { permission: 'key:manage' },
      });
    }
    expect((await client.query('query ($id: ID!) { node(id: $id) { id } }', { id: apiKey.id })).data).toEqual({
      node: null,
    });
  }
});
