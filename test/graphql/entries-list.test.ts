import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  add,
  addOne,
  approve,
  contactSaid,
  JWT_SECRET,
  list,
  listDocument,
  logOf,
  personOf,
  phonesOf,
  remove,
} from './entry-story.ts';
import { readsOf, statementsOf } from './statements.ts';
import { moment, phoneOf } from './verdict-story.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline({ settings: { JWT_SECRET } });
});

/** A list as a team has it after a while: each entry differs from the others by one thing at least. */
async function furnished() {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  await add(staff, {
    status: 'PENDING',
    reason: 'Upload of 12 May_50%',
    entries: [
      { phone: '+14155550001', requestedAt: '2026-01-10', externalReference: 'crm-1' },
      { phone: '+14155550002', expiresAt: '2090-01-01', reason: 'Asked by LETTER' },
    ],
  });
  const [{ changeSet }] = await logOf(staff);
  const between = await moment();
  await addOne(staff, '+442071234567', { reason: 'by letter, too' }, { list: 'DNT', status: 'PERMANENT' });
  await addOne(await personOf(world, 'COMPLIANCE'), '+14155550001', { expiresAt: '2095-01-01' });
  await addOne(staff, '72345', {}, { list: 'SPAM' });
  await contactSaid(world, { phone: '+14155550003', listId: 2, source: 'SMS_KEYWORD', endUserOptedOut: true });
  const gone = await addOne(staff, '+14155559999');
  await remove(staff, { ids: [gone.entry.id] });
  return { world, staff, changeSet: changeSet.id as string, between };
}

const found = async (by: Client, filterBy: object) => {
  const page = await list(by, { filterBy, first: 100 });
  expect(page.totalCount).toBe(page.edges.length);
  expect(page.totalCountIsExact).toBe(true);
  return phonesOf(page)
    .map((phone) => (phone.startsWith('+1415555000') ? Number(phone.slice(-1)) : phone))
    .sort();
};

test('every part of the filter finds what it means, and the total agrees (R6.1, seed 002)', async () => {
  const { staff, changeSet, between } = await furnished();
  const UK = '+442071234567';
  expect(await found(staff, {})).toEqual([UK, 1, 1, 2, 3, '72345']);
  for (const [filter, expected] of [
    [{ lists: ['DNC'] }, [1, 1, 2]],
    [{ lists: ['DNT', 'SPAM', 'DNT'] }, [3, UK, '72345']],
    [{ statuses: ['PENDING'] }, [1, 2]],
    [{ statuses: ['PERMANENT', 'PENDING'] }, [1, 2, UK]],
    [{ lists: ['DNC'], statuses: ['APPROVED'] }, [1]],
    [{ createdBy: 'USER' }, [1, 1, 2, UK, '72345']],
    [{ createdBy: 'SYSTEM' }, [3]],
    [{ sources: ['MANUAL'] }, [1]],
    [{ sources: ['MANUAL', 'SMS_KEYWORD'], createdBy: 'USER' }, [1]],
    [{ numberContains: '+14155550001' }, [1, 1]],
    [{ numberContains: '(415) 555' }, [1, 1, 2, 3]],
    [{ numberContains: '5550002' }, [2]],
    [{ numberContains: '５５５０００２' }, [2]],
    [{ numberContains: '+44' }, [UK]],
    [{ numberContains: '44' }, [UK]],
    [{ numberContains: '2345' }, [UK, '72345']],
    [{ numberContains: '9999' }, []],
    [{ reasonContains: 'letter' }, [2, UK]],
    [{ reasonContains: ' y_50% ' }, [1]],
    [{ reasonContains: 'May_5_%' }, []],
    [{ reasonContains: 'a\0b', externalReference: '\0' }, []],
    [{ createdAt: { from: between } }, [1, 3, UK, '72345']],
    [{ createdAt: { to: between } }, [1, 2]],
    [{ requestedAt: { from: '2026-01-10T00:00:00Z', to: '2026-01-11T00:00:00Z' } }, [1]],
    [{ requestedAt: { from: '2026-01-09T00:00:00Z', to: '2026-01-10T00:00:00Z' } }, []],
    [{ expiresAt: { from: '2091-01-01T00:00:00Z' } }, [1]],
    [{ hasExpiry: true }, [1, 2]],
    [{ hasExpiry: false, lists: ['DNC'] }, [1]],
    [{ changeSet }, [1, 2]],
    [{ changeSet: '00000000-0000-4000-8000-000000000000' }, []],
    [{ endUserOptedOut: true }, [3]],
    [{ endUserOptedOut: false, lists: ['DNT'] }, [UK]],
    [{ externalReference: 'crm-1' }, [1]],
    [{ lists: [], statuses: [], numberContains: '', reasonContains: ' ', createdAt: {} }, [1, 1, 2, 3, UK, '72345']],
    [{ lists: ['DNC'], statuses: ['PENDING'], createdBy: 'USER', numberContains: '415', hasExpiry: true }, [2]],
  ] as const)
    expect([filter, await found(staff, filter)]).toEqual([filter, [...expected].sort()]);
});

test('a filter that cannot be meant is an error that says what to write', async () => {
  const { staff } = await furnished();
  for (const [filterBy, message] of [
    [{ numberContains: 'anna' }, /digits/],
    [{ numberContains: '()' }, /no digit/],
    [{ changeSet: '17' }, /change set/],
    [{ lists: ['DNC', 'NOPE'] }, /no list .*NOPE.*DNC, DNT, SPAM/],
  ] as const) {
    const refused = await staff.expectError('BAD_USER_INPUT', listDocument, { filterBy });
    expect(refused.errors[0]?.message).toMatch(message);
  }
});

test('250 rows with ties are walked in every order and both ways: each once, none twice (P3.3)', {
  timeout: 30_000,
}, async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  // 125 numbers on two lists: ties by date (one call, one date) and by number.
  const entries = Array.from({ length: 125 }, (_, n) => phoneOf((n * 37) % 125));
  const { changeSet } = (await add(staff, { entries })) && (await logOf(staff))[0];
  await add(staff, { list: 'DNT', status: 'PENDING', entries });
  const walk = async (variables: object, backwards: boolean) => {
    const rows: { id: string; phone: string; createdAt: string }[] = [];
    const cursors = new Set<string>();
    let at: string | undefined;
    do {
      const page = await list(staff, {
        ...variables,
        ...(backwards ? { last: 60, before: at } : { first: 60, after: at }),
      });
      const nodes = page.edges.map(({ node }: { node: (typeof rows)[0] }) => node);
      if (backwards) rows.unshift(...nodes);
      else rows.push(...nodes);
      cursors.add(page.changeCursor);
      expect(page.totalCount).toBe(250);
      expect(backwards ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage).toBe(at !== undefined);
      at =
        (backwards
          ? page.pageInfo.hasPreviousPage && page.pageInfo.startCursor
          : page.pageInfo.hasNextPage && page.pageInfo.endCursor) || undefined;
      // The world goes on while somebody turns pages: all pages carry the cursor of the first (P2.3).
      if (rows.length === 60) await approve(staff, { filter: { changeSet: changeSet.id } });
    } while (at);
    expect(rows).toHaveLength(250);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(250);
    expect(cursors.size).toBe(1);
    return rows;
  };
  for (const orderBy of [
    undefined,
    ...['CREATED_AT', 'NUMBER'].flatMap((field) => ['ASC', 'DESC'].map((direction) => ({ field, direction }))),
  ]) {
    const forwards = await walk({ orderBy }, false);
    expect(await walk({ orderBy }, true)).toEqual(forwards);
    const values = forwards.map(({ phone, createdAt }) => (orderBy?.field === 'NUMBER' ? phone : createdAt));
    const sorted = [...values].sort();
    expect(values).toEqual(orderBy?.direction === 'ASC' ? sorted : sorted.reverse());
    // Lists and states together are walked piece by piece, in the same order.
    const byList = await walk(
      { orderBy, filterBy: { lists: ['DNC', 'DNT'], statuses: ['PENDING', 'APPROVED'] } },
      false,
    );
    expect(byList).toEqual(forwards);
  }
});

test('a page has 1 to 100 rows, 20 when nothing is said; forwards or backwards, not both', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  await add(staff, { entries: Array.from({ length: 101 }, (_, n) => phoneOf(n)) });
  expect((await list(staff)).edges).toHaveLength(20);
  expect((await list(staff, { first: 100 })).edges).toHaveLength(100);
  for (const size of [0, 101, -1]) {
    for (const way of ['first', 'last']) {
      const refused = await staff.expectError('BAD_USER_INPUT', listDocument, { [way]: size });
      expect(refused.errors[0]?.message).toMatch(/1 to 100/);
    }
  }
  await staff.expectError('BAD_USER_INPUT', listDocument, { first: 5, last: 5 });
});

test('a cursor belongs to its order and its environment, and is read by this server alone (P2.9)', async () => {
  const { world, staff } = await furnished();
  const { endCursor } = (await list(staff, { first: 2 })).pageInfo;
  expect(Buffer.from(endCursor, 'base64url').toString('latin1')).not.toMatch(/415555|DNC/);
  const asked = { first: 2, after: endCursor };
  expect((await list(staff, asked)).edges).toHaveLength(2);
  await staff.expectError('INVALID_CURSOR', listDocument, {
    ...asked,
    orderBy: { field: 'CREATED_AT', direction: 'ASC' },
  });
  await staff.expectError('INVALID_CURSOR', listDocument, {
    ...asked,
    orderBy: { field: 'NUMBER', direction: 'DESC' },
  });
  await (await world.sandbox.as('COMPLIANCE')).expectError('INVALID_CURSOR', listDocument, asked);
  const { changeCursor } = await list(staff, { first: 1 });
  for (const after of ['garbage', '', `${endCursor}x`, changeCursor])
    await staff.expectError('INVALID_CURSOR', listDocument, { first: 2, after });
});

test('READ_ONLY sees masked numbers and nothing that tells them: no raw input, reference or evidence (R7, P2.9)', async () => {
  const { world, staff } = await furnished();
  const reason = 'moved from (415) 555-0007 after 12 calls, was 415‑555‑0008';
  await addOne(staff, ' +1 415 555 0007', { reason, evidence: 'e', externalReference: '4155550007' });
  const reader = await world.as('READ_ONLY');
  const page = await list(reader, { first: 100 });
  expect(phonesOf(page).sort()).toEqual([
    ...['+1•••••••001', '+1•••••••001', '+1•••••••002', '+1•••••••003', '+1•••••••007'],
    ...['+44•••••••567', '•••••'],
  ]);
  expect(page.totalCount).toBe(7);
  for (const { node } of page.edges)
    expect(node).toMatchObject({ rawInput: null, externalReference: null, evidence: null, createdBy: { actor: null } });
  expect(page.edges[0].node.reason).toBe('moved from (••• after 12 calls, was •••');
  expect(JSON.stringify(page)).not.toMatch(/5550|72345|2071234/);
  expect(page.edges.map(({ node }: { node: { createdBy: { kind: string } } }) => node.createdBy.kind)).toContain(
    'SYSTEM',
  );
  const refused = await reader.expectError('BAD_USER_INPUT', listDocument, {
    orderBy: { field: 'NUMBER', direction: 'ASC' },
  });
  expect(refused.errors[0]?.message).toMatch(/number:see/);
});

test('a masked viewer finds by what they see: hidden digits find nothing and count nothing (R7, P2.9)', async () => {
  const { world, staff } = await furnished();
  await addOne(staff, '+14155550007', { reason: 'Moved from 415 555 0008, room 12', externalReference: 'crm-7' });
  const reader = await world.as('READ_ONLY');
  const count = async (filterBy: object) => (await list(reader, { filterBy })).totalCount;
  expect(await count({ numberContains: '007' })).toBe(1);
  expect(await count({ numberContains: '00' })).toBe(5);
  expect(await count({ numberContains: '+1' })).toBe(5);
  expect(await count({ numberContains: '+44' })).toBe(1);
  for (const hidden of ['415', '555', '5550', '0007', '+1415', '+14155550007', '4155550007', '72345', '345'])
    expect([hidden, await count({ numberContains: hidden })]).toEqual([hidden, 0]);
  expect(await count({ reasonContains: 'moved from' })).toBe(1);
  expect(await count({ reasonContains: 'room 12' })).toBe(1);
  for (const hidden of ['415', '4', '555 0008', '0008', '４１５', 'from 4'])
    expect([hidden, await count({ reasonContains: hidden })]).toEqual([hidden, 0]);
  const refused = await reader.expectError('FORBIDDEN', listDocument, { filterBy: { externalReference: 'crm-7' } });
  expect(refused.errors[0]?.extensions?.permission).toBe('number:see');
});

test('an agent sees whole numbers, but no evidence and nobody by name (R7)', async () => {
  const { world } = await furnished();
  const page = await list(await world.as('AGENT'), { filterBy: { externalReference: 'crm-1' } });
  expect(page.edges[0].node).toMatchObject({
    phone: '+14155550001',
    externalReference: 'crm-1',
    evidence: null,
    createdBy: { kind: 'USER', actor: null },
  });
});

test("each environment has its own list, and 'node' does not walk around it (seed 002, invariant 8)", async () => {
  const { world, staff } = await furnished();
  const other = await world.sandbox.as('ADMIN');
  expect(await list(other)).toMatchObject({ totalCount: 0, edges: [] });
  const [{ node }] = (await list(staff)).edges;
  const NODE = 'query ($id: ID!) { node(id: $id) { id ... on Entry { phone evidence } } }';
  expect((await staff.expectOk(NODE, { id: node.id })).node.phone).toBe(node.phone);
  expect((await other.expectOk(NODE, { id: node.id })).node).toBeNull();
  await server.anonymous().expectError('UNAUTHENTICATED', listDocument);
});

test('a page of 100 asks the database as often as a page of 2, whatever is selected (N+1)', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  for (const key of ['DNC', 'DNT', 'SPAM'])
    await add(staff, {
      list: key,
      entries: Array.from({ length: 40 }, (_, n) => ({
        phone: phoneOf(n),
        reason: `Reason ${key} ${n}`,
        evidence: `e ${n}`,
      })),
    });
  await list(staff);
  const small = readsOf(await statementsOf(() => list(staff, { first: 2 })));
  const large = readsOf(
    await statementsOf(() => list(staff, { first: 100, filterBy: { lists: ['DNC', 'DNT', 'SPAM'] } })),
  );
  // Places, rows, list, reason, evidence, actor, total; and the keys of the lists for places and total.
  expect(small.length).toBeLessThanOrEqual(7);
  expect(large.length).toBeLessThanOrEqual(small.length + 2);
  const both = readsOf(await statementsOf(() => staff.expectOk('{ entries { totalCount totalCountIsExact } }')));
  expect(both.filter(({ text }) => /entry_count/.test(text))).toHaveLength(1);
  const none = readsOf(await statementsOf(() => staff.expectOk('{ entries { nodes { phone } } }')));
  expect(none.filter(({ text }) => /count/.test(text))).toHaveLength(0);
});
