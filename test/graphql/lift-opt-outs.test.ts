import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { addOne, approve, contactSaid, JWT_SECRET, remove, set, unapprove } from './entry-story.ts';
import { blockedContacts, phoneOf } from './verdict-story.ts';

const DNC = 1;
const DNT = 2;
const OUT = 'OUTBOUND CALL, OUTBOUND SMS';

let server: Quietline;
let world: World;
let admin: Client;
let staff: Client;
let integrator: Client;

beforeAll(async () => {
  server = await startQuietline({ settings: { JWT_SECRET } });
  world = await newEnvironment(server);
  [admin, staff, integrator] = await Promise.all([world.as('ADMIN'), world.as('COMPLIANCE'), world.as('INTEGRATOR')]);
});

test("a person's opt-out: on DNT nobody lifts it, whatever reason and evidence they have (R1.4, invariant 3)", async () => {
  const phone = phoneOf(101);
  const [id] = await contactSaid(world, { phone, listId: DNT, source: 'SMS_KEYWORD', endUserOptedOut: true });
  await expect.poll(() => blockedContacts(staff, phone)).toBe('OUTBOUND SMS');
  for (const client of [admin, staff, integrator]) {
    const answer = await remove(client, { ids: [id] }, { reason: 'They said so', evidence: 'A letter' });
    expect(answer.results[0]).toMatchObject({
      outcome: 'REFUSED',
      refusal: { code: 'END_USER_OPTED_OUT' },
      stillBlockedBy: [{ key: 'DNT' }],
    });
  }
  expect((await approve(admin, { ids: [id] }, { permanently: true })).results[0].refusal.code).toBe(
    'END_USER_OPTED_OUT',
  );
  // Sent back to review it blocks all the same: what a contact said needs no reviewer (R1.5).
  await set(admin, { enforcePending: false });
  await unapprove(staff, { ids: [id] });
  expect(await blockedContacts(staff, phone)).toBe('OUTBOUND SMS');
  await set(admin, { enforcePending: true });
});

test("beside a person's opt-out staff may list for ever; each stands for itself (R1.1, R1.4)", async () => {
  const phone = phoneOf(105);
  const [id] = await contactSaid(world, { phone, listId: DNC, source: 'SMS_KEYWORD', endUserOptedOut: true });
  const own = await addOne(staff, phone, {}, { status: 'PERMANENT' });
  expect(own).toMatchObject({ outcome: 'ADDED', entry: { status: 'PERMANENT', endUserOptedOut: false } });
  const lifted = await remove(staff, { ids: [id] }, { evidence: 'A signed form' });
  expect(lifted.results[0]).toMatchObject({ outcome: 'CHANGED', stillBlockedBy: [{ key: 'DNC' }] });
  expect(await blockedContacts(staff, phone)).toBe(OUT);
});

test('the DNC entry of a STOP: COMPLIANCE and ADMIN remove it with reason and evidence; texts stay blocked (R1.4)', async () => {
  for (const [n, client] of [
    [111, staff],
    [112, admin],
  ] as const) {
    const phone = phoneOf(n);
    const stop = { phone, source: 'SMS_KEYWORD', endUserOptedOut: true } as const;
    const [, onDnc] = await contactSaid(world, { ...stop, listId: DNT }, { ...stop, listId: DNC });
    await expect.poll(() => blockedContacts(staff, phone)).toBe(OUT);
    const refusedBy = async (by: Client, more: object) =>
      (await remove(by, { ids: [onDnc] }, more)).results[0].refusal?.code;
    expect(await refusedBy(integrator, { evidence: 'A letter' })).toBe('END_USER_OPTED_OUT');
    expect(await refusedBy(client, {})).toBe('EVIDENCE_REQUIRED');
    const answer = await remove(
      client,
      { ids: [onDnc] },
      { reason: 'Opted back in to calls', evidence: 'A signed form' },
    );
    expect(answer.results[0]).toMatchObject({ outcome: 'CHANGED', stillBlockedBy: [{ key: 'DNT' }] });
    expect(await blockedContacts(staff, phone)).toBe('OUTBOUND SMS');
  }
});

test('what was pressed or said on a call is lifted by staff with reason AND evidence (R1.4)', async () => {
  const sources = ['CALL_ACTION', 'DISPOSITION', 'IVR', 'TRANSCRIPT'] as const;
  const ids = await contactSaid(
    world,
    ...sources.map((source, n) => ({ phone: phoneOf(121 + n), listId: DNC, source })),
  );
  const bare = await remove(integrator, { ids });
  expect(bare.results.map(({ refusal }: { refusal: { code: string } }) => refusal.code)).toEqual(
    sources.map(() => 'EVIDENCE_REQUIRED'),
  );
  expect(await remove(integrator, { ids }, { evidence: 'Recording 17' })).toMatchObject({ changedCount: 4 });
});

test('where pending does not block, unapproving lifts and needs a reason like a removal (R1.5)', async () => {
  const own = await newEnvironment(server);
  const [boss, agent] = [await own.as('COMPLIANCE'), await own.as('AGENT')];
  const { entry } = await addOne(boss, phoneOf(131));
  await set(boss, { enforcePending: false });
  const refused = await unapprove(boss, { ids: [entry.id] });
  expect(refused.results[0]).toMatchObject({ outcome: 'REFUSED', refusal: { code: 'REASON_REQUIRED' } });
  expect(await blockedContacts(agent, phoneOf(131))).toBe(OUT);
  await unapprove(boss, { ids: [entry.id] }, { reason: 'Listed by mistake' });
  expect(await blockedContacts(agent, phoneOf(131))).toBe('');
  await set(boss, { enforcePending: true });
  expect(await blockedContacts(agent, phoneOf(131))).toBe(OUT);
});
