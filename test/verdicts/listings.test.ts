import { beforeAll, expect, test } from 'vitest';
import { checkAt } from '../../src/domain/verdicts/check-past.ts';
import { listingsAt, loadListings, sentenceFor } from '../../src/domain/verdicts/listings.ts';
import { type Node, openNode } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
});

const call = { direction: 'OUTBOUND', channel: 'CALL' } as const;
const load = (keys: readonly string[]) => loadListings(node.database.read, node.environmentId, keys);

async function sentence(phone: string, channel: 'CALL' | 'SMS' = 'CALL'): Promise<string> {
  const answer = await node.verdicts.check(node.viewer, { phone, direction: 'OUTBOUND', channel });
  const listings = await load(answer.keys);
  return sentenceFor(
    answer,
    answer.keys.flatMap((key) => listings.get(key) ?? []),
    answer.keys[0] ?? phone,
  );
}

test('R3.2: by key and list, the entry that was asked for first', async () => {
  const [late] = await node.list('DNC', ['+14152000001'], {
    source: 'MANUAL',
    requestedAt: new Date('2026-03-04'),
    reason: 'late',
  });
  const [early] = await node.list('DNC', ['+14152000001'], {
    source: 'API',
    requestedAt: new Date('2026-03-02'),
    reason: 'early',
  });
  const [text] = await node.list('DNT', ['+14152000001'], { requestedAt: new Date('2026-03-03') });
  const [other] = await node.list('SPAM', ['+14152000002']);
  const found = await load(['+14152000001', '+14152000002', '+14152000003', '+14152000001']);
  expect(found.get('+14152000001')).toEqual([
    { listId: 1, entryId: early, since: new Date('2026-03-02'), reason: 'early', source: 'API' },
    { listId: 2, entryId: text, since: new Date('2026-03-03'), reason: null, source: 'API' },
  ]);
  expect(found.get('+14152000002')).toMatchObject([{ listId: 3, entryId: other }]);
  expect(found.has('+14152000003')).toBe(false);
  await node.change('REMOVE', early!);
  expect((await load(['+14152000001'])).get('+14152000001')).toMatchObject([
    { entryId: late, reason: 'late' },
    { entryId: text },
  ]);
  expect(await load([])).toEqual(new Map());
});

test('R3.2: a sentence says what list, since when and why, for every list that blocks', async () => {
  await node.list('DNC', ['+14152000010'], { requestedAt: new Date('2026-03-02'), reason: 'asked on a call' });
  await node.list('DNT', ['+14152000010'], {
    requestedAt: new Date('2026-03-03'),
    source: 'SMS_KEYWORD',
    endUserOptedOut: true,
  });
  expect(await sentence('+14152000010')).toBe(
    'Do not call +14152000010: it is on the Do Not Call list since 2 March 2026 (asked on a call).',
  );
  expect(await sentence('+14152000010', 'SMS')).toBe(
    'Do not text +14152000010: it is on the Do Not Call list since 2 March 2026 (asked on a call) and the Do Not Text list since 3 March 2026 (the person asked by text message).',
  );
  expect(await sentence('+14152000011')).toBe('You may call +14152000011.');
  expect(await sentence('tomorrow')).toContain('letters');
});

test('R1.5: an entry that is not enforced is no reason, though it was asked for first', async () => {
  await node.list('DNC', ['+14152000020'], {
    status: 'PENDING',
    source: 'MANUAL',
    requestedAt: new Date('2026-01-01'),
    reason: 'maybe',
  });
  await node.list('DNC', ['+14152000020'], { requestedAt: new Date('2026-02-02'), reason: 'certainly' });
  expect(await sentence('+14152000020')).toContain('1 January 2026 (maybe');
  await node.set({ enforcePending: false });
  expect(await sentence('+14152000020')).toContain('2 February 2026 (certainly)');
  await node.set({ enforcePending: true });
});

test('R3.4: a sentence about the past tells of the entries that stood then', async () => {
  const [id] = await node.list('DNC', ['+14152000030'], { requestedAt: new Date('2026-04-05'), reason: 'by letter' });
  await node.list('DNC', ['+14152000030'], {
    requestedAt: new Date('2026-05-06'),
    reason: 'by phone',
    source: 'MANUAL',
  });
  const at = await node.now();
  await node.change('REMOVE', id!);
  const answer = await checkAt(node.database.read, node.viewer, { ...call, phone: '+14152000030', at });
  expect(sentenceFor(answer, await listingsAt(node.database.read, answer), '+1•••••••030')).toBe(
    'Do not call +1•••••••030: it is on the Do Not Call list since 5 April 2026 (by letter).',
  );
  expect(await sentence('+14152000030')).toContain('6 May 2026 (by phone)');
});
