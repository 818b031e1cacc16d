import pg from 'pg';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Client } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { addOne, approve, remove, updateDocument } from './entry-story.ts';
import { blockedContacts, phoneOf } from './verdict-story.ts';

const OUT = 'OUTBOUND CALL, OUTBOUND SMS';

let server: Quietline;
let staff: Client;
let other: pg.Client;

beforeAll(async () => {
  server = await startQuietline();
  staff = await (await newEnvironment(server)).as('COMPLIANCE');
  other = new pg.Client({ connectionString: (server.storage as { url: string }).url });
  await other.connect();
  onceEnded('a second connection', () => other.end());
});

const isWaiting = async () => {
  const { rowCount } = await other.query(
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  expect(rowCount).toBeGreaterThan(0);
};

/** Sends `second` while the approval stands before its commit, and lets both go when `second` has read the entry. */
async function whileApproving<T>(id: string, second: () => Promise<T>): Promise<T> {
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM environment FOR UPDATE');
    const approving = approve(staff, { ids: [id] });
    await vi.waitFor(isWaiting, { timeout: 5_000 });
    sent.mockClear();
    const answer = second();
    const texts = () => (sent.mock.calls as unknown[][]).map(([first]) => (first as { text?: string }).text ?? first);
    await vi.waitFor(() => expect(texts().join('\n')).toContain('xmin::text AS version'), { timeout: 5_000 });
    await other.query('COMMIT');
    expect(await approving).toMatchObject({ changedCount: 1 });
    return await answer;
  } finally {
    sent.mockRestore();
    await other.query('ROLLBACK');
  }
}

test('what was approved while a removal of all pending ones was on its way is not lifted by it (R1, R6.1)', async () => {
  const { entry } = await addOne(staff, phoneOf(1), {}, { status: 'PENDING' });
  const answer = await whileApproving(entry.id, () => remove(staff, { filter: { statuses: ['PENDING'] } }));
  expect(answer).toMatchObject({ changedCount: 0, refusedCount: 1 });
  expect(answer.results[0]).toMatchObject({
    outcome: 'REFUSED',
    refusal: { code: 'CHANGED_MEANWHILE' },
    entry: { id: entry.id, status: 'APPROVED', isActive: true },
    stillBlockedBy: [{ key: 'DNC' }],
  });
  expect(await blockedContacts(staff, phoneOf(1))).toBe(OUT);
});

test('another number does not take the place of an entry that was approved meanwhile (R1.6)', async () => {
  const { entry } = await addOne(staff, phoneOf(11), {}, { status: 'PENDING' });
  const input = { entryId: entry.id, phone: phoneOf(12), changeReason: 'A typo' };
  const refused = await whileApproving(entry.id, () => staff.expectError('REFUSED', updateDocument, { input }));
  expect(refused.data.updateEntry).toMatchObject({ isChanged: false, entry: null });
  expect(refused.data.updateEntry.userErrors[0].message).toMatch(/changed this entry/);
  expect(await blockedContacts(staff, phoneOf(11))).toBe(OUT);
  expect(await blockedContacts(staff, phoneOf(12))).toBe('');
});
