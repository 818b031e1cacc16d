import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { blocked, listed, minute, nextPhone, OURS, receiveDocument, text } from './message-story.ts';

const OUT = 'OUTBOUND CALL, OUTBOUND SMS';

let server: Quietline;
let world: World;
let admin: Client;
beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  admin = await world.as('ADMIN');
});

const add = (list: string, phone: string) =>
  admin.expectOk('mutation ($input: AddEntriesInput!) { addEntries(input: $input) { userErrors { code } } }', {
    input: { list, entries: [{ phone }] },
  });
const consentsOf = async (phone: string) =>
  (await admin.expectOk('query ($p: String) { consents(phone: $p) { nodes { level } } }', { p: phone })).consents.nodes;

describe('the latest word counts, whenever it comes (R4.1)', () => {
  test('a START not newer than the newest opt-out lifts nothing, and is recorded', async () => {
    const phone = nextPhone();
    await text(admin, phone, 'STOP', { receivedAt: minute(5) });
    for (const at of [4, 5]) {
      const late = await text(admin, phone, 'START', { receivedAt: minute(at) });
      expect(late).toMatchObject({ effect: 'NOT_NEWER', entries: [], reply: null, message: { text: 'START' } });
    }
    expect(await blocked(admin, phone)).toBe(OUT);
  });

  test('a STOP from before a START lists nothing, and is recorded', async () => {
    const phone = nextPhone();
    await text(admin, phone, 'START', { receivedAt: minute(5) });
    const late = await text(admin, phone, 'STOP', { receivedAt: minute(4) });
    expect(late).toMatchObject({ effect: 'SUPERSEDED', entries: [], reply: null, message: { effect: 'SUPERSEDED' } });
    expect(await blocked(admin, phone)).toBe('');
  });

  test('nobody texts from the future: a later time counts as now', async () => {
    const phone = nextPhone();
    const start = await text(admin, phone, 'START', { receivedAt: '2190-01-01T00:00:00Z' });
    expect(Date.parse(start.message.receivedAt)).toBeLessThanOrEqual(Date.now());
    const stop = await text(admin, phone, 'STOP', { receivedAt: '2190-01-01T00:00:00Z' });
    expect(stop).toMatchObject({ effect: 'LISTED' });
    expect(Date.parse(stop.entries[1].requestedAt)).toBeLessThanOrEqual(Date.now());
    expect(await text(admin, phone, 'START')).toMatchObject({ effect: 'LIFTED' });
  });
});

describe('START and YES (R4.3, R4.5)', () => {
  test('YES is an answer like any, but for who has opted out', async () => {
    const phone = nextPhone();
    const yes = await text(admin, phone, 'Yes', { receivedAt: minute(1) });
    expect(yes).toMatchObject({
      effect: 'NONE',
      reply: null,
      understood: { meaning: 'NONE' },
      message: { text: null },
    });
    expect(await consentsOf(phone)).toEqual([{ level: 'IMPLIED' }]);
    await text(admin, phone, 'STOP', { receivedAt: minute(2) });
    expect(await text(admin, phone, 'Yes', { receivedAt: minute(3) })).toMatchObject({ effect: 'LIFTED' });
    expect(await consentsOf(phone)).toContainEqual({ level: 'EXPRESS' });
  });

  test('START lifts opt-outs by whichever number, but no entry of staff: then no reply says so', async () => {
    const phone = nextPhone();
    await add('DNC', phone);
    await text(admin, phone, 'STOP', { receivedAt: minute(1), to: '+14155550111' });
    await text(admin, phone, 'lose my number', { receivedAt: minute(2), to: '+14155550122' });
    const start = await text(admin, phone, 'START', { receivedAt: minute(3) });
    expect(start.entries).toHaveLength(4);
    expect(start).toMatchObject({ effect: 'LIFTED', reply: null, stillBlockedBy: [{ key: 'DNC' }] });
    expect(await blocked(admin, phone)).toBe(OUT);
  });
});

test('STOP and START at once, in whatever order they come in: the later one holds', async () => {
  for (let round = 0; round < 5; round += 1) {
    const phone = nextPhone();
    const words = [1, 3, 2, 5, 4].map((n) => text(admin, phone, n % 2 ? 'STOP' : 'START', { receivedAt: minute(n) }));
    await Promise.all(words);
    expect(await blocked(admin, phone)).toBe(OUT);
    await Promise.all([6, 9, 8, 7].map((n) => text(admin, phone, n % 2 ? 'START' : 'STOP', { receivedAt: minute(n) })));
    expect(await blocked(admin, phone)).toBe('');
  }
});

describe('SPAM (R4.7)', () => {
  test('an opt-out of SPAM is done; what else it says gives no consent, and is not answered', async () => {
    const phone = nextPhone();
    await add('SPAM', phone);
    const spam = { decision: 'BLOCK', reasons: [{ code: 'LISTED', listKey: 'SPAM' }] };
    expect(await text(admin, phone, 'Cheap watches!')).toMatchObject({ effect: 'NONE', inbound: spam });
    expect(await text(admin, phone, 'HELP')).toMatchObject({ effect: 'NONE', inbound: spam, reply: null });
    expect(await consentsOf(phone)).toEqual([]);
    const stop = await text(admin, phone, 'STOP');
    expect(stop).toMatchObject({ effect: 'LISTED', inbound: spam, reply: { grant: expect.any(String) } });
    expect(listed(stop)).toBe('DNC APPROVED, DNT APPROVED');
  });
});

describe('once per door and external id (R4.7)', () => {
  test('a repeated delivery changes nothing and is answered the same', async () => {
    const phone = nextPhone();
    const [stop, start] = [
      { externalId: randomUUID(), receivedAt: minute(1) },
      { externalId: randomUUID(), receivedAt: minute(2) },
    ];
    const first = await text(admin, phone, 'STOP', stop);
    expect(await text(admin, phone, 'STOP', stop)).toEqual({ ...first, isDuplicate: true });
    const lifted = await text(admin, phone, 'YES', start);
    const again = await text(admin, phone, 'YES', start);
    expect(again).toEqual({ ...lifted, isDuplicate: true, entries: [] });
    expect(lifted.reply).not.toBeNull();
    // Lifted since: the confirmation of the STOP would be a lie.
    expect(await text(admin, phone, 'STOP', stop)).toMatchObject({ isDuplicate: true, effect: 'LISTED', reply: null });
    expect(await blocked(admin, phone)).toBe('');
  });

  test('twenty deliveries at once are one message', async () => {
    const phone = nextPhone();
    const same = { externalId: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => text(admin, phone, 'STOP', same)));
    expect(answers.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ message, reply }) => `${message.id} ${reply.grant}`)).size).toBe(1);
  });

  test('the same id with another text, or sender, is another message, and reported', async () => {
    const externalId = randomUUID();
    const hello = await text(admin, nextPhone(), 'Hello', { externalId });
    expect(hello).toMatchObject({ isDuplicate: false, isExternalIdReused: false });
    const stop = await text(admin, nextPhone(), 'STOP', { externalId });
    expect(stop).toMatchObject({ effect: 'LISTED', isDuplicate: false, isExternalIdReused: true });
  });

  test('another key is another door', async () => {
    const [phone, externalId] = [nextPhone(), randomUUID()];
    await text(admin, phone, 'STOP', { externalId });
    const other = await text(await world.as('INTEGRATOR'), phone, 'STOP', { externalId });
    expect(other).toMatchObject({ isDuplicate: false, reply: null });
  });
});

describe('who may (R7)', () => {
  test.each(['COMPLIANCE', 'AGENT', 'DIALER', 'AUDITOR', 'READ_ONLY'] as const)('%s may not', async (role) => {
    const input = { from: nextPhone(), to: OURS, body: 'STOP', externalId: '1' };
    const { errors } = await (await world.as(role)).expectError('FORBIDDEN', receiveDocument, { input });
    expect(errors[0]!.extensions).toMatchObject({ permission: 'message:receive' });
  });

  test('what a message said is evidence: others see that there was one, and a masked number', async () => {
    const phone = nextPhone();
    const { entries } = await text(admin, phone, 'STOP');
    const seen = async (role: 'AUDITOR' | 'INTEGRATOR' | 'READ_ONLY') =>
      (
        await (
          await world.as(role)
        ).expectOk(
          'query ($id: ID!) { node(id: $id) { ... on Entry { message { from text decidedBy externalId effect reportedBy { type } } } } }',
          { id: entries[0].id },
        )
      ).node.message;
    expect(await seen('AUDITOR')).toMatchObject({ from: phone, text: 'STOP', reportedBy: { type: 'API_KEY' } });
    const none = { text: null, decidedBy: null, reportedBy: null, effect: 'LISTED' };
    expect(await seen('INTEGRATOR')).toMatchObject({ ...none, from: phone, externalId: expect.any(String) });
    expect(await seen('READ_ONLY')).toMatchObject({ ...none, from: `+1•••••••${phone.slice(-3)}`, externalId: null });
  });

  test('an opt-out holds in its environment alone (invariant 8)', async () => {
    const phone = nextPhone();
    const stop = await text(admin, phone, 'STOP', { externalId: 'same' });
    const sandbox = await world.sandbox.as('ADMIN');
    expect(await blocked(sandbox, phone)).toBe('');
    expect((await sandbox.query('query ($id: ID!) { node(id: $id) { id } }', { id: stop.message.id })).data).toEqual({
      node: null,
    });
    expect(await text(sandbox, phone, 'STOP', { externalId: 'same' })).toMatchObject({ isDuplicate: false });
  });

  test('what is missing says so, at its field', async () => {
    for (const [field, value] of [
      ['from', ' '],
      ['externalId', '\t'],
    ] as const) {
      const input = { from: nextPhone(), to: OURS, body: 'STOP', externalId: '2', [field]: value };
      const { data } = await admin.query(receiveDocument, { input });
      expect(data.receiveMessage).toMatchObject({ effect: null, userErrors: [{ path: ['input', field] }] });
    }
  });
});
