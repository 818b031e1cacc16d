import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { record, revoke } from './consent-story.ts';

const CHECK = /* GraphQL */ `
  query ($phone: String!, $messageType: MessageType!, $businessNumber: String) {
    check(phone: $phone, channel: SMS, messageType: $messageType, businessNumber: $businessNumber) {
      decision
      reasons { code }
      warnings { code }
      consent { required isSufficient }
    }
  }
`;
const ENFORCE = /* GraphQL */ `
  mutation ($mode: ConsentEnforcement!) {
    updateSettings(input: { consentEnforcement: $mode }) { userErrors { code message } }
  }
`;

let server: Quietline;
/** The environments by what they do without sufficient consent. */
const staff = new Map<string, Client>();
beforeAll(async () => {
  server = await startQuietline();
  for (const mode of ['OFF', 'WARN', 'BLOCK']) {
    const client = await (await newEnvironment(server)).as('COMPLIANCE');
    // A new environment warns.
    if (mode !== 'WARN') await client.expectOk(ENFORCE, { mode });
    staff.set(mode, client);
  }
});

let numbers = 0;
const nextPhone = () => `+1415555${String(1_000 + ++numbers)}`;
const ours = '+14155550199';

async function verdict(mode: string, phone: string, messageType: string, businessNumber?: string) {
  return (await staff.get(mode)!.expectOk(CHECK, { phone, messageType, businessNumber })).check;
}

const implied = {
  level: 'IMPLIED',
  purpose: 'CONVERSATIONAL',
  method: 'INBOUND_TEXT',
  businessNumber: ours,
  evidence: 'Are you open today?',
};
const express = { level: 'EXPRESS', method: 'WEB_FORM', evidence: 'Checkout of order 7' };
const written = { level: 'EXPRESS_WRITTEN', method: 'WEB_FORM', evidence: 'Form 7, box checked' };

/** Seed 003, row by row: the type, what it needs, and the consent that is one level below. */
const rows = [
  ['TRANSACTIONAL', 'EXPRESS', { ...express, purpose: 'TRANSACTIONAL' }, implied],
  ['PROMOTIONAL', 'EXPRESS_WRITTEN', { ...written, purpose: 'PROMOTIONAL' }, { ...express, purpose: 'PROMOTIONAL' }],
  ['CONVERSATIONAL', 'IMPLIED', implied, null],
] as const;

describe.each(rows)('seed 003: %s texts need %s consent', (messageType, required, enough, below) => {
  test.each(['OFF', 'WARN', 'BLOCK'])('with it they may go out, under %s', async (mode) => {
    const phone = nextPhone();
    await record(staff.get(mode)!, phone, enough);
    expect(await verdict(mode, phone, messageType)).toEqual({
      decision: 'ALLOW',
      reasons: [],
      warnings: [],
      consent: { required, isSufficient: true },
    });
  });

  test.each([
    ['OFF', { decision: 'ALLOW', reasons: [], warnings: [] }],
    ['WARN', { decision: 'ALLOW', reasons: [], warnings: [{ code: 'CONSENT_INSUFFICIENT' }] }],
    ['BLOCK', { decision: 'BLOCK', reasons: [{ code: 'CONSENT_INSUFFICIENT' }], warnings: [] }],
  ])('one level below it, or none, does not suffice, under %s', async (mode, answer) => {
    for (const consent of [below, null]) {
      const phone = nextPhone();
      if (consent) await record(staff.get(mode)!, phone, consent);
      expect(await verdict(mode, phone, messageType)).toEqual({
        ...answer,
        consent: { required, isSufficient: false },
      });
    }
  });
});

test('a consent includes what needs less: promotional for orders, orders for conversations, and not the other way', async () => {
  const phone = nextPhone();
  const suffices = async () => {
    const types = ['CONVERSATIONAL', 'TRANSACTIONAL', 'PROMOTIONAL'];
    const answers = await Promise.all(types.map((type) => verdict('BLOCK', phone, type)));
    return types.filter((_, n) => answers[n].consent.isSufficient);
  };
  const by = staff.get('BLOCK')!;
  await record(by, phone, { ...express, purpose: 'CONVERSATIONAL' });
  expect(await suffices()).toEqual(['CONVERSATIONAL']);
  await record(by, phone, { ...express, purpose: 'TRANSACTIONAL' });
  expect(await suffices()).toEqual(['CONVERSATIONAL', 'TRANSACTIONAL']);
  await record(by, phone, { ...written, purpose: 'PROMOTIONAL' });
  expect(await suffices()).toEqual(['CONVERSATIONAL', 'TRANSACTIONAL', 'PROMOTIONAL']);
  await revoke(by, phone, { purpose: 'PROMOTIONAL' });
  expect(await suffices()).toEqual(['CONVERSATIONAL', 'TRANSACTIONAL']);
  await revoke(by, phone);
  expect(await suffices()).toEqual([]);
});

test('implied consent is good for its conversation: for the number that they wrote to', async () => {
  const phone = nextPhone();
  await record(staff.get('BLOCK')!, phone, implied);
  const to = async (number?: string) => (await verdict('BLOCK', phone, 'CONVERSATIONAL', number)).decision;
  expect([await to(ours), await to('(415) 555-0199'), await to('+14155550198')]).toEqual(['ALLOW', 'ALLOW', 'BLOCK']);
});

test('a consent to calls is none to texts', async () => {
  const phone = nextPhone();
  await record(staff.get('BLOCK')!, phone, { ...express, purpose: 'TRANSACTIONAL', channel: 'CALL' });
  expect((await verdict('BLOCK', phone, 'TRANSACTIONAL')).decision).toBe('BLOCK');
});
