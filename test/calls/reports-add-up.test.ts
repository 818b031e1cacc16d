import { beforeAll, describe, expect, test } from 'vitest';
import { type Role, roles } from '../../src/auth/permissions.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { codes, newCall, outcomes, REPORT_CALL, report, saveDisposition, turns, updateSettings } from './call-story.ts';

let server: Quietline;
let staff: Client;
beforeAll(async () => {
  server = await startQuietline();
  staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await saveDisposition(staff, 'Removal');
  await updateSettings(staff, { ivrOptOutKeys: ['9'] });
});

let numbers = 0;
const nextPhone = () => `+1415555${String(1_000 + ++numbers)}`;

const REMOVE = /* GraphQL */ `
  mutation ($phone: String!) {
    removeEntries(input: { entries: { phones: { list: "DNC", numbers: [$phone] } }, reason: "Changed their mind", evidence: "Letter 7" }) {
      changedCount userErrors { code message }
    }
  }
`;

const everything = {
  addToDnc: true,
  disposition: 'removal',
  ivrKey: '9',
  transcript: turns("CONTACT: please don't call me again"),
};
type Part = keyof typeof everything;
const kindOf = { addToDnc: 'ADD_TO_DNC', disposition: 'DISPOSITION', ivrKey: 'IVR_KEY', transcript: 'TRANSCRIPT' };

describe('R4.8: reports of one call add up', () => {
  test('all facts of one report are taken, each with an entry of its own', async () => {
    const answer = await report(staff, nextPhone(), everything);
    expect(outcomes(answer)).toEqual(Object.values(kindOf).map((kind) => `${kind} ADDED`));
    const sources = answer.facts.map(({ entry }: { entry: { source: string } }) => entry.source);
    expect(sources).toEqual(['CALL_ACTION', 'DISPOSITION', 'IVR', 'TRANSCRIPT']);
  });

  test.each([
    [['transcript', 'addToDnc', 'ivrKey', 'disposition']],
    [['disposition', 'transcript', 'addToDnc', 'ivrKey']],
  ] as [Part[]][])('in separate reports, in the order of %s', async (order) => {
    const call = { callId: newCall() };
    const phone = nextPhone();
    for (const part of order)
      expect(outcomes(await report(staff, phone, { ...call, [part]: everything[part] }))).toEqual([
        `${kindOf[part]} ADDED`,
      ]);
    // The whole of it once more, as a dialer sends it at the end.
    const last = await report(staff, phone, { ...call, ...everything });
    expect(outcomes(last)).toEqual(Object.values(kindOf).map((kind) => `${kind} TAKEN`));
    expect(last.facts.every(({ entry }: { entry: { isActive: boolean } }) => entry.isActive)).toBe(true);
  });

  test('a later report never undoes an earlier fact', async () => {
    const call = { callId: newCall() };
    const phone = nextPhone();
    await report(staff, phone, { ...call, addToDnc: true });
    const later = await report(staff, phone, { ...call, addToDnc: false, disposition: 'Sold', ivrKey: '1' });
    expect(outcomes(later)).toEqual(['DISPOSITION NOTHING', 'IVR_KEY NOTHING']);
    expect(later.verdict.isBlocked).toBe(true);
  });

  test('after staff has removed the number, a report that is sent again lists it no more; another call does', async () => {
    const call = { callId: newCall(), ...everything };
    const phone = nextPhone();
    await report(staff, phone, call);
    expect((await staff.expectOk(REMOVE, { phone })).removeEntries.changedCount).toBe(4);
    const again = await report(staff, phone, call);
    expect(outcomes(again)).toEqual(Object.values(kindOf).map((kind) => `${kind} TAKEN`));
    expect(again.facts.map(({ entry }: { entry: unknown }) => entry)).toEqual([null, null, null, null]);
    expect(again.verdict.isBlocked).toBe(false);
    expect(outcomes(await report(staff, phone, { ...call, callId: newCall() }))).toEqual(
      Object.values(kindOf).map((kind) => `${kind} ADDED`),
    );
  });

  test('what was said is known again in a longer transcript, and in other capitals; something else said is not', async () => {
    const call = { callId: newCall() };
    const phone = nextPhone();
    const say = (...lines: string[]) => report(staff, phone, { ...call, transcript: turns(...lines) });
    await say("CONTACT: please don't call me again");
    await staff.expectOk(REMOVE, { phone });
    expect(outcomes(await say('AGENT: Hello', "CONTACT: Please DON'T call me again, okay?"))).toEqual([
      'TRANSCRIPT TAKEN',
    ]);
    expect(outcomes(await say("CONTACT: please don't call me again", 'CONTACT: take me off your list'))).toEqual([
      'TRANSCRIPT ADDED',
    ]);
  });

  test('what waits for review is raised when it turns out who said it', async () => {
    const call = { callId: newCall() };
    const phone = nextPhone();
    await report(staff, phone, { ...call, transcript: turns("UNKNOWN: don't call me again") });
    const known = await report(staff, phone, { ...call, transcript: turns("CONTACT: don't call me again") });
    expect(outcomes(known)).toEqual(['TRANSCRIPT RAISED']);
    expect(known.facts[0].entry.status).toBe('APPROVED');
  });

  test('the same id with another number is another call; reports at once are taken once', async () => {
    const call = { callId: newCall(), addToDnc: true };
    const phone = nextPhone();
    const answers = await Promise.all(Array.from({ length: 8 }, () => report(staff, phone, call)));
    expect(answers.flatMap(outcomes).sort()).toEqual(['ADD_TO_DNC ADDED', ...Array(7).fill('ADD_TO_DNC TAKEN')]);
    expect(outcomes(await report(staff, nextPhone(), call))).toEqual(['ADD_TO_DNC ADDED']);
  });

  test('a disposition that is configured after a call adds when the report is sent again', async () => {
    const call = { callId: newCall(), disposition: 'Wants out' };
    const phone = nextPhone();
    expect(outcomes(await report(staff, phone, call))).toEqual(['DISPOSITION NOTHING']);
    await saveDisposition(staff, 'Wants out');
    expect(outcomes(await report(staff, phone, call))).toEqual(['DISPOSITION ADDED']);
  });
});

describe('the number', () => {
  test('R2.3: one that cannot be read is listed as it stands, with a warning', async () => {
    const answer = await report(staff, 'ext. 12 / lobby', { addToDnc: true });
    expect(outcomes(answer)).toEqual(['ADD_TO_DNC ADDED']);
    expect(codes(answer)).toEqual(['KEPT_AS_RECEIVED']);
    expect(answer.facts[0].entry.phone).toBe('ext. 12 / lobby');
  });

  test('emergency numbers, withheld callers and none at all are an error that says why', async () => {
    for (const phone of ['911', 'Anonymous', '', ' ']) {
      const input = { phone, callId: newCall(), addToDnc: true };
      const { data } = await staff.expectError('INVALID_VALUE', REPORT_CALL, { input });
      expect(data.recordCallOutcome).toMatchObject({ facts: null, requests: null, verdict: null, cursor: null });
      expect(data.recordCallOutcome.userErrors[0].path).toEqual(['input', 'phone']);
    }
  });

  test('a call has an id', async () => {
    for (const callId of ['', ' ', 'x'.repeat(201)])
      await staff.expectError('INVALID_VALUE', REPORT_CALL, { input: { phone: nextPhone(), callId } });
  });

  test('a report that tells nothing is none: it answers whether the number may be called', async () => {
    expect(await report(staff, nextPhone(), {})).toMatchObject({
      facts: [],
      warnings: [],
      verdict: { decision: 'ALLOW' },
      cursor: expect.any(String),
    });
  });
});

test('R7: who reports calls; whoever may not add nothing', async () => {
  const world = await newEnvironment(server);
  const may: Role[] = [];
  for (const role of roles) {
    const input = { phone: nextPhone(), callId: newCall(), addToDnc: true };
    const { data, errors } = await (await world.as(role)).query(REPORT_CALL, { input });
    if (data.recordCallOutcome) may.push(role);
    else expect(errors[0]!.extensions).toEqual({ code: 'FORBIDDEN', permission: 'call:record' });
  }
  expect(may).toEqual(['ADMIN', 'COMPLIANCE', 'AGENT', 'DIALER', 'INTEGRATOR']);
});

test("the sandbox's calls are its own: the same call and number there is another one (invariant 8)", async () => {
  const world = await newEnvironment(server);
  const call = { callId: newCall(), addToDnc: true };
  const phone = nextPhone();
  await report(await world.as('ADMIN'), phone, call);
  const other = await world.sandbox.as('ADMIN');
  expect((await report(other, phone, { disposition: 'Sold' })).verdict.isBlocked).toBe(false);
  expect(outcomes(await report(other, phone, call))).toEqual(['ADD_TO_DNC ADDED']);
});

test('what a call did is in the log: by whom it was done, for whom it was asserted, and why', async () => {
  const world = await newEnvironment(server);
  const dialer = await world.as('DIALER');
  const transcript = turns('CONTACT: stop calling me');
  await report(dialer, nextPhone(), { addToDnc: true, transcript, onBehalfOf: { id: '7' } });
  const { auditLog } = await (await world.as('AUDITOR')).expectOk(
    '{ auditLog(filterBy: { operation: "recordCallOutcome" }) { nodes { kind reason evidence actor { name } onBehalfOf { id } } } }',
  );
  const rest = { kind: 'ENTRY_ADDED', onBehalfOf: { id: '7' } };
  expect(auditLog.nodes).toEqual([
    { ...rest, reason: 'User requested to not be called', evidence: 'stop calling me', actor: { name: 'Quietline' } },
    {
      ...rest,
      reason: 'Added to DNC by the agent on a call',
      evidence: expect.stringMatching(/^Call call-\d+$/),
      actor: { name: 'Key of the DIALER' },
    },
  ]);
});
