import { beforeAll, describe, expect, test } from 'vitest';
import { type Role, roles } from '../../src/auth/permissions.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { CONSENTS, checkout, consents, RECORD_CONSENT, REVOKE_CONSENT, record, revoke } from './consent-story.ts';

let server: Quietline;
let staff: Client;
/** Given on the days of March in this order: 1, 3, 2, 2. */
beforeAll(async () => {
  server = await startQuietline();
  staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const on = (day: number) => ({ givenAt: `2026-03-0${day}T09:00:00Z` });
  await record(staff, '+14155550100', on(1));
  await record(staff, '+14155550101', { ...on(3), channel: 'CALL' });
  await record(staff, '+14155550100', { ...on(2), purpose: 'CONVERSATIONAL' });
  await record(staff, '+14155550102', { ...on(2), channel: 'CALL' });
  await revoke(staff, '+14155550102');
});

const days = (nodes: { givenAt: string; phone: string }[]) =>
  nodes.map(({ givenAt, phone }) => `${Number(givenAt.slice(8, 10))} of ${phone.slice(-1)}`);

test('the newest come first, by when they were given; pages go both ways, ties included', async () => {
  const all = ['3 of 1', '2 of 2', '2 of 0', '1 of 0'];
  expect(days((await consents(staff)).nodes)).toEqual(all);
  const walked: string[] = [];
  let after: string | undefined;
  do {
    const { nodes, pageInfo } = await consents(staff, { first: 1, after });
    walked.push(...days(nodes));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
  } while (after);
  expect(walked).toEqual(all);
  const last = await consents(staff, { last: 2 });
  expect(days(last.nodes)).toEqual(['2 of 0', '1 of 0']);
  const before = await consents(staff, { last: 3, before: last.pageInfo.startCursor });
  expect(days(before.nodes)).toEqual(['3 of 1', '2 of 2']);
  expect(before.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
});

test('by number, by whether they are active, by channel and by purpose, all at once', async () => {
  const found = async (filter: object) => days((await consents(staff, filter)).nodes);
  expect(await found({ phone: '(415) 555-0100' })).toEqual(['2 of 0', '1 of 0']);
  expect(await found({ phone: '+14155550199' })).toEqual([]);
  expect(await found({ isActive: true })).toEqual(['3 of 1', '2 of 0', '1 of 0']);
  expect(await found({ isActive: false })).toEqual(['2 of 2']);
  expect(await found({ channel: 'CALL' })).toEqual(['3 of 1', '2 of 2']);
  expect(await found({ purpose: 'CONVERSATIONAL' })).toEqual(['2 of 0']);
  expect(await found({ phone: '+14155550100', isActive: true, channel: 'SMS', purpose: 'TRANSACTIONAL' })).toEqual([
    '1 of 0',
  ]);
});

test('a number that is none is an error, and never a list of everybody', async () => {
  for (const phone of ['', ' ']) {
    const { data } = await staff.expectError('BAD_USER_INPUT', CONSENTS, { phone });
    expect(data).toEqual({ consents: null });
  }
});

test('each consent given or ended is in the log: by whom, for whom, why (R5.1)', async () => {
  const world = await newEnvironment(server);
  const agent = await world.as('AGENT');
  await record(agent, '+14155550100', { evidence: 'Form 7', onBehalfOf: { id: '7', name: 'Pat' } });
  await revoke(agent, '+14155550100', { reason: 'Changed their mind' });
  const { auditLog } = await (await world.as('AUDITOR')).expectOk(
    '{ auditLog(filterBy: { kinds: [CONSENT] }) { nodes { kind operation phone reason evidence actor { name } onBehalfOf { id } } } }',
  );
  const rest = { kind: 'CONSENT', phone: '+14155550100', actor: { name: 'Key of the AGENT' } };
  expect(auditLog.nodes).toEqual([
    { ...rest, operation: 'revokeConsent', reason: 'Changed their mind', evidence: null, onBehalfOf: null },
    { ...rest, operation: 'recordConsent', reason: null, evidence: 'Form 7', onBehalfOf: { id: '7' } },
  ]);
});

const phone = '+14155550100';

test('R7: who records, who revokes, who sees consents, and who their evidence', async () => {
  const world = await newEnvironment(server);
  const input = { phone, ...checkout, evidence: 'Form 7' };
  const may: Record<string, Role[]> = { record: [], revoke: [], see: [], evidence: [] };
  for (const role of roles) {
    const by = await world.as(role);
    const recorded = await by.query(RECORD_CONSENT, { input });
    if (recorded.data.recordConsent?.isNew) may.record!.push(role);
    else expect(recorded.errors[0]!.extensions).toEqual({ code: 'FORBIDDEN', permission: 'consent:record' });
    await record(await world.as('ADMIN'), phone, { evidence: 'Form 8' });
    const seen = await by.query(CONSENTS, { phone });
    if (seen.data.consents) may.see!.push(role);
    else expect(seen.errors[0]!.extensions).toEqual({ code: 'FORBIDDEN', permission: 'consent:see' });
    const first = seen.data.consents?.nodes[0];
    if (first?.evidence === 'Form 8' && first.createdBy) may.evidence!.push(role);
    else if (first) expect([first.evidence, first.createdBy]).toEqual([null, null]);
    const revoked = await by.query(REVOKE_CONSENT, { input: { phone } });
    if (revoked.data.revokeConsent?.endedCount > 0) may.revoke!.push(role);
    else expect(revoked.errors[0]!.extensions).toEqual({ code: 'FORBIDDEN', permission: 'consent:revoke' });
  }
  expect(may).toEqual({
    record: ['ADMIN', 'COMPLIANCE', 'AGENT', 'INTEGRATOR'],
    revoke: ['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR'],
    see: ['ADMIN', 'COMPLIANCE', 'INTEGRATOR', 'AUDITOR'],
    evidence: ['ADMIN', 'COMPLIANCE', 'AUDITOR'],
  });
});

test('an agent who records a consent is told what it is good for, and does not read it back', async () => {
  const agent = await (await newEnvironment(server)).as('AGENT');
  expect(await record(agent, phone)).toMatchObject({
    isNew: true,
    consent: null,
    message: 'This consent suffices for conversational, transactional texts.',
  });
  expect(await revoke(agent, phone)).toMatchObject({ endedCount: 1, consents: null });
});

test("the sandbox's consents are its own (invariant 8)", async () => {
  const world = await newEnvironment(server);
  const [staff, other] = [await world.as('ADMIN'), await world.sandbox.as('ADMIN')];
  const { consent } = await record(staff, phone);
  expect((await consents(other)).nodes).toEqual([]);
  expect((await consents(other, { phone })).nodes).toEqual([]);
  expect(await revoke(other, phone)).toMatchObject({ endedCount: 0 });
  const node = 'query ($id: ID!) { node(id: $id) { id ... on Consent { phone evidence } } }';
  expect((await staff.expectOk(node, { id: consent.id })).node).toEqual({ id: consent.id, phone, evidence: null });
  expect((await other.expectOk(node, { id: consent.id })).node).toBeNull();
  expect((await (await world.as('AGENT')).expectOk(node, { id: consent.id })).node).toBeNull();
});

describe('revokeConsent', () => {
  const office = async () => (await newEnvironment(server)).as('COMPLIANCE');

  const written = { level: 'EXPRESS_WRITTEN', purpose: 'PROMOTIONAL', evidence: 'Form 7' } as const;

  test('revoking by number ends all that is active, of this number alone, and says how many', async () => {
    const staff = await office();
    await record(staff, phone);
    await record(staff, phone, { channel: 'CALL' });
    await record(staff, '+14155550101');
    const revoked = await revoke(staff, '415 555 0100', { reason: 'Asked on the phone' });
    expect(revoked).toMatchObject({ endedCount: 2, cursor: expect.any(String) });
    expect(revoked.consents).toMatchObject([{ endedBy: 'REVOKED' }, { endedBy: 'REVOKED' }]);
    expect(await revoke(staff, phone)).toEqual({ endedCount: 0, consents: [], cursor: revoked.cursor, userErrors: [] });
    expect((await consents(staff, { isActive: true })).nodes).toMatchObject([{ phone: '+14155550101' }]);
    expect((await consents(staff, { isActive: false, phone })).nodes).toMatchObject([
      { channel: 'CALL', isActive: false, endedBy: 'REVOKED' },
      { channel: 'SMS', isActive: false, endedBy: 'REVOKED' },
    ]);
  });

  test('of what is named, every consent ends that would still allow it', async () => {
    const staff = await office();
    const ended = async (which: object) => {
      const other = { businessNumber: '+14155550198' };
      for (const consent of [written, {}, { purpose: 'CONVERSATIONAL' }, { channel: 'CALL' }, other])
        await record(staff, phone, { businessNumber: '+14155550199', ...consent });
      await record(staff, phone, { purpose: 'CONVERSATIONAL' });
      const { endedCount, consents } = await revoke(staff, phone, which);
      await revoke(staff, phone);
      expect(endedCount).toBe(consents.length);
      return consents.map(
        ({ purpose, businessNumber }: { purpose: string; businessNumber: string | null }) =>
          `${purpose.slice(0, 1)}${businessNumber?.slice(-1) ?? ''}`,
      );
    };
    expect(await ended({ purpose: 'PROMOTIONAL' })).toEqual(['P9']);
    expect(await ended({ purpose: 'TRANSACTIONAL' })).toEqual(['P9', 'T9', 'T9', 'T8']);
    expect(await ended({ purpose: 'CONVERSATIONAL', channel: 'SMS' })).toEqual(['P9', 'T9', 'C9', 'T8', 'C']);
    expect(await ended({ channel: 'CALL' })).toEqual(['T9']);
    expect(await ended({ businessNumber: '(415) 555-0198' })).toEqual(['T8', 'C']);
  });

  test('a consent that was given after the revocation stays', async () => {
    const staff = await office();
    await record(staff, phone, { givenAt: '2026-03-01T09:00:00Z' });
    await record(staff, phone, { givenAt: '2026-03-03T09:00:00Z' });
    const { endedCount, consents: ended } = await revoke(staff, phone, { revokedAt: '2026-03-02T09:00:00Z' });
    expect([endedCount, ended[0].endedAt]).toEqual([1, '2026-03-02T09:00:00.000Z']);
    expect((await consents(staff, { isActive: true })).nodes).toMatchObject([{ givenAt: '2026-03-03T09:00:00.000Z' }]);
  });

  test('what cannot be meant is refused, and nothing ends', async () => {
    const staff = await office();
    await record(staff, phone);
    const refused = async (input: object) => {
      const { data } = await staff.query(REVOKE_CONSENT, { input: { phone, ...input } });
      const { userErrors, endedCount, consents } = data.revokeConsent;
      expect({ endedCount, consents }).toEqual({ endedCount: 0, consents: null });
      return `${userErrors[0].code} ${userErrors[0].path[1]}`;
    };
    expect(await refused({ phone: '' })).toBe('INVALID_VALUE phone');
    expect(await refused({ phone: '+1415555850' })).toBe('INVALID_VALUE phone');
    expect(await refused({ revokedAt: '2150-01-01T00:00:00Z' })).toBe('IN_THE_FUTURE revokedAt');
    expect(await refused({ businessNumber: 'x'.repeat(20) })).toBe('INVALID_VALUE businessNumber');
    expect(await refused({ reason: 'x'.repeat(1_001) })).toBe('TOO_LONG reason');
    expect((await consents(staff, { isActive: true })).nodes).toHaveLength(1);
  });

  test('a retry of a revocation answers the same, and ends nothing that was given since (P1.8)', async () => {
    const staff = await office();
    await record(staff, phone);
    const first = await revoke(staff, phone, { idempotencyKey: 'once' });
    await record(staff, phone);
    expect(await revoke(staff, phone, { idempotencyKey: 'once' })).toEqual(first);
    expect((await consents(staff, { isActive: true })).nodes).toHaveLength(1);
  });
});
