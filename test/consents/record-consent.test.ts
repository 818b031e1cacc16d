import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { consents, RECORD_CONSENT, record, refusal } from './consent-story.ts';

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

const phone = '+14155550100';
const office = async () => (await newEnvironment(server)).as('COMPLIANCE');

describe('seed 003: what counts as valid opt-in', () => {
  const link = 'https://example.com/signup, copy 7';
  test.each([
    ['a web form with a consent box', { level: 'EXPRESS_WRITTEN', purpose: 'PROMOTIONAL', method: 'WEB_FORM' }, link],
    ['a verbal agreement, documented', { level: 'EXPRESS', method: 'VERBAL' }, 'Said yes on call 7'],
    ['a paper form with a signature', { level: 'EXPRESS_WRITTEN', purpose: 'PROMOTIONAL', method: 'PAPER_FORM' }, link],
    ['their number at checkout', { level: 'EXPRESS', method: 'WEB_FORM' }, null],
    [
      'a text to your number, for that conversation',
      { level: 'IMPLIED', purpose: 'CONVERSATIONAL', method: 'INBOUND_TEXT', businessNumber: '(415) 555-0199' },
      'Are you open today?',
    ],
  ])('%s', async (_name, consent, evidence) => {
    const staff = await office();
    const recorded = await record(staff, '(415) 555-0100', { ...consent, evidence, givenAt: '2026-03-04T09:00:00Z' });
    expect(recorded).toMatchObject({ isNew: true, isOutranked: false, cursor: expect.any(String) });
    expect(recorded.consent).toMatchObject({
      ...consent,
      phone,
      evidence,
      channel: 'SMS',
      businessNumber: 'businessNumber' in consent ? '+14155550199' : null,
      givenAt: '2026-03-04T09:00:00.000Z',
      isActive: true,
      endedAt: null,
      endedBy: null,
      createdBy: { name: 'Key of the COMPLIANCE' },
    });
    const { nodes } = await consents(staff, { phone: '415-555-0100' });
    expect(nodes).toMatchObject([{ ...consent, evidence, businessNumber: recorded.consent.businessNumber }]);
  });

  test.each([
    ['EXPRESS_WRITTEN', 'PROMOTIONAL', 'WEB_FORM', ['CONVERSATIONAL', 'TRANSACTIONAL', 'PROMOTIONAL']],
    ['EXPRESS', 'PROMOTIONAL', 'WEB_FORM', ['CONVERSATIONAL', 'TRANSACTIONAL']],
    ['EXPRESS', 'CONVERSATIONAL', 'WEB_FORM', ['CONVERSATIONAL']],
    ['IMPLIED', 'CONVERSATIONAL', 'INBOUND_TEXT', ['CONVERSATIONAL']],
  ])(
    '%s consent for %s texts suffices for what it includes and is firm enough for',
    async (level, purpose, method, types) => {
      const consent = { level, purpose, method, evidence: 'Form 7', businessNumber: '+14155550199' };
      const { consent: recorded, message } = await record(await office(), phone, consent);
      expect(recorded.sufficesFor).toEqual(types);
      expect(message).toContain(types.map((type) => type.toLowerCase()).join(', '));
    },
  );

  test('a promotional consent that was not written says what is missing', async () => {
    const { message } = await record(await office(), phone, { purpose: 'PROMOTIONAL' });
    expect(message).toContain('Promotional texts need express written consent.');
  });
});

describe('seed 003: what does not count as valid opt-in', () => {
  let staff: Client;
  beforeAll(async () => {
    staff = await office();
  });

  test.each([
    ['PURCHASED_LIST', /purchased list is no consent/],
    ['CALLING_ONLY', /for calling only is no consent to texts/],
    ['PRE_CHECKED_BOX', /box that was checked beforehand is no consent/],
    ['SCRAPED', /scraped from a website or social media is no consent/],
  ])('%s is refused, with the reason', async (method, reason) => {
    for (const channel of ['SMS', 'CALL']) {
      const errors = await refusal(staff, phone, { method, channel });
      expect(errors).toEqual([
        { code: 'REFUSED', path: ['input', 'method'], message: expect.stringMatching(reason) as string },
      ]);
    }
    expect((await consents(staff)).nodes).toEqual([]);
  });

  test.each([
    ['a verbal agreement is not written', { level: 'EXPRESS_WRITTEN', method: 'VERBAL' }, 'REFUSED level'],
    ['a text is never express written (R4.9)', { level: 'EXPRESS_WRITTEN', method: 'INBOUND_TEXT' }, 'REFUSED level'],
    ['implied consent comes by a text', { level: 'IMPLIED', purpose: 'CONVERSATIONAL' }, 'REFUSED level'],
    ['implied consent is for a conversation', { level: 'IMPLIED', method: 'INBOUND_TEXT' }, 'REFUSED level'],
    [
      'implied consent is to texts',
      { level: 'IMPLIED', method: 'INBOUND_TEXT', purpose: 'CONVERSATIONAL', channel: 'CALL' },
      'REFUSED level',
    ],
    [
      'implied consent is of one thread',
      { level: 'IMPLIED', method: 'INBOUND_TEXT', purpose: 'CONVERSATIONAL', evidence: 'Hi' },
      'REQUIRED businessNumber',
    ],
    ['express written needs its evidence', { level: 'EXPRESS_WRITTEN', evidence: '  ' }, 'REQUIRED evidence'],
    ['a verbal one must be documented', { method: 'VERBAL' }, 'REQUIRED evidence'],
    ['a consent of the future', { givenAt: '2150-01-01T00:00:00Z' }, 'IN_THE_FUTURE givenAt'],
    ['a business number that is none', { businessNumber: 'x'.repeat(20) }, 'INVALID_VALUE businessNumber'],
    ['evidence without end', { evidence: 'x'.repeat(10_001) }, 'TOO_LONG evidence'],
  ])('%s', async (_name, consent, expected) => {
    const errors = await refusal(staff, phone, consent);
    expect(errors.map(({ code, path }) => `${code} ${path[1]}`)).toEqual([expected]);
    expect((await consents(staff)).nodes).toEqual([]);
  });

  test('a number that cannot be contacted, and an emergency number, take no consent; all faults are told at once', async () => {
    for (const bad of ['12', 'anonymous', '911', '']) {
      const errors = await refusal(staff, bad, { method: 'SCRAPED' });
      expect(errors.map(({ code, path }) => `${code} ${path[1]}`)).toEqual(['INVALID_VALUE phone', 'REFUSED method']);
    }
    expect((await refusal(staff, '911'))[0]!.message).toContain('emergency number');
  });
});

test('a retry records once; other input under its key is an error (P1.8)', async () => {
  const staff = await office();
  const first = await record(staff, phone, { idempotencyKey: 'once' });
  expect(await record(staff, phone, { idempotencyKey: 'once' })).toEqual(first);
  expect((await consents(staff)).nodes).toHaveLength(1);
  const other = { phone, channel: 'CALL', level: 'EXPRESS', purpose: 'TRANSACTIONAL', method: 'WEB_FORM' };
  await staff.expectError('IDEMPOTENCY_MISMATCH', RECORD_CONSENT, { input: { ...other, idempotencyKey: 'once' } });
});

test('a conversation has its implied consent once', async () => {
  const staff = await office();
  const thread = {
    level: 'IMPLIED',
    purpose: 'CONVERSATIONAL',
    method: 'INBOUND_TEXT',
    businessNumber: '+14155550199',
  };
  const first = await record(staff, phone, thread);
  const again = await record(staff, phone, { ...thread, evidence: 'Hello again' });
  expect(again).toMatchObject({ isNew: false, consent: { id: first.consent.id }, cursor: first.cursor });
  expect(await record(staff, phone, { ...thread, businessNumber: '+14155550198' })).toMatchObject({ isNew: true });
});
