import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { add, addDocument, addOne, inputOf, JWT_SECRET } from './entry-story.ts';
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

test('no fault in another column keeps a number off the list: it goes to review, with a warning (R1.7)', async () => {
  const long = 'x'.repeat(10_001);
  const { results } = await add(staff, {
    entries: [
      { phone: phoneOf(131), expiresAt: 'next year' },
      { phone: phoneOf(132), requestedAt: '03/04/2026' },
      { phone: phoneOf(133), requestedAt: '2199-01-01' },
      { phone: phoneOf(134), evidence: long },
      { phone: phoneOf(135), reason: 'y'.repeat(1_001), expiresAt: '2026-02-30' },
      { phone: phoneOf(136), expiresAt: '  ', reason: '' },
    ],
  });
  const codes = results.map((row: { warnings: { code: string }[] }) => row.warnings.map(({ code }) => code));
  expect(codes).toEqual([
    ['UNREADABLE_EXPIRY'],
    ['UNREADABLE_DATE'],
    ['DATE_IN_THE_FUTURE'],
    ['TEXT_TOO_LONG'],
    ['UNREADABLE_EXPIRY', 'TEXT_TOO_LONG'],
    [],
  ]);
  for (const row of results.slice(0, 5))
    expect(row).toMatchObject({ outcome: 'ADDED', entry: { status: 'PENDING', expiresAt: null } });
  expect(results[3].entry.evidence).toBe(long.slice(0, 10_000));
  expect(results[5].entry).toMatchObject({ status: 'APPROVED', reason: null });
  expect(await blockedContacts(agent, phoneOf(131))).toBe('OUTBOUND CALL, OUTBOUND SMS');
});

test('permanent and an expiry exclude each other: such a row goes to review (R1.3, R1.7)', async () => {
  const row = await addOne(staff, phoneOf(140), { expiresAt: '2099-01-01' }, { status: 'PERMANENT' });
  expect(row).toMatchObject({
    outcome: 'ADDED',
    entry: { status: 'PENDING', expiresAt: null },
    warnings: [{ code: 'EXPIRY_OF_PERMANENT' }],
  });
});

test('emergency and crisis numbers are refused, on every list (R2.2)', async () => {
  for (const key of ['DNC', 'DNT', 'SPAM']) {
    const { results, invalidCount } = await add(staff, { list: key, entries: ['911', '988', '1-800-273-8255'] });
    expect(invalidCount).toBe(3);
    expect(results.map((row: { problem: { code: string } }) => row.problem.code)).toEqual([
      ...['EMERGENCY_NUMBER', 'CRISIS_NUMBER', 'CRISIS_NUMBER'],
    ]);
  }
});

test('SPAM takes short codes and names of senders, DNC does not (R2.3)', async () => {
  const entries = ['72345', 'ACME Deals', 'Anonymous'];
  const spam = await add(staff, { list: 'SPAM', entries });
  expect(spam.results.map((row: { entry: { phone: string } | null }) => row.entry?.phone ?? null)).toEqual([
    '72345',
    'ACME Deals',
    null,
  ]);
  expect(spam.results[2].problem.code).toBe('WITHHELD');
  const dnc = await add(staff, { list: 'DNC', entries });
  expect(dnc.invalidCount).toBe(3);
});

test('an unknown list is said so, and nothing is done', async () => {
  const refused = await staff.expectError('NOT_FOUND', addDocument, {
    input: inputOf({ list: 'NOPE', entries: [phoneOf(180)] }),
  });
  expect(refused.data.addEntries).toMatchObject({
    results: null,
    cursor: null,
    userErrors: [
      { message: 'There is no list with the key "NOPE"; there are DNC, DNT, SPAM.', path: ['input', 'list'] },
    ],
  });
  for (const key of ['', 'dnc', 'DNC\0'])
    await staff.expectError('NOT_FOUND', addDocument, { input: inputOf({ list: key, entries: [phoneOf(180)] }) });
  const odd = await addOne(staff, `${phoneOf(181)}`, { reason: 'a\0b\ud800', externalReference: '\0' });
  expect(odd.entry).toMatchObject({ reason: 'a\ufffdb\ufffd', externalReference: '\ufffd' });
  const tooLong = inputOf({ entries: [phoneOf(180)], reason: 'r'.repeat(1_001) });
  await staff.expectError('TOO_LONG', addDocument, { input: tooLong });
  expect(await blockedContacts(agent, phoneOf(180))).toBe('');
});

test('no phone number stands in a user error, a problem, a warning or the log of the server', async () => {
  const phone = '+14155557788';
  const entries = [
    { phone: `${phone} oder 4155557799`, reason: phone },
    { phone, expiresAt: phone, requestedAt: phone },
  ];
  const answer = await add(staff, { entries, idempotencyKey: 'once' });
  await staff.expectError('IDEMPOTENCY_MISMATCH', addDocument, {
    input: inputOf({ entries: [phone], idempotencyKey: 'once' }),
  });
  const wrong = await staff.expectError('NOT_FOUND', addDocument, {
    input: inputOf({ list: phone, entries: [phone] }),
  });
  const said = JSON.stringify([
    answer.results.map(({ problem, warnings }: Record<string, unknown>) => [problem, warnings]),
    wrong.data,
  ]);
  expect(said).not.toMatch(/5557788|5557799/);
  expect(server.log()).not.toMatch(/555\D?7788|4155550\d{3}|4151234567/);
});
