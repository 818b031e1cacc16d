import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { add, addDocument, addOne, inputOf, JWT_SECRET, list, logOf, personOf, remove, set } from './entry-story.ts';
import { blockedContacts, phoneOf } from './verdict-story.ts';

let server: Quietline;
let world: World;
let staff: Client;
let agent: Client;

beforeAll(async () => {
  server = await startQuietline({ settings: { JWT_SECRET } });
  world = await newEnvironment(server);
  [staff, agent] = await Promise.all([world.as('COMPLIANCE'), world.as('AGENT')]);
});

const COUNTS = {
  ADDED: 'addedCount',
  RAISED: 'raisedCount',
  ALREADY_LISTED: 'alreadyListedCount',
  DUPLICATE: 'duplicateCount',
  INVALID: 'invalidCount',
};

test('an agent adds a number with a reason, as the dialogue has it: number, reason, created by USER, date (seed 002, R6.2)', async () => {
  const before = Date.now();
  const { entry, outcome } = await addOne(agent, '+14151234567', { reason: 'Requested removal via email' });
  expect(outcome).toBe('ADDED');
  expect(entry).toMatchObject({
    phone: '+14151234567',
    rawInput: null,
    status: 'APPROVED',
    source: 'API',
    reason: 'Requested removal via email',
    createdBy: { kind: 'USER', actor: null },
    list: { key: 'DNC' },
  });
  expect(Math.abs(Date.parse(entry.createdAt) - before)).toBeLessThan(10_000);
  expect(await blockedContacts(agent, '+14151234567')).toBe('OUTBOUND CALL, OUTBOUND SMS');
});

test('every row has one outcome, in input order, and the counts add up (invariant 9)', async () => {
  await add(staff, { entries: [phoneOf(101), { phone: phoneOf(102), expiresAt: '2099-01-01' }] });
  const answer = await add(staff, {
    entries: [
      'not a number',
      phoneOf(103),
      { phone: phoneOf(102), externalReference: 'crm-7' },
      '(415) 555-0103',
      phoneOf(101),
      { phone: phoneOf(104), expiresAt: '2001-01-01', reason: 'too late' },
      phoneOf(103),
      '',
    ],
  });
  expect(answer.results.map((row: { outcome: string }) => row.outcome)).toEqual([
    ...['INVALID', 'ADDED', 'RAISED', 'DUPLICATE', 'ALREADY_LISTED', 'INVALID', 'DUPLICATE', 'INVALID'],
  ]);
  expect(answer.results.map((row: { index: number }) => row.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const [outcome, count] of Object.entries(COUNTS))
    expect(answer[count]).toBe(answer.results.filter((row: { outcome: string }) => row.outcome === outcome).length);
  const [words, added, raised, duplicate, , past, , empty] = answer.results;
  expect(words).toMatchObject({ entry: null, problem: { code: 'LETTERS', remedy: expect.stringMatching(/digits/) } });
  expect(raised).toMatchObject({ externalReference: 'crm-7', entry: { expiresAt: null } });
  expect(duplicate).toMatchObject({ duplicateOf: 1, entry: { id: added.entry.id } });
  expect(past).toMatchObject({ entry: null, problem: { code: 'EXPIRY_IN_THE_PAST' } });
  expect(empty.problem.code).toBe('EMPTY');
});

test('a row carries reason, evidence, expiry, the date of the request and a reference (R1.8)', async () => {
  const given = {
    reason: 'Wrote a letter',
    evidence: 'https://example.com/letter.pdf',
    expiresAt: '2099-01-31T09:00:00.000Z',
    requestedAt: '2026-03-04T00:00:00.000Z',
    externalReference: 'crm-12',
  };
  const answer = await add(staff, {
    reason: 'Letters of March',
    entries: [{ phone: ' tel:+1-415-555-0111;ext=7', ...given, requestedAt: '2026-03-04' }, { phone: phoneOf(112) }],
  });
  const [whole, bare] = answer.results;
  expect(whole.entry).toMatchObject({ phone: phoneOf(111), rawInput: ' tel:+1-415-555-0111;ext=7', ...given });
  expect(whole.externalReference).toBe('crm-12');
  expect(bare.entry).toMatchObject({ reason: 'Letters of March', evidence: null, expiresAt: null });
  expect(bare.entry.requestedAt).toBe(bare.entry.createdAt);
});

test('staff adds for review, approved or permanently, a person by hand too; for ever needs the permission (R6.2, R7)', async () => {
  const answers = await Promise.all(
    ['PENDING', 'APPROVED', 'PERMANENT'].map((status, n) => addOne(staff, phoneOf(120 + n), {}, { status })),
  );
  expect(answers.map(({ entry }) => entry.status)).toEqual(['PENDING', 'APPROVED', 'PERMANENT']);
  for (const role of ['AGENT', 'DIALER', 'INTEGRATOR'] as const) {
    const client = await world.as(role);
    const input = inputOf({ status: 'PERMANENT', entries: [phoneOf(123)] });
    const refused = await client.expectError('FORBIDDEN', addDocument, { input });
    expect(refused.errors[0]?.extensions?.permission).toBe('entry:permanent');
    expect((await addOne(client, phoneOf(124), {}, { status: 'PENDING' })).entry.phone).toBe(phoneOf(124));
  }
  for (const role of ['AUDITOR', 'READ_ONLY'] as const) {
    const refused = await (await world.as(role)).expectError('FORBIDDEN', addDocument, {
      input: inputOf({ entries: [phoneOf(125)] }),
    });
    expect(refused.errors[0]?.extensions?.permission).toBe('entry:add');
  }
});

test('numbers are read as people of the default country write them (R2.1)', async () => {
  const home = await newEnvironment(server);
  const admin = await home.as('ADMIN');
  await set(admin, { defaultCountry: 'DE' });
  const { results } = await add(admin, {
    entries: [
      '030 1234567',
      '０３０／１２３４５６８',
      '＋４９ ３０ １２３４５６９',
      "'+49 (0)30 1234570",
      '+1 415 123 4567',
      '0049 30 1234571',
    ],
  });
  expect(results.map((row: { entry: { phone: string } | null }) => row.entry?.phone)).toEqual([
    '+49301234567',
    '+49301234568',
    '+49301234569',
    '+49301234570',
    '+14151234567',
    '+49301234571',
  ]);
  expect(results[1].entry.rawInput).toBe('０３０／１２３４５６８');
});

test('adding again never weakens: each attribute keeps the stricter (R1.2)', async () => {
  const phone = phoneOf(150);
  await addOne(
    staff,
    phone,
    { expiresAt: '2090-01-01', requestedAt: '2026-03-04', reason: 'first' },
    { status: 'PENDING' },
  );
  const steps = [
    {
      more: { expiresAt: '2080-01-01' },
      status: 'PENDING',
      expected: 'ALREADY_LISTED',
      has: { expiresAt: '2090-01-02T12:00:00.000Z' },
    },
    {
      more: { expiresAt: '2095-01-01' },
      status: 'PENDING',
      expected: 'RAISED',
      has: { expiresAt: '2095-01-02T12:00:00.000Z' },
    },
    {
      more: { expiresAt: '2080-01-01', requestedAt: '2026-03-05' },
      status: 'PENDING',
      expected: 'ALREADY_LISTED',
      has: { requestedAt: '2026-03-04T00:00:00.000Z' },
    },
    {
      more: { expiresAt: '2080-01-01', requestedAt: '2026-03-03' },
      status: 'PENDING',
      expected: 'RAISED',
      has: { requestedAt: '2026-03-03T00:00:00.000Z', status: 'PENDING' },
    },
    {
      more: { expiresAt: '2080-01-01' },
      status: 'APPROVED',
      expected: 'RAISED',
      has: { status: 'APPROVED', expiresAt: '2095-01-02T12:00:00.000Z' },
    },
    { more: { expiresAt: '2080-01-01' }, status: 'PENDING', expected: 'ALREADY_LISTED', has: { status: 'APPROVED' } },
    { more: {}, status: 'PENDING', expected: 'RAISED', has: { status: 'APPROVED', expiresAt: null } },
    { more: { expiresAt: '2095-01-01' }, status: 'APPROVED', expected: 'ALREADY_LISTED', has: { expiresAt: null } },
    { more: {}, status: 'PERMANENT', expected: 'RAISED', has: { status: 'PERMANENT' } },
    {
      more: { expiresAt: '2095-01-01' },
      status: 'APPROVED',
      expected: 'ALREADY_LISTED',
      has: { status: 'PERMANENT', expiresAt: null, reason: 'first' },
    },
  ];
  for (const { more, status, expected, has } of steps)
    expect(await addOne(staff, phone, more, { status })).toMatchObject({ outcome: expected, entry: has });
});

// A date alone ends at the end of that day, wherever on earth: noon UTC of the next.
test('duplicates within one call merge by the same rule before they are added (R1.2)', async () => {
  const { results } = await add(staff, {
    entries: [
      { phone: phoneOf(160), expiresAt: '2080-01-01' },
      { phone: phoneOf(160), expiresAt: '2090-01-01', requestedAt: '2026-01-01', reason: 'second' },
      { phone: phoneOf(161), expiresAt: '2080-01-01' },
      { phone: phoneOf(161) },
    ],
  });
  expect(results[0].entry).toMatchObject({
    expiresAt: '2090-01-02T12:00:00.000Z',
    requestedAt: '2026-01-01T00:00:00.000Z',
    reason: 'second',
  });
  expect(results[2].entry.expiresAt).toBeNull();
});

test('a removed entry that is added again blocks again, as the same entry with new facts (R1.2)', async () => {
  const { entry } = await addOne(staff, phoneOf(170), { reason: 'then' });
  await remove(staff, { ids: [entry.id] });
  expect(await blockedContacts(agent, phoneOf(170))).toBe('');
  const again = await addOne(staff, phoneOf(170), { reason: 'now' });
  expect(again).toMatchObject({ outcome: 'ADDED', entry: { id: entry.id, reason: 'now', isActive: true } });
  expect(await blockedContacts(agent, phoneOf(170))).toBe('OUTBOUND CALL, OUTBOUND SMS');
});

test('10,000 numbers go at once, each with its row; 10,001 and none are refused whole', {
  timeout: 30_000,
}, async () => {
  const own = await newEnvironment(server);
  const admin = await own.as('ADMIN');
  const SHORT =
    'mutation ($input: AddEntriesInput!) { addEntries(input: $input) { addedCount results { index outcome entry { phone list { key } } } userErrors { code message path } } }';
  const entries = Array.from({ length: 10_001 }, (_, n) => ({ phone: phoneOf(n + 1_000) }));
  const refused = await admin.expectError('TOO_MANY', SHORT, { input: { list: 'DNC', entries } });
  expect(refused.data.addEntries).toMatchObject({
    addedCount: 0,
    results: null,
    userErrors: [{ path: ['input', 'entries'] }],
  });
  await admin.expectError('REQUIRED', SHORT, { input: { list: 'DNC', entries: [] } });
  const { addEntries } = await admin.expectOk(SHORT, { input: { list: 'DNC', entries: entries.slice(1).reverse() } });
  expect(addEntries.addedCount).toBe(10_000);
  expect(addEntries.results[0]).toMatchObject({ index: 0, entry: { phone: phoneOf(11_000), list: { key: 'DNC' } } });
  expect(addEntries.results[9_999].entry.phone).toBe(phoneOf(1_001));
  expect((await list(admin, { first: 1 })).totalCount).toBe(10_000);
});

test('a key may say for whom it acts: kept in the log as asserted (R1.9)', async () => {
  const integrator = await world.as('INTEGRATOR');
  const { entry } = await addOne(integrator, phoneOf(190), {}, { onBehalfOf: { id: 'u-17', name: 'Kim Lee' } });
  expect(await logOf(staff, { entryId: entry.id })).toMatchObject([
    { kind: 'ENTRY_ADDED', onBehalfOf: { id: 'u-17', name: 'Kim Lee' } },
  ]);
  await integrator.expectError('TOO_LONG', addDocument, {
    input: inputOf({ entries: [phoneOf(191)], onBehalfOf: { id: '' } }),
  });
});

test('the door sets the source: a key is API, a person MANUAL; both are USER, who it was needs a permission (R1.8)', async () => {
  const person = await personOf(world, 'COMPLIANCE');
  const byKey = await addOne(staff, phoneOf(195));
  const byHand = await addOne(person, phoneOf(195));
  expect(byHand).toMatchObject({
    outcome: 'ADDED',
    entry: {
      source: 'MANUAL',
      createdBy: { kind: 'USER', actor: { type: 'PERSON', name: 'Dana Reed', subject: 'person:sub of Dana Reed' } },
    },
  });
  expect(byKey.entry).toMatchObject({ source: 'API', createdBy: { kind: 'USER', actor: { type: 'API_KEY' } } });
  expect(byHand.entry.id).not.toBe(byKey.entry.id);
});

test('one number on DNC is blocked everywhere it should be and nowhere else: the three lists are three (seed 001)', async () => {
  for (const [n, key, blocks] of [
    [197, 'DNC', 'OUTBOUND CALL, OUTBOUND SMS'],
    [198, 'DNT', 'OUTBOUND SMS'],
    [199, 'SPAM', 'INBOUND CALL, INBOUND SMS'],
  ] as const) {
    await addOne(agent, phoneOf(n), {}, { list: key });
    expect(await blockedContacts(agent, phoneOf(n))).toBe(blocks);
  }
  // Each environment has its own list (seed 002).
  expect(await blockedContacts(await world.sandbox.as('AGENT'), phoneOf(197))).toBe('');
});
