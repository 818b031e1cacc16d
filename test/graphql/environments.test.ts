import { beforeAll, expect, test } from 'vitest';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const ENVIRONMENT = '{ environment { id key kind accountName createdAt changeCursor settings { defaultCountry } } }';
const ENVIRONMENTS = '{ environments { id key kind accountName createdAt changeCursor settings { defaultCountry } } }';
const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }';
const CREATE = /* GraphQL */ `
  mutation ($input: CreateEnvironmentInput!) {
    createEnvironment(input: $input) {
      environment { key kind changeCursor settings { defaultCountry } }
      adminKey
      cursor
      notice
      userErrors { code message path }
    }
  }
`;
const LIST =
  'mutation ($phone: String!) { addEntries(input: { list: "DNC", entries: [{ phone: $phone }] }) { cursor results { entry { id } } userErrors { code } } }';

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

test("the viewer's own environment is whole; its cursor is the end of the log now", async () => {
  const world = await newEnvironment(server, 'Whole');
  const agent = await world.as('AGENT');
  const { environment } = await agent.expectOk(ENVIRONMENT);
  expect(environment).toMatchObject({
    key: 'production',
    kind: 'LIVE',
    accountName: 'Whole',
    settings: { defaultCountry: 'US' },
  });
  const { addEntries } = await agent.expectOk(LIST, { phone: '+14155550100' });
  const after = (await agent.expectOk(ENVIRONMENT)).environment;
  expect(after.changeCursor).toBe(addEntries.cursor);
  expect(after.changeCursor).not.toBe(environment.changeCursor);
  expect((await agent.expectOk(NODE, { id: environment.id })).node).toEqual({
    __typename: 'Environment',
    id: environment.id,
  });
});

test('an ADMIN sees which environments the account has, and nothing that is in the others (invariant 8)', async () => {
  const world = await newEnvironment(server, 'Siblings');
  const { environments } = await (await world.as('ADMIN')).expectOk(ENVIRONMENTS);
  expect(environments).toMatchObject([
    { key: 'production', kind: 'LIVE', changeCursor: expect.any(String), settings: { defaultCountry: 'US' } },
    { key: 'sandbox', kind: 'TEST', accountName: 'Siblings', changeCursor: null, settings: null },
  ]);
  const compliance = await world.as('COMPLIANCE');
  const refused = await compliance.expectError('FORBIDDEN', `{ environment { key } environments { key } }`);
  expect(refused.data).toEqual({ environment: { key: 'production' }, environments: null });
});

test('a new environment is in the log, comes with its ADMIN key once, and knows nothing of its siblings', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  const input = { key: 'staging', idempotencyKey: 'once' };
  const { createEnvironment } = await admin.expectOk(CREATE, { input });
  expect(createEnvironment).toMatchObject({
    environment: { key: 'staging', kind: 'TEST', changeCursor: null, settings: null },
    adminKey: expect.stringMatching(/^ql_test_/),
    notice: null,
  });
  expect((await admin.expectOk(ENVIRONMENT)).environment.changeCursor).toBe(createEnvironment.cursor);

  const replay = (await admin.expectOk(CREATE, { input })).createEnvironment;
  expect(replay).toEqual({ ...createEnvironment, adminKey: null });
  expect(server.log()).not.toContain(createEnvironment.adminKey.slice(8));

  const there = server.withToken(createEnvironment.adminKey);
  expect((await there.expectOk(ENVIRONMENT)).environment).toMatchObject({
    key: 'staging',
    settings: { defaultCountry: 'US' },
  });
  expect((await there.expectOk('{ lists { key } }')).lists.map((list: { key: string }) => list.key)).toEqual([
    'DNC',
    'DNT',
    'SPAM',
  ]);
});

test('a key that is taken or no key is refused with what to do', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  for (const [key, code] of [
    ['sandbox', 'ALREADY_EXISTS'],
    ['No Key', 'INVALID_VALUE'],
    ['', 'INVALID_VALUE'],
  ] as const) {
    const { data } = await admin.expectError(code, CREATE, { input: { key } });
    expect(data.createEnvironment).toMatchObject({ environment: null, adminKey: null, cursor: null });
    expect(data.createEnvironment.userErrors[0].path).toEqual(['input', 'key']);
  }
});

test('node(id) of something in another environment looks like node(id) of nothing (invariant 8)', async () => {
  const world = await newEnvironment(server);
  const stranger = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  for (const other of [world.sandbox, stranger]) {
    const owner = await other.as('ADMIN');
    const { environment, lists, apiKeys } = await owner.expectOk(
      '{ environment { id } lists { id } apiKeys { nodes { id } } }',
    );
    const { addEntries } = await owner.expectOk(LIST, { phone: '+14155550101' });
    // A list's id counts from 1 in every environment: the same id is the viewer's own list, never the other's.
    const listAnswer = await admin.expectOk('query ($id: ID!) { node(id: $id) { ... on List { id entryCount } } }', {
      id: lists[0].id,
    });
    expect(listAnswer.node).toEqual({ id: lists[0].id, entryCount: 0 });

    for (const id of [environment.id, apiKeys.nodes[0].id, addEntries.results[0].entry.id]) {
      expect((await owner.expectOk(NODE, { id })).node).toMatchObject({ id });
      const missing = globalId(typeOf(id), '999999999');
      const foreign = await admin.query(NODE, { id });
      expect(foreign).toMatchObject({ data: { node: null }, errors: [], status: 200 });
      expect({ ...foreign, headers: null }).toEqual({ ...(await admin.query(NODE, { id: missing })), headers: null });
    }
    const nodes = await admin.expectOk('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: [environment.id, apiKeys.nodes[0].id],
    });
    expect(nodes.nodes).toEqual([null, null]);
  }
});

test('text that is no id of ours is nothing, too', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  for (const id of [
    globalId('ApiKey', '-1'),
    globalId('ApiKey', '1.5'),
    globalId('Environment', '1 or 1'),
    globalId('Entry', '9'.repeat(40)),
    globalId('List', '9'.repeat(13)),
    globalId('List', '1 and more'),
    globalId('Task', '1'),
    globalId('Nothing', '1'),
    'nothing at all',
  ]) {
    expect(await admin.query(NODE, { id })).toMatchObject({ data: { node: null }, errors: [] });
  }
});

function typeOf(id: string): string {
  return Buffer.from(id, 'base64url').toString().split(':')[0]!;
}

function globalId(type: string, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}
