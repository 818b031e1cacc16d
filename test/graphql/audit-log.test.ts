import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { add, enforcePending, numbers, remove } from './feed-documents.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline();
});

const AUDIT_LOG = /* GraphQL */ `
  query Audit($filterBy: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {
    auditLog(filterBy: $filterBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        position
        kind
        at
        actorKind
        actor {
          name
          subject
          type
        }
        onBehalfOf {
          id
          name
        }
        operation
        phone
        list {
          key
        }
        entry {
          id
        }
        before {
          status
          expiresAt
          externalReference
          reason
          evidence
        }
        after {
          status
          expiresAt
          externalReference
          reason
          evidence
        }
        changed
        details {
          name
          before
          after
        }
        reason
        evidence
        related {
          position
          phone
        }
        changeSet {
          id
          firstPosition
          position
          hash
        }
        cursor
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;

async function log(client: Client, filterBy: object = {}, page: object = {}) {
  const { auditLog } = await client.expectOk(AUDIT_LOG, { filterBy, ...page });
  return auditLog;
}

const kinds = (page: { nodes: { kind: string }[] }) => page.nodes.map(({ kind }) => kind);

const UPDATE =
  'mutation Edit($input: UpdateEntryInput!) { updateEntry(input: $input) { entry { id } isChanged userErrors { code message } } }';

test('a change tells who, on whose behalf, what it was before and after, and why (R1.8, R1.9, R5.1)', async () => {
  const world = await newEnvironment(server);
  const [staff, auditor] = [await world.as('COMPLIANCE'), await world.as('AUDITOR')];
  const { ids, cursor } = await add(staff, ['(415) 555-2671'], {
    reason: 'asked by phone',
    rest: { evidence: 'https://calls.example/1', externalReference: 'crm-1', expiresAt: '2099-01-01T00:00:00Z' },
  });
  await staff.expectOk(UPDATE, {
    input: {
      entryId: ids[0],
      reason: 'asked by letter',
      expiresAt: null,
      onBehalfOf: { id: 'u-7', name: 'Ada' },
    },
  });
  await staff.expectOk(
    'mutation Remove($input: RemoveEntriesInput!) { removeEntries(input: $input) { changedCount userErrors { code } } }',
    { input: { entries: { ids }, reason: 'wrong person', evidence: 'a second call' } },
  );
  const { nodes } = await log(auditor, { number: '415 555 2671' });
  const [removed, updated, added] = nodes;
  expect(added).toMatchObject({
    kind: 'ENTRY_ADDED',
    phone: '+14155552671',
    list: { key: 'DNC' },
    entry: { id: ids[0] },
    operation: 'addEntries',
    actorKind: 'USER',
    actor: { name: 'Key of the COMPLIANCE', type: 'API_KEY' },
    onBehalfOf: null,
    before: null,
    after: {
      status: 'APPROVED',
      externalReference: 'crm-1',
      reason: 'asked by phone',
      evidence: 'https://calls.example/1',
    },
    reason: 'asked by phone',
    details: [],
    cursor,
  });
  expect(updated).toMatchObject({
    kind: 'ENTRY_UPDATED',
    onBehalfOf: { id: 'u-7', name: 'Ada' },
    before: { status: null, expiresAt: '2099-01-01T00:00:00.000Z', reason: 'asked by phone' },
    after: { expiresAt: null, reason: 'asked by letter' },
    changed: ['expiresAt', 'reason'],
  });
  expect(removed).toMatchObject({
    kind: 'ENTRY_REMOVED',
    before: { status: 'APPROVED', externalReference: 'crm-1' },
    after: null,
    reason: 'wrong person',
    evidence: 'a second call',
  });
  expect(removed.changeSet.hash).toMatch(/^[0-9a-f]{64}$/);
  const { node } = await auditor.expectOk('query One($id: ID!) { node(id: $id) { id ... on Change { kind } } }', {
    id: removed.id,
  });
  expect(node).toEqual({ id: removed.id, kind: 'ENTRY_REMOVED' });
});

test('the beginning of a log tells of environment, settings, lists and keys; a key is no secret there', async () => {
  const world = await newEnvironment(server);
  const auditor = await world.as('AUDITOR');
  await enforcePending(await world.as('ADMIN'), false);
  const page = await log(auditor, {}, { last: 100 });
  expect(kinds(page)).toEqual(['SETTING', 'API_KEY', 'API_KEY', 'LIST', 'LIST', 'LIST', 'SETTING', 'ENVIRONMENT']);
  expect(page.nodes[0].details).toEqual([{ name: 'enforcePending', before: 'true', after: 'false' }]);
  expect(page.nodes[3].details).toContainEqual({ name: 'blocks', before: null, after: 'INBOUND CALL, INBOUND SMS' });
  expect(page.nodes[1].details.map(({ name }: { name: string }) => name).sort()).toEqual([
    'hint',
    'id',
    'name',
    'role',
  ]);
  expect(JSON.stringify(page)).not.toContain('ql_live_');
});

test('the two changes of a changed number name each other (R1.6)', async () => {
  const world = await newEnvironment(server);
  const [staff, auditor] = [await world.as('COMPLIANCE'), await world.as('AUDITOR')];
  const { ids } = await add(staff, ['+14155552671']);
  await staff.expectOk(UPDATE, { input: { entryId: ids[0], phone: '+14155552672', changeReason: 'a typing error' } });
  const { nodes } = await log(auditor, {}, { first: 2 });
  const byKind = Object.fromEntries(nodes.map((node: { kind: string }) => [node.kind, node]));
  expect(byKind.ENTRY_REMOVED.related).toEqual({ position: byKind.ENTRY_ADDED.position, phone: '+14155552672' });
  expect(byKind.ENTRY_ADDED.related).toEqual({ position: byKind.ENTRY_REMOVED.position, phone: '+14155552671' });
  expect(byKind.ENTRY_ADDED.changeSet.id).toBe(byKind.ENTRY_REMOVED.changeSet.id);
});

/** Three numbers on DNC, one on DNT too, one removed again by an integrator. */
async function filled(): Promise<{ world: World; auditor: Client; ids: string[] }> {
  const world = await newEnvironment(server);
  const [staff, integrator] = [await world.as('COMPLIANCE'), await world.as('INTEGRATOR')];
  const auditor = await world.as('AUDITOR');
  const { ids } = await add(staff, numbers(3));
  await add(staff, numbers(1), { list: 'DNT' });
  await remove(integrator, [ids[1]!]);
  return { world, auditor, ids };
}

test('every filter holds, alone and with others, in both directions', async () => {
  const { auditor, ids, world } = await filled();
  const all = (await log(auditor, {}, { first: 100 })).nodes;
  const [removed, onDnt] = all;
  const actor = removed.actor.subject;
  const earlier = all.find(({ operation }: { operation: string }) => operation === 'createApiKey').at;
  const cases: [filter: object, fits: (change: (typeof all)[number]) => boolean][] = [
    [{ number: '(415) 200-0000' }, ({ phone }) => phone === '+14152000000'],
    [{ number: '(415) 200-0000', lists: ['DNT'] }, ({ position }) => position === onDnt.position],
    [{ number: '(415) 999-0000' }, () => false],
    [{ actor }, (change) => change.actor.subject === actor],
    [{ actor, kinds: ['ENTRY_ADDED'] }, () => false],
    [{ actor: 'person:nobody' }, () => false],
    [{ kinds: ['ENTRY_REMOVED', 'LIST'] }, ({ kind }) => kind === 'ENTRY_REMOVED' || kind === 'LIST'],
    [{ lists: ['DNC'] }, ({ list }) => list?.key === 'DNC'],
    [{ lists: ['DNC'], kinds: ['LIST'] }, ({ list, kind }) => kind === 'LIST' && list?.key === 'DNC'],
    [{ operation: 'addEntries' }, ({ operation }) => operation === 'addEntries'],
    [{ changeSet: onDnt.changeSet.id }, ({ changeSet }) => changeSet.id === onDnt.changeSet.id],
    [{ entryId: ids[1] }, ({ entry }) => entry?.id === ids[1]],
    [{ at: { from: removed.at } }, ({ at }) => at >= removed.at],
    [{ at: { to: removed.at } }, ({ at }) => at < removed.at],
    [{ at: { from: earlier, to: onDnt.at } }, ({ at }) => at >= earlier && at < onDnt.at],
    [{ at: { from: '2099-01-01T00:00:00Z' } }, () => false],
    [{ at: { to: '2001-01-01T00:00:00Z' } }, () => false],
    [{ kinds: [], lists: [] }, () => true],
  ];
  for (const [filter, fits] of cases) {
    const wanted = all.filter(fits).map(({ position }: { position: number }) => position);
    for (const size of [100, 2]) {
      for (const [forwards, from] of [
        ['first', 'after'],
        ['last', 'before'],
      ] as const) {
        const found: number[] = [];
        let cursor: string | null = null;
        do {
          const page: { nodes: { position: number }[]; pageInfo: Record<string, never> } = await log(auditor, filter, {
            [forwards]: size,
            [from]: cursor,
          });
          const positions = page.nodes.map(({ position }) => position);
          if (forwards === 'first') found.push(...positions);
          else found.unshift(...positions);
          const { hasNextPage, hasPreviousPage, endCursor, startCursor } = page.pageInfo;
          cursor = forwards === 'first' ? (hasNextPage ? endCursor! : null) : hasPreviousPage ? startCursor! : null;
        } while (cursor);
        expect(found, JSON.stringify({ filter, size, forwards })).toEqual(wanted);
      }
    }
  }
  // Another environment's log has none of it (invariant 8).
  const sandbox = await (await world.sandbox.as('ADMIN')).expectOk(AUDIT_LOG, { filterBy: { kinds: ['ENTRY_ADDED'] } });
  expect(sandbox.auditLog.nodes).toEqual([]);
  const node = 'query One($id: ID!) { node(id: $id) { id } }';
  const foreign = await newEnvironment(server);
  expect(await (await foreign.as('ADMIN')).expectOk(node, { id: removed.id })).toEqual({ node: null });
});

test('a wrong filter or page is an error that says what to do', async () => {
  const { auditor } = await filled();
  const wrong = [
    { filterBy: { number: '911' } },
    { filterBy: { lists: ['NOPE'] } },
    { filterBy: { changeSet: 'x' } },
    { first: 101 },
    { first: 1, last: 1 },
  ];
  for (const variables of wrong) await auditor.expectError('BAD_USER_INPUT', AUDIT_LOG, variables);
  await auditor.expectError('INVALID_CURSOR', AUDIT_LOG, { after: 'nothing' });
  for (const filterBy of [{ actor: 'key:\0' }, { operation: 'add\0' }])
    expect((await auditor.expectOk(AUDIT_LOG, { filterBy })).auditLog.nodes).toEqual([]);
  // The cursor of another list is none of this one.
  const { entries } = await auditor.expectOk('{ entries(first: 1) { pageInfo { endCursor } } }');
  await auditor.expectError('INVALID_CURSOR', AUDIT_LOG, { after: entries.pageInfo.endCursor });
});

test('an empty condition is an error that names it: it would answer the log of everybody', async () => {
  const { auditor } = await filled();
  const blanks = { number: '', actor: ' ', operation: '', changeSet: '\t', entryId: '' };
  for (const [field, blank] of Object.entries(blanks)) {
    const filterBy = { [field]: blank, kinds: ['ENTRY_ADDED'] };
    const { errors } = await auditor.expectError('BAD_USER_INPUT', AUDIT_LOG, { filterBy });
    expect(errors[0]?.extensions?.problems).toMatchObject([{ code: 'INVALID_VALUE', path: ['filterBy', field] }]);
  }
  const absent = { number: null, actor: null, operation: null, changeSet: null, entryId: null };
  expect((await log(auditor, { ...absent, kinds: ['ENTRY_ADDED'] })).nodes).toHaveLength(4);
});

test('who may not read the log is refused, and finds no way around by node (R7)', async () => {
  const { world, auditor } = await filled();
  const { nodes } = await log(auditor, {}, { first: 1 });
  for (const role of ['AGENT', 'DIALER', 'INTEGRATOR', 'READ_ONLY'] as const) {
    const client = await world.as(role);
    const { errors } = await client.expectError('FORBIDDEN', AUDIT_LOG);
    expect(errors[0]?.extensions?.permission).toBe('audit:read');
    expect(await client.expectOk('query One($id: ID!) { node(id: $id) { id } }', { id: nodes[0].id })).toEqual({
      node: null,
    });
  }
  for (const role of ['ADMIN', 'COMPLIANCE', 'AUDITOR'] as const) await (await world.as(role)).expectOk(AUDIT_LOG);
});
