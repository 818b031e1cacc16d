import { beforeEach, expect, test } from 'vitest';
import { allPermissions } from '../../src/auth/permissions.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import type { WriteCall } from '../../src/changes/write-call.ts';
import { OverloadedError } from '../../src/changes/write-errors.ts';
import type { EntryAction } from '../../src/domain/entries/change-entries.ts';
import type { ChangeEntriesTask } from '../../src/domain/entries/change-many-entries.ts';
import type { EntryFilter } from '../../src/domain/entries/entry-filter.ts';
import { storeSelection } from '../../src/domain/entries/stored-selection.ts';
import { changeEntriesHandlers } from '../../src/tasks/change-entries-task.ts';
import { callOf, type LogServer, newLogEnvironment, openLogServer } from '../changes/log-world.ts';
import { batches, claim, newTask } from '../exports/claims.ts';
import { fillList } from '../exports/entry-list.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** Of which 1 in 50 waits for review. */
const ENTRIES = 2_500;
const APPROVED = 2_450;

const approved: EntryFilter = { statuses: ['APPROVED'] };
const unapprove: EntryAction = { operation: 'unapproveEntries', verb: 'UNAPPROVE' };
const remove: EntryAction = { operation: 'removeEntries', verb: 'REMOVE' };

let server: LogServer;
let environmentId: number;

beforeEach(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  server = await openLogServer(url);
  environmentId = await newLogEnvironment(server.database);
  await fillList(server.database.write, { environmentId, entries: ENTRIES });
});

async function start(action: EntryAction, filter: EntryFilter = approved): Promise<string> {
  const held = new Set<string>(allPermissions);
  const viewer = { environmentId, kind: 'API_KEY', can: (permission: string) => held.has(permission) } as const;
  const [newest] = await rowsOf<{ id: number }>('SELECT max(id)::int AS id FROM entry');
  const input: ChangeEntriesTask = {
    action,
    selection: storeSelection(viewer, filter),
    reason: 'Old campaign',
    evidence: null,
    matchedCount: APPROVED,
    throughId: newest!.id,
  };
  return newTask(server.database, environmentId, { kind: action.verb, input });
}

/** The handler of a verb, with a log of the test's own. */
const handlerOf = ({ verb }: EntryAction, log: Pick<ChangeLog, 'write'> = server.log) => {
  const services = { database: server.database, log: log as ChangeLog };
  return changeEntriesHandlers(services).find(({ kind }) => kind === verb)!;
};

const rowsOf = async <Row extends object>(text: string) => (await server.database.read.query<Row>(text)).rows;
const count = async (where: string) =>
  (await rowsOf<{ n: number }>(`SELECT count(*)::int AS n FROM entry WHERE ${where}`))[0]!.n;
const taskRow = async () => (await rowsOf('SELECT rows_done::int, rows_total::int, counts FROM task'))[0];

test('a change set of 1,000 after the other, each with what the caller said (R6.1)', async () => {
  const id = await start(unapprove);
  expect(await batches((await claim(server.database, handlerOf(unapprove))).work)).toBe(true);
  expect(await count("status = 'PENDING'")).toBe(ENTRIES);
  expect(await taskRow()).toEqual({ rows_done: APPROVED, rows_total: APPROVED, counts: { CHANGED: APPROVED } });
  const sets = await rowsOf(
    `SELECT (s.position - s.first_position + 1)::int AS changes, s.operation, t.body AS reason, s.task_id FROM change_set s
       JOIN text_value t ON t.id = s.reason_id ORDER BY s.position`,
  );
  const one = { operation: 'unapproveEntries', reason: 'Old campaign', task_id: id };
  expect(sets).toEqual([1_000, 1_000, 450].map((changes) => ({ changes, ...one })));
});

test('a batch that finds the database busy is written later by the same claim', async () => {
  await start(unapprove);
  let calls = 0;
  const write: ChangeLog['write'] = async (call) => {
    calls += 1;
    if (calls === 2) throw new OverloadedError();
    return server.log.write(call);
  };
  expect(await batches((await claim(server.database, handlerOf(unapprove, { write }))).work)).toBe(true);
  expect(await taskRow()).toEqual({ rows_done: APPROVED, rows_total: APPROVED, counts: { CHANGED: APPROVED } });
  expect(calls).toBe(4);
});

test('killed after any batch, nothing is done twice or left out, and who was taken for dead writes no more (P1.2)', async () => {
  await start(unapprove);
  const dead = await claim(server.database, handlerOf(unapprove));
  await batches(dead.work, 1);
  let isDone = false;
  for (let n = 0; !isDone; n += 1) {
    isDone = await batches((await claim(server.database, handlerOf(unapprove))).work, 1);
    if (n === 0) await expect(batches(dead.work)).rejects.toMatchObject({ code: 'TASK_FENCED' });
  }
  expect(await taskRow()).toEqual({ rows_done: APPROVED, rows_total: APPROVED, counts: { CHANGED: APPROVED } });
  const [changes] = await rowsOf(
    "SELECT count(*)::int AS n, count(DISTINCT entry_id)::int AS entries FROM change WHERE kind = 'ENTRY_UNAPPROVED'",
  );
  expect(changes).toEqual({ n: APPROVED, entries: APPROVED });
});

test('what fits no more when its turn comes is left alone (R6.1)', async () => {
  await start(remove);
  const { work } = await claim(server.database, handlerOf(remove));
  await batches(work, 1);
  // Somebody sends 10 of those that are still to come back to review.
  const later = await rowsOf<{ entryId: string; phone: string; listId: number }>(
    `SELECT id AS "entryId", phone, list_id AS "listId" FROM entry WHERE active AND status = 'APPROVED' ORDER BY id DESC LIMIT 10`,
  );
  await server.log.write(
    callOf(environmentId, { rows: later.map((row) => ({ verb: 'UNAPPROVE', source: 'API', ...row })) }),
  );
  await batches(work);
  expect(await count("active AND status = 'APPROVED'")).toBe(0);
  expect(await count("active AND status = 'PENDING'")).toBe(ENTRIES - APPROVED + 10);
  expect(await taskRow()).toMatchObject({ rows_done: APPROVED - 10, counts: { CHANGED: APPROVED - 10 } });
});

test('what is changed between the look at it and the change is left alone, and counted', async () => {
  await start(remove);
  let isFirst = true;
  const log = {
    async write(call: WriteCall) {
      const rows = call.rows.slice(0, 3).map(({ version, ...row }) => ({ ...row, verb: 'UNAPPROVE' as const }));
      if (isFirst) await server.log.write(callOf(environmentId, { rows }));
      isFirst = false;
      return server.log.write(call);
    },
  };
  await batches((await claim(server.database, handlerOf(remove, log))).work);
  expect(await count("active AND status = 'PENDING'")).toBe(ENTRIES - APPROVED + 3);
  expect(await taskRow()).toMatchObject({ counts: { CHANGED: APPROVED - 3, REFUSED_CHANGED: 3 } });
});

test('cancelled mid-way: what was committed stays, is what the task says, and nothing follows', async () => {
  const id = await start(remove);
  const { work } = await claim(server.database, handlerOf(remove));
  await batches(work, 2);
  await server.database.write.query("UPDATE task SET state = 'CANCELLED' WHERE id = $1", [id]);
  await expect(batches(work)).rejects.toMatchObject({ code: 'TASK_FENCED' });
  expect(await count('NOT active')).toBe(2_000);
  expect(await taskRow()).toEqual({ rows_done: 2_000, rows_total: APPROVED, counts: { CHANGED: 2_000 } });
});

test('what was added, or added again, after the call came is not meant', async () => {
  const [again] = await rowsOf<{ id: string; phone: string }>(
    'SELECT id, phone FROM entry WHERE list_id = 1 ORDER BY id DESC LIMIT 1',
  );
  const row = { phone: again!.phone, listId: 1, source: 'API' } as const;
  await server.log.write(
    callOf(environmentId, { rows: [{ ...row, verb: 'REMOVE', entryId: again!.id }], reason: 'r' }),
  );
  await start(remove);
  // Times are kept in milliseconds, and what was added in that of the call counts as there.
  await rowsOf('SELECT pg_sleep(0.002)');
  await server.log.write(
    callOf(environmentId, {
      rows: [row, { ...row, phone: '+14155550001' }].map((one) => ({ ...one, verb: 'ADD', status: 'APPROVED' })),
    }),
  );
  await batches((await claim(server.database, handlerOf(remove))).work);
  const left = await rowsOf<{ phone: string }>(
    "SELECT phone FROM entry WHERE active AND status = 'APPROVED' ORDER BY id",
  );
  expect(left.map(({ phone }) => phone)).toEqual([again!.phone, '+14155550001']);
});
