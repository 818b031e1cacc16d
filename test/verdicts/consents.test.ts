import { beforeAll, describe, expect, test } from 'vitest';
import { type consentLevels, type MessageType, messageTypes } from '../../src/domain/consents/consent.ts';
import { checkAt } from '../../src/domain/verdicts/check-past.ts';
import { loadConsents } from '../../src/suppression-index/consent-loader.ts';
import { EnvironmentIndex } from '../../src/suppression-index/environment-index.ts';
import { type Node, openNode, told } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
});

const text = { direction: 'OUTBOUND', channel: 'SMS' } as const;
const OURS = '+14159990001';

interface Asked {
  readonly on?: Node;
  readonly businessNumber?: string;
}

/** What is answered, as `ALLOW yes`, `ALLOW no CONSENT_INSUFFICIENT`. */
async function heard(phone: string, messageType: MessageType, { on = node, businessNumber }: Asked = {}) {
  const answer = await on.verdicts.check(on.viewer, { ...text, phone, messageType, businessNumber });
  return story(answer);
}

function story(answer: Awaited<ReturnType<typeof checkAt>>): string {
  const consent = answer.consent === null ? 'unasked' : answer.consent.isSufficient ? 'yes' : 'no';
  return [told(answer), consent, ...answer.warnings.map(({ code }) => code)].join(' ');
}

const needs = { CONVERSATIONAL: 'IMPLIED', TRANSACTIONAL: 'EXPRESS', PROMOTIONAL: 'EXPRESS_WRITTEN' } as const;

// Written out by hand from the seed's table: what each consent is good for, by what it was given for.
const worth: readonly (readonly [(typeof consentLevels)[number], MessageType, readonly MessageType[]])[] = [
  ['IMPLIED', 'CONVERSATIONAL', ['CONVERSATIONAL']],
  ['EXPRESS', 'CONVERSATIONAL', ['CONVERSATIONAL']],
  ['EXPRESS', 'TRANSACTIONAL', ['CONVERSATIONAL', 'TRANSACTIONAL']],
  ['EXPRESS', 'PROMOTIONAL', ['CONVERSATIONAL', 'TRANSACTIONAL']],
  ['EXPRESS_WRITTEN', 'CONVERSATIONAL', ['CONVERSATIONAL']],
  ['EXPRESS_WRITTEN', 'TRANSACTIONAL', ['CONVERSATIONAL', 'TRANSACTIONAL']],
  ['EXPRESS_WRITTEN', 'PROMOTIONAL', ['CONVERSATIONAL', 'TRANSACTIONAL', 'PROMOTIONAL']],
];

describe('seed 003: transactional needs express, promotional express written, conversational implied consent', () => {
  test.each(worth)('%s for %s', async (level, purpose, sufficient) => {
    const phone = `+1415210${worth.findIndex(([l, p]) => l === level && p === purpose)}001`;
    for (const type of messageTypes) expect(await heard(phone, type)).toBe('ALLOW no CONSENT_INSUFFICIENT');
    const id = await node.consent(phone, level, purpose, level === 'IMPLIED' ? OURS : null);
    // As followed, and as loaded from the table by a node that was started just now.
    for (const on of [node, await node.another()]) {
      for (const type of messageTypes) {
        const expected = sufficient.includes(type) ? 'ALLOW yes' : 'ALLOW no CONSENT_INSUFFICIENT';
        expect(`${type} ${await heard(phone, type, { on })}`).toBe(`${type} ${expected}`);
      }
    }
    await node.endConsent(id);
    for (const type of messageTypes) expect(await heard(phone, type)).toBe('ALLOW no CONSENT_INSUFFICIENT');
  });

  test.each(messageTypes)('the answer names what a %s text needs', async (messageType) => {
    const { consent } = await node.verdicts.check(node.viewer, { ...text, phone: '+14152109999', messageType });
    expect(consent).toEqual({ messageType, required: needs[messageType], isSufficient: false });
  });
});

describe('the setting consentEnforcement', () => {
  const [agreed, silent, out] = ['+14152200001', '+14152200002', '+14152200003'] as const;
  const all = async () => Promise.all([agreed, silent, out].map((phone) => heard(phone, 'PROMOTIONAL')));

  test('OFF says only whether it suffices, WARN warns, BLOCK blocks; an opt-out outranks any consent (R4.9)', async () => {
    for (const phone of [agreed, out]) await node.consent(phone, 'EXPRESS_WRITTEN', 'PROMOTIONAL');
    await node.list('DNT', [out]);
    expect(await all()).toEqual(['ALLOW yes', 'ALLOW no CONSENT_INSUFFICIENT', 'BLOCK LISTED 2 yes']);
    await node.set({ consentEnforcement: 'BLOCK' });
    expect(await all()).toEqual(['ALLOW yes', 'BLOCK CONSENT_INSUFFICIENT no', 'BLOCK LISTED 2 yes']);
    await node.list('DNC', [silent]);
    expect(await heard(silent, 'PROMOTIONAL')).toBe('BLOCK LISTED 1 CONSENT_INSUFFICIENT no');
    await node.set({ consentEnforcement: 'OFF' });
    expect(await all()).toEqual(['ALLOW yes', 'BLOCK LISTED 1 no', 'BLOCK LISTED 2 yes']);
    await node.set({ consentEnforcement: 'WARN' });
  });

  test('without a message type nobody asks for consent, whatever the setting; calls never do', async () => {
    await node.set({ consentEnforcement: 'BLOCK' });
    const phone = '+14152200009';
    for (const contact of [text, { direction: 'OUTBOUND', channel: 'CALL' } as const])
      expect(story(await node.verdicts.check(node.viewer, { ...contact, phone }))).toBe('ALLOW unasked');
    await node.set({ consentEnforcement: 'WARN' });
  });

  test('who has no number lacks no consent: what is wrong is the number', async () => {
    await node.set({ consentEnforcement: 'BLOCK' });
    expect(await heard('tomorrow', 'PROMOTIONAL')).toBe('BLOCK INVALID_NUMBER no');
    await node.set({ consentEnforcement: 'WARN' });
    expect(await heard('tomorrow', 'PROMOTIONAL')).toBe('BLOCK INVALID_NUMBER no');
  });
});

describe('implied consent is of one thread', () => {
  const phone = '+14152300001';
  beforeAll(async () => {
    await node.consent(phone, 'IMPLIED', 'CONVERSATIONAL', OURS);
  });

  test('it suffices from the number that they wrote to, however that is written, and from no other', async () => {
    expect(await heard(phone, 'CONVERSATIONAL')).toBe('ALLOW yes');
    for (const businessNumber of [OURS, '(415) 999-0001'])
      expect(await heard(phone, 'CONVERSATIONAL', { businessNumber })).toBe('ALLOW yes');
    for (const businessNumber of ['+14159990002', 'no number', ''])
      expect(await heard(phone, 'CONVERSATIONAL', { businessNumber })).toBe('ALLOW no CONSENT_INSUFFICIENT');
    expect(await heard('+14152300002', 'CONVERSATIONAL', { businessNumber: OURS })).toContain(' no ');
  });

  test('a firmer consent is of no thread', async () => {
    const other = '+14152300003';
    await node.consent(other, 'EXPRESS', 'CONVERSATIONAL');
    expect(await heard(other, 'CONVERSATIONAL', { businessNumber: '+14159990002' })).toBe('ALLOW yes');
  });

  test('when the database cannot say of which thread, it does not suffice', async () => {
    const other = await node.another();
    expect(await heard(phone, 'CONVERSATIONAL', { on: other, businessNumber: OURS })).toBe('ALLOW yes');
    other.cutRead(true);
    expect(await heard(phone, 'CONVERSATIONAL', { on: other, businessNumber: OURS })).toContain('ALLOW no');
    expect(await heard(phone, 'CONVERSATIONAL', { on: other })).toBe('ALLOW yes');
  });
});

describe('many at once', () => {
  const phones = ['+14152400001', '+14152400002', '+14152400003', 'tomorrow'];
  const batch = async (messageType?: MessageType) => {
    const numbers = phones.map((phone) => ({ phone }));
    const { rows, withoutConsent } = await node.verdicts.checkBatch(node.viewer, { ...text, messageType, numbers });
    const blocked = rows.map((row) => `${row.index} ${row.outcome} ${told({ ...row, decision: 'BLOCK' })}`);
    return { blocked, withoutConsent };
  };
  const invalid = '3 INVALID BLOCK INVALID_NUMBER';

  test('names whose consent does not suffice, and blocks them when the setting says so', async () => {
    await node.consent(phones[0]!, 'EXPRESS', 'TRANSACTIONAL');
    await node.list('DNT', [phones[2]!]);
    const listed = '2 BLOCKED BLOCK LISTED 2';
    expect(await batch()).toEqual({ blocked: [listed, invalid], withoutConsent: null });
    expect(await batch('TRANSACTIONAL')).toEqual({ blocked: [listed, invalid], withoutConsent: [1, 2] });
    await node.set({ consentEnforcement: 'BLOCK' });
    const lacking = ['1 BLOCKED BLOCK CONSENT_INSUFFICIENT', `${listed} CONSENT_INSUFFICIENT`, invalid];
    expect(await batch('TRANSACTIONAL')).toEqual({ blocked: lacking, withoutConsent: [1, 2] });
    expect(await batch()).toEqual({ blocked: [listed, invalid], withoutConsent: null });
    await node.set({ consentEnforcement: 'WARN' });
  });
});

describe('R3.4: in the past', () => {
  const past = async (phone: string, at: Date, messageType: MessageType, businessNumber?: string) =>
    story(await checkAt(node.database.read, node.viewer, { ...text, phone, at, messageType, businessNumber }));

  test('the consents and the setting that held then', async () => {
    const phone = '+14152500001';
    const none = await node.now();
    const express = await node.consent(phone, 'EXPRESS', 'TRANSACTIONAL');
    const one = await node.now();
    await node.consent(phone, 'EXPRESS_WRITTEN', 'PROMOTIONAL');
    const two = await node.now();
    await node.endConsent(express);
    const left = await node.now();
    await node.set({ consentEnforcement: 'BLOCK' });
    const strict = await node.now();
    await node.set({ consentEnforcement: 'WARN' });

    expect(await past(phone, none, 'TRANSACTIONAL')).toBe('ALLOW no CONSENT_INSUFFICIENT');
    expect(await past(phone, one, 'TRANSACTIONAL')).toBe('ALLOW yes');
    expect(await past(phone, one, 'PROMOTIONAL')).toBe('ALLOW no CONSENT_INSUFFICIENT');
    for (const at of [two, left]) expect(await past(phone, at, 'PROMOTIONAL')).toBe('ALLOW yes');
    expect(await past('+14152500002', strict, 'PROMOTIONAL')).toBe('BLOCK CONSENT_INSUFFICIENT no');
  });

  test('and of which thread they were', async () => {
    const phone = '+14152500003';
    const before = await node.now();
    const id = await node.consent(phone, 'IMPLIED', 'CONVERSATIONAL', OURS);
    const begun = await node.now();
    await node.endConsent(id);
    const over = await node.now();
    const other = '+14159990002';
    await node.consent(phone, 'IMPLIED', 'CONVERSATIONAL', other);
    const next = await node.now();
    const inThreads = async (at: Date) => {
      const heard = [OURS, other].map((number) => past(phone, at, 'CONVERSATIONAL', number));
      return (await Promise.all(heard)).map((answer) => answer.includes('yes'));
    };
    expect(await inThreads(before)).toEqual([false, false]);
    expect(await inThreads(begun)).toEqual([true, false]);
    expect(await inThreads(over)).toEqual([false, false]);
    expect(await inThreads(next)).toEqual([false, true]);
  });
});

test('only an outbound text has a message type', async () => {
  const asked = { phone: '+14152000001', messageType: 'PROMOTIONAL', direction: 'OUTBOUND', channel: 'CALL' } as const;
  const problems = { problems: [{ code: 'INVALID_VALUE', path: ['messageType'] }] };
  await expect(node.verdicts.check(node.viewer, asked)).rejects.toMatchObject(problems);
  const inbound = { ...asked, direction: 'INBOUND', channel: 'SMS' } as const;
  await expect(node.verdicts.check(node.viewer, inbound)).rejects.toMatchObject(problems);
  await expect(
    node.verdicts.checkBatch(node.viewer, { ...asked, numbers: [{ phone: asked.phone }] }),
  ).rejects.toMatchObject(problems);
  await expect(
    checkAt(node.database.read, node.viewer, { ...asked, at: new Date(Date.now() - 1_000) }),
  ).rejects.toMatchObject(problems);
});

test('R5.1: what is loaded page by page is what the log says of each number', async () => {
  const phones = Array.from({ length: 12 }, (_, n) => `+14152600${String(n).padStart(3, '0')}`);
  for (const [n, phone] of phones.entries()) {
    for (const [w, [level, purpose]] of worth.entries()) {
      if (((n * 7) >> (w % 3)) % (w + 2) !== 0) continue;
      const id = await node.consent(phone, level, purpose, level === 'IMPLIED' ? OURS : null);
      if ((n + w) % 4 === 0) await node.endConsent(id);
    }
  }
  const index = new EnvironmentIndex();
  await loadConsents(node.database, node.environmentId, index, 3);
  const { rows } = await node.database.read.query<{ phone: string; facts: string }>(
    'SELECT DISTINCT phone, consent_facts($1::int, phone) AS facts FROM consent WHERE environment_id = $1',
    [node.environmentId],
  );
  const followed = node.index.peek(node.environmentId)!.index;
  expect(rows.length).toBeGreaterThan(phones.length);
  for (const { phone, facts } of rows) {
    const mask = Number(facts.slice(1) || 0);
    expect([phone, index.consents(phone), followed.consents(phone)]).toEqual([phone, mask, mask]);
  }
  expect(new Set(rows.map(({ facts }) => facts)).size).toBeGreaterThan(3);
});
