import { beforeAll, describe, expect, test } from 'vitest';
import { edit } from '../../src/changes/write-call.ts';
import { entriesAt } from '../../src/domain/verdicts/entries-at.ts';
import { entryIdsOf, numberView } from '../../src/domain/verdicts/number.ts';
import { type Node, openNode, told } from './nodes.ts';

let node: Node;
beforeAll(async () => {
  node = await openNode();
});

const view = (phone: string, at?: Date) => numberView(node.database.read, node.viewer, phone, at);

/** What the log alone must be able to say: creation and update are the log's own times there, and `raw` isn't in it. */
const comparable = (entries: Awaited<ReturnType<typeof view>>['entries']) =>
  entries.map(({ raw: _raw, createdAt: _created, updatedAt: _updated, ...entry }) => entry);

test('now: the key, the active entries, the four verdicts and the cursor of one moment', async () => {
  const [dnc, dnt] = [...(await node.list('DNC', ['+14152000001'])), ...(await node.list('DNT', ['+14152000001']))];
  const [lifted] = await node.list('SPAM', ['+14152000001']);
  await node.change('REMOVE', lifted!);
  const seen = await view('(415) 200-0001');
  expect(seen.key).toBe('+14152000001');
  expect(seen.entries.map(({ id, listId }) => [id, listId])).toEqual([
    [dnc, 1],
    [dnt, 2],
  ]);
  expect(seen.verdicts.map(told)).toEqual(['BLOCK LISTED 1', 'BLOCK LISTED 1 LISTED 2', 'ALLOW', 'ALLOW']);
  const { cursor } = await node.verdicts.check(node.viewer, {
    phone: '+14152000001',
    direction: 'OUTBOUND',
    channel: 'CALL',
  });
  expect(seen.cursor).toEqual(cursor);
  expect(await entryIdsOf(node.database.read, node.environmentId, seen.keys)).toEqual([dnc, dnt, lifted]);
});

test('a number nobody has listed, one that is none, and one that an environment of another country reads', async () => {
  expect(await view('+14152000099')).toMatchObject({ key: '+14152000099', entries: [] });
  expect((await view('tomorrow')).verdicts.map(told)).toEqual([
    'BLOCK INVALID_NUMBER',
    'BLOCK INVALID_NUMBER',
    'ALLOW CALLER_UNREADABLE',
    'ALLOW CALLER_UNREADABLE',
  ]);
  expect((await view('')).key).toBeNull();
  await node.set({ defaultCountry: 'DE' });
  expect((await view('030 123456')).key).toBe('+4930123456');
  await node.set({ defaultCountry: 'US' });
});

describe('R3.4: at a moment in the past', () => {
  test('every attribute as it stood, through raises, edits, approvals, removal and coming back', async () => {
    const phone = '+14152000010';
    const later = (days: number) => new Date(Date.now() + days * 86_400_000);
    const moments: Date[] = [];
    const mark = async () => void moments.push(await node.now());
    await mark();
    const [id] = await node.list('DNC', [phone], {
      status: 'PENDING',
      reason: 'first',
      evidence: 'letter',
      expiresAt: later(5),
      externalReference: 'x-1',
      businessNumber: '+14155550000',
      requestedAt: new Date('2026-01-02T03:04:05.678Z'),
      raw: '415-200-0010',
    });
    await mark();
    await node.list('DNC', [phone], {
      status: 'PENDING',
      expiresAt: later(9),
      requestedAt: new Date('2025-01-01T00:00:00Z'),
    });
    await mark();
    const edits = edit.reason | edit.evidence | edit.expiresAt | edit.externalReference;
    expect(await node.change('EDIT', id!, {}, { edits, reason: 'second' })).toBe('CHANGED');
    await mark();
    expect(await node.change('EDIT', id!, {}, { edits: edit.externalReference, externalReference: 'x-2' })).toBe(
      'CHANGED',
    );
    await mark();
    expect(await node.change('APPROVE', id!, {}, { status: 'APPROVED' })).toBe('CHANGED');
    await mark();
    expect(await node.change('UNAPPROVE', id!)).toBe('CHANGED');
    await mark();
    expect(await node.change('REMOVE', id!)).toBe('CHANGED');
    await mark();
    await node.list('DNC', [phone], { status: 'PERMANENT' });
    await node.list('DNT', [phone], { source: 'SMS_KEYWORD', endUserOptedOut: true, status: 'PENDING' });
    await mark();

    const views = [];
    for (const at of moments) views.push(await view(phone, at));
    const told1 = views.map(({ entries }) =>
      entries.map((e) => [
        e.status,
        e.expiresAt !== null,
        e.externalReference,
        e.reasonId !== null,
        e.evidenceId !== null,
        e.businessNumber !== null,
      ]),
    );
    expect(told1).toEqual([
      [],
      [['PENDING', true, 'x-1', true, true, true]],
      [['PENDING', true, 'x-1', true, true, true]],
      [['PENDING', false, null, true, false, true]],
      [['PENDING', false, 'x-2', true, false, true]],
      [['APPROVED', false, 'x-2', true, false, true]],
      [['PENDING', false, 'x-2', true, false, true]],
      [],
      [
        ['PERMANENT', false, null, false, false, false],
        ['PENDING', false, null, false, false, false],
      ],
    ]);
    expect(views[1]!.entries[0]!.requestedAt).toEqual(new Date('2026-01-02T03:04:05.678Z'));
    expect(views[2]!.entries[0]!.requestedAt).toEqual(new Date('2025-01-01T00:00:00Z'));
    expect(views[2]!.entries[0]!.expiresAt!.getTime()).toBeGreaterThan(views[1]!.entries[0]!.expiresAt!.getTime());
    expect(views[3]!.entries[0]!.reasonId).not.toBe(views[2]!.entries[0]!.reasonId);
    expect(views.map(({ verdicts }) => told(verdicts[0]!))).toEqual([
      'ALLOW',
      ...Array.from({ length: 6 }, () => 'BLOCK LISTED 1'),
      'ALLOW',
      'BLOCK LISTED 1',
    ]);
    expect(views[8]!.entries[1]).toMatchObject({ endUserOptedOut: true, source: 'SMS_KEYWORD' });

    // The log alone says what the table says, at the table's own position.
    const now = await view(phone);
    const rebuilt = await entriesAt(node.database.read, node.environmentId, now.keys, now.cursor.position);
    expect(comparable(rebuilt)).toEqual(comparable(now.entries));
  });

  test('the cursor of the past, and problems as in a check', async () => {
    const at = await node.now();
    await node.list('DNC', ['+14152000011']);
    const seen = await view('+14152000011', at);
    expect(seen.entries).toEqual([]);
    expect(seen.cursor.position).toBeLessThan((await view('+14152000011')).cursor.position);
    await expect(view('+14152000011', new Date(Date.now() + 60_000))).rejects.toMatchObject({
      problems: [{ code: 'IN_THE_FUTURE' }],
    });
  });
});
