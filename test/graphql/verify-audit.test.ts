import { beforeAll, expect, test } from 'vitest';
import { record, revoke } from '../consents/consent-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { runSql } from '../support/test-database.ts';
import { newEnvironment } from '../support/world.ts';
import { add, numbers } from './feed-documents.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline();
});

const VERIFY = /* GraphQL */ `
  query Verify($from: LogPosition, $to: LogPosition) {
    verifyAudit(from: $from, to: $to) {
      isIntact
      verifiedFrom
      verifiedThrough
      positionsChecked
      firstBadPosition
      problem
      hash
      isAtHead
      nextPosition
    }
  }
`;

/** 30 additions in three change sets, behind what every log begins with. */
async function story() {
  const world = await newEnvironment(server);
  const [staff, auditor] = [await world.as('COMPLIANCE'), await world.as('AUDITOR')];
  for (let n = 0; n < 3; n += 1) await add(staff, numbers(10, n * 10), { reason: `call ${n}` });
  const { auditLog } = await auditor.expectOk(
    '{ auditLog(first: 1) { nodes { position changeSet { firstPosition hash } } } }',
  );
  const head: number = auditLog.nodes[0].position;
  const { firstPosition, hash }: { firstPosition: number; hash: string } = auditLog.nodes[0].changeSet;
  const verify = async (range: object = {}) => (await auditor.expectOk(VERIFY, range)).verifyAudit;
  return { world, verify, head, lastSet: firstPosition, hash };
}

test('an untouched log is intact from its beginning to its end (invariant 4, P1.9)', async () => {
  const { verify, head, hash } = await story();
  expect(await verify()).toEqual({
    isIntact: true,
    verifiedFrom: 1,
    verifiedThrough: head,
    positionsChecked: head,
    firstBadPosition: null,
    problem: null,
    hash,
    isAtHead: true,
    nextPosition: null,
  });
});

test('a range is widened to whole change sets', async () => {
  const { verify, head, lastSet } = await story();
  expect(await verify({ from: lastSet - 3, to: lastSet - 2 })).toMatchObject({
    isIntact: true,
    verifiedFrom: lastSet - 10,
    verifiedThrough: lastSet - 1,
    positionsChecked: 10,
    isAtHead: false,
  });
  expect(await verify({ from: head + 50 })).toMatchObject({ isIntact: true, positionsChecked: 0 });
});

/** What only the owner of the tables can do, and only without the trigger. */
async function tamper(table: 'change' | 'change_set', statement: string): Promise<void> {
  const { url } = server.storage as { url: string };
  await expect(runSql(url, statement)).rejects.toThrow('the log is append-only');
  const trigger = `${table}_is_append_only`;
  await runSql(
    url,
    `ALTER TABLE "${table}" DISABLE TRIGGER "${trigger}"`,
    statement,
    `ALTER TABLE "${table}" ENABLE TRIGGER "${trigger}"`,
  );
}

test.each([
  [
    'a rewritten row',
    'change',
    (set: number) => `UPDATE change SET after = '{"status":"PENDING"}' WHERE position = ${set + 4}`,
    0,
  ],
  ['a missing row', 'change', (set: number) => `DELETE FROM change WHERE position = ${set + 4}`, 4],
  [
    'a moved time',
    'change_set',
    (set: number) => `UPDATE change_set SET at = at + interval '1 day' WHERE first_position = ${set}`,
    0,
  ],
  [
    'another author',
    'change_set',
    (set: number) => `UPDATE change_set SET operation = 'nothing' WHERE first_position = ${set}`,
    0,
  ],
] as const)('%s is found, and named by its position', async (_what, table, statement, offset) => {
  const { world, verify, lastSet } = await story();
  const set = lastSet - 10;
  await tamper(table, `${statement(set)} AND environment_id = ${world.environmentId}`);
  const found = await verify();
  expect(found).toMatchObject({
    isIntact: false,
    firstBadPosition: set + offset,
    verifiedThrough: set - 1,
    isAtHead: false,
    nextPosition: null,
  });
  expect(found.problem).toEqual(expect.any(String));
  expect(await verify({ to: set - 1 })).toMatchObject({ isIntact: true });
});

test('a rewritten text or number beside the log is found too (R5.4)', async () => {
  const { world, verify, lastSet } = await story();
  const { url } = server.storage as { url: string };
  await runSql(
    url,
    `UPDATE text_value SET body = 'call 9' WHERE body = 'call 1' AND environment_id = ${world.environmentId}`,
  );
  expect(await verify()).toMatchObject({ isIntact: false, firstBadPosition: lastSet - 10 });
  await runSql(
    url,
    `UPDATE text_value SET body = 'call 1' WHERE body = 'call 9' AND environment_id = ${world.environmentId}`,
  );
  await runSql(
    url,
    `UPDATE entry SET phone = '+14159999999' WHERE phone = '+14152000025' AND environment_id = ${world.environmentId}`,
  );
  const found = await verify();
  expect(found).toMatchObject({ isIntact: false, firstBadPosition: lastSet + 5 });
  expect(found.problem).not.toMatch(/\d{5}/);
});

test("a rewritten number of a consent is found where the consent was recorded, and a consent that isn't there", async () => {
  const { world, verify, head } = await story();
  const { url } = server.storage as { url: string };
  const staff = await world.as('COMPLIANCE');
  await record(staff, '+14155550141', { evidence: 'a form' });
  await add(staff, ['+14155550142']);
  await revoke(staff, '+14155550141');
  const where = `WHERE environment_id = ${world.environmentId}`;
  expect(await verify()).toMatchObject({ isIntact: true, verifiedThrough: head + 3 });
  await runSql(url, `UPDATE consent SET phone = '+14155550149' ${where}`);
  const found = await verify();
  expect(found).toMatchObject({ isIntact: false, firstBadPosition: head + 1, verifiedThrough: head });
  expect(found.problem).toMatch(/consent/);
  expect(found.problem).not.toMatch(/\d{5}/);
  await runSql(url, `UPDATE consent SET phone = '+14155550141' ${where}`);
  await runSql(url, `DELETE FROM consent ${where}`);
  expect(await verify()).toMatchObject({ isIntact: false, firstBadPosition: head + 1 });
});

test('an empty range is an error; who may not read the log may not verify it (R7)', async () => {
  const { world } = await story();
  await (await world.as('AUDITOR')).expectError('BAD_USER_INPUT', VERIFY, { from: 5, to: 4 });
  for (const role of ['AGENT', 'DIALER', 'INTEGRATOR', 'READ_ONLY'] as const)
    await (await world.as(role)).expectError('FORBIDDEN', VERIFY);
});
