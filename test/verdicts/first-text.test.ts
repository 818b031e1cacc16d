import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { checkFirstText } from '../../src/domain/verdicts/first-text.ts';
import { type Node, openNode } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
});

/** All that were recorded are in the database. */
const attempts = { written: async () => {} };
const text = 'Hi, this is Acme. Reply STOP to opt out.';
const sms = { direction: 'OUTBOUND', channel: 'SMS' } as const;

async function missing(phone: string, { contact = sms, attemptId }: { contact?: object; attemptId?: string } = {}) {
  const answer = await node.verdicts.check(node.viewer, { ...sms, ...contact, phone });
  const given = { text, ...(attemptId && { attemptId }) };
  const check = await checkFirstText(node.database.read, node.environmentId, answer, given, attempts);
  return check ? check.missing.join(' ') : null;
}

let position = 0;
async function attempted(phone: string, channel: 'CALL' | 'SMS', decision: 'ALLOW' | 'BLOCK'): Promise<string> {
  const id = randomUUID();
  position += 1;
  await node.database.write.query(ATTEMPT, [node.environmentId, position, id, phone, channel, decision]);
  return id;
}
const ATTEMPT = `
  INSERT INTO attempt (environment_id, position, id, at, phone, direction, channel, dialing_mode, decision, reasons, list_ids, actor_id)
  SELECT $1::int, $2, $3::uuid, clock_timestamp(), $4, 'OUTBOUND', $5, 'API', $6, '{}', '{}', id FROM actor WHERE environment_id = $1 LIMIT 1`;

const LACKS = 'MESSAGE_TYPES FREQUENCY RATES';

test('seed 003: the first text to a number is looked at, until one was allowed', async () => {
  const phone = '+14152000001';
  expect(await missing(phone)).toBe(LACKS);
  await attempted(phone, 'CALL', 'ALLOW');
  await attempted(phone, 'SMS', 'BLOCK');
  await attempted('+14152000002', 'SMS', 'ALLOW');
  expect(await missing(phone)).toBe(LACKS);
  const attemptId = await attempted(phone, 'SMS', 'ALLOW');
  // What was recorded for the very text is no earlier one.
  expect(await missing(phone, { attemptId })).toBe(LACKS);
  expect(await missing(phone)).toBeNull();
  await attempted(phone, 'SMS', 'ALLOW');
  expect(await missing(phone, { attemptId })).toBeNull();
});

test('a call, an inbound text and what is no number have no first text', async () => {
  const phone = '+14152000003';
  for (const contact of [{ channel: 'CALL' }, { direction: 'INBOUND' }])
    expect(await missing(phone, { contact })).toBeNull();
  expect(await missing('tomorrow')).toBeNull();
});

test('while the database cannot be asked it counts as the first', async () => {
  await node.verdicts.check(node.viewer, { ...sms, phone: '+14152000002' });
  node.cutRead(true);
  try {
    expect(await missing('+14152000002')).toBe(LACKS);
  } finally {
    node.cutRead(false);
  }
});
