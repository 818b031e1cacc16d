import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { codes, createCampaign, outcomes, report, turns, updateSettings } from './call-story.ts';

let server: Quietline;
let staff: Client;
beforeAll(async () => {
  server = await startQuietline();
  staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createCampaign(staff, 'spring');
  await createCampaign(staff, 'quiet', { optOutDetection: false });
  await createCampaign(staff, 'own words', { key: 'own', phrases: ['lose this contact'] });
});

let numbers = 0;
const nextPhone = () => `+1415555${String(1_000 + ++numbers)}`;
/** A transcript of a call of the campaign "spring". */
const hear = (...lines: string[]) => report(staff, nextPhone(), { campaign: 'spring', transcript: turns(...lines) });

test('seed 002: "Please don\'t call me again" lists the number, created by SYSTEM, with the reason that it has there', async () => {
  const answer = await hear('AGENT: Hi, this is Acme.', "CONTACT: Please don't call me again. Thanks.");
  expect(outcomes(answer)).toEqual(['TRANSCRIPT ADDED']);
  expect(answer.facts[0].entry).toMatchObject({
    status: 'APPROVED',
    source: 'TRANSCRIPT',
    reason: 'User requested to not be called',
    evidence: "Please don't call me again. Thanks.",
    list: { key: 'DNC' },
    createdBy: { kind: 'SYSTEM', actor: { name: 'Quietline' } },
  });
  expect(answer.requests).toEqual([{ turn: 1, speaker: 'CONTACT', certainty: 'HIGH', words: "don't call me again" }]);
  expect(answer.verdict).toMatchObject({ decision: 'BLOCK', reasons: [{ code: 'LISTED', source: 'TRANSCRIPT' }] });
});

test('seed 002: detection depends on the settings of the campaign', async () => {
  const transcript = turns("CONTACT: Please don't call me again");
  const heard = async (call: object) => {
    const answer = await report(staff, nextPhone(), { transcript, ...call });
    return [...outcomes(answer), ...codes(answer)];
  };
  expect(await heard({ campaign: 'spring' })).toEqual(['TRANSCRIPT ADDED']);
  expect(await heard({ campaign: 'quiet' })).toEqual(['TRANSCRIPT NOTHING', 'DETECTION_OFF']);
  // With none, or an unknown one, the environment's settings apply and the answer warns.
  expect(await heard({})).toEqual(['TRANSCRIPT ADDED', 'NO_CAMPAIGN']);
  expect(await heard({ campaign: 'nowhere' })).toEqual(['TRANSCRIPT ADDED', 'UNKNOWN_CAMPAIGN']);
  const other = await (await newEnvironment(server)).as('COMPLIANCE');
  await updateSettings(other, { optOutDetection: false });
  await createCampaign(other, 'loud');
  const elsewhere = async (call: object) => outcomes(await report(other, nextPhone(), { transcript, ...call }));
  expect(await elsewhere({})).toEqual(['TRANSCRIPT NOTHING']);
  expect(await elsewhere({ campaign: 'loud' })).toEqual(['TRANSCRIPT ADDED']);
});

describe('who says it decides', () => {
  test.each([
    ['the contact, clearly', ["CONTACT: don't call me again"], 'APPROVED'],
    ['nobody knows who, clearly', ["UNKNOWN: don't call me again"], 'PENDING'],
    ['the agent', ["AGENT: don't call me again"], null],
    ['the contact, about something else', ['CONTACT: call me back after six'], null],
    [
      'the contact, after somebody unknown',
      ["UNKNOWN: don't call me again", "CONTACT: I said don't call me again"],
      'APPROVED',
    ],
  ])('%s', async (_who, lines, status) => {
    const answer = await hear('AGENT: Hello?', ...lines);
    expect(answer.facts[0].entry?.status ?? null).toBe(status);
    expect(answer.verdict.isBlocked).toBe(status !== null);
  });

  test('what is only likely waits for review, and blocks meanwhile', async () => {
    const answer = await hear('CONTACT: I am really tired of these calls');
    expect(answer.requests).toMatchObject([{ certainty: 'MEDIUM' }]);
    expect(answer.facts[0].entry).toMatchObject({ status: 'PENDING', reason: 'User requested to not be called' });
    expect(answer.verdict.isBlocked).toBe(true);
  });
});

describe('a request that is split over turns', () => {
  test.each([
    ['two turns of the contact', ["CONTACT: please don't", 'CONTACT: call me again'], 1],
    ['many short ones', 'please do not ever call this number again'.split(' ').map((word) => `CONTACT: ${word}`), 1],
    [
      'a long turn and the next',
      [`CONTACT: ${'and so on, you know, '.repeat(60)}please don't`, 'CONTACT: call me again'],
      1,
    ],
    ['two speakers', ["CONTACT: please don't", 'AGENT: call me again'], 0],
    ['two speakers, one unknown', ["CONTACT: please don't", 'UNKNOWN: call me again'], 0],
    ['sentences that end', ["CONTACT: No, please don't.", 'CONTACT: Call me again tomorrow.'], 0],
  ])('%s', async (_how, lines, count) => {
    const answer = await hear('AGENT: Good morning, Acme here.', ...lines);
    expect(answer.requests).toHaveLength(count);
    expect(outcomes(answer)).toEqual([count > 0 ? 'TRANSCRIPT ADDED' : 'TRANSCRIPT NOTHING']);
  });

  test.each([
    [['CONTACT: please do not', 'AGENT: Mm-hm.', 'CONTACT: ever call me again'], 'MEDIUM'],
    [
      ["CONTACT: I don't want", 'AGENT: Yes, sir.', 'CONTACT: any more', 'AGENT: okay', 'CONTACT: calls from you'],
      'MEDIUM',
    ],
    [['CONTACT: please do not', 'AGENT: Let me explain that to you.', 'CONTACT: ever call me again'], undefined],
    [['CONTACT: please do not', 'AGENT: Mm-hm.', 'UNKNOWN: ever call me again'], undefined],
  ])('with an interjection of the agent in between it is likely: %j', async (lines, certainty) => {
    const answer = await hear(...lines);
    expect(answer.requests[0]?.certainty).toBe(certainty);
    const said = lines.filter((line) => line.startsWith('CONTACT')).map((line) => line.slice(9));
    if (certainty) expect(answer.facts[0].entry).toMatchObject({ status: 'PENDING', evidence: said.join(' ') });
  });

  test('its evidence is all the turns that say it', async () => {
    const answer = await hear('CONTACT: well', "CONTACT: please don't", 'CONTACT: call me again', 'CONTACT: bye');
    expect(answer.requests).toMatchObject([{ turn: 1 }]);
    expect(answer.facts[0].entry.evidence).toBe("please don't call me again");
  });
});

test('phrases of the campaign and of the environment count as a clear request, whatever their capitals', async () => {
  const said = { transcript: turns('CONTACT: Just LOSE this contact, will you') };
  expect(outcomes(await report(staff, nextPhone(), { ...said, campaign: 'spring' }))).toEqual(['TRANSCRIPT NOTHING']);
  const answer = await report(staff, nextPhone(), { ...said, campaign: 'own' });
  expect(answer.facts[0].entry.status).toBe('APPROVED');
});

test('the request counts from when it was made; a time that is none, or lies ahead, counts as now, with a warning', async () => {
  const ask = async (at: string | undefined) => {
    const transcript = [{ speaker: 'CONTACT', text: 'stop calling me', at }];
    const answer = await report(staff, nextPhone(), { campaign: 'spring', transcript });
    return { at: answer.facts[0].entry.requestedAt as string, warnings: codes(answer) };
  };
  expect(await ask('2026-03-04T09:00:00+01:00')).toEqual({ at: '2026-03-04T08:00:00.000Z', warnings: [] });
  const before = new Date().toISOString();
  for (const at of ['2150-01-01T00:00:00Z', 'half past nine', '1772614800']) {
    const now = await ask(at);
    expect(now.warnings).toEqual(['UNREADABLE_TIME']);
    expect(now.at >= before).toBe(true);
  }
  expect((await ask(undefined)).warnings).toEqual([]);
});

test('nothing is too long to be heard: at the end of a long turn, behind thousands of turns, over the edge of a piece', async () => {
  const filler = 'and then we talked about the roof and the weather for a good while, you know. ';
  const long = await hear(`CONTACT: ${filler.repeat(400)}So please stop calling me.`);
  expect(long.requests).toMatchObject([{ turn: 0, words: 'stop calling me' }]);
  expect(long.facts[0].entry.evidence.length).toBeLessThanOrEqual(10_000);
  expect(long.facts[0].entry.evidence).toContain('So please stop calling me.');
  const many = await hear(...Array.from({ length: 2_500 }, () => `CONTACT: ${filler}`), 'CONTACT: stop calling me');
  expect(many.requests).toMatchObject([{ turn: 2_500 }]);
  for (let shift = 0; shift < 40; shift += 8) {
    const text = `${'x '.repeat(485)}${'y'.repeat(shift)} please do not ever call me again ${'z '.repeat(600)}`;
    const answer = await hear(`CONTACT: ${text}`);
    expect(answer.requests.length, `shifted by ${shift}`).toBeGreaterThanOrEqual(1);
  }
});
