import { parse } from 'csv-parse/sync';
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { findTaskFile } from '../../src/domain/files/find-task-file.ts';
import {
  appendPart,
  completeStoredFile,
  createStoredFile,
  findStoredFile,
  readStoredFile,
} from '../../src/domain/files/stored-files.ts';
import type { ScrubInput } from '../../src/domain/scrubs/scrub-input.ts';
import { scrubHandler } from '../../src/tasks/scrub.ts';
import type { Pause } from '../../src/tasks/task-handler.ts';
import { type Claim, claim, finish, newTask } from '../exports/claims.ts';
import { cursors, type Node, numbers, openNode } from '../verdicts/nodes.ts';

/** More than two batches. */
const ROWS = 12_000;
const leads = numbers(ROWS);
const file = `phone,name\r\n${leads.map((phone, n) => `${phone},"Lead ""${n}"""\r\n`).join('')}`;

let node: Node;
beforeEach(async () => {
  node = await openNode();
  await node.list('DNC', ['+14159999999']);
});

const handler = ({ database, verdicts }: Node, patienceMs = 60_000) =>
  scrubHandler({ database, verdicts, cursors, patienceMs });

async function start(defaultCountry = 'US', text = file): Promise<string> {
  const { database, environmentId } = node;
  const { rows } = await database.write.query<{ id: number }>('SELECT min(id) AS id FROM actor');
  const about = { environmentId, purpose: 'UPLOAD', name: 'leads.csv', mediaType: 'text/csv' } as const;
  const id = await createStoredFile(database.write, { ...about, createdById: rows[0]!.id, keptMs: 1e6 });
  await appendPart(database.write, environmentId, id, 0, Buffer.from(text));
  await completeStoredFile(database.write, environmentId, id);
  const input: ScrubInput = {
    file: { id, name: 'leads.csv' },
    format: { kind: 'CSV', encoding: 'UTF8', delimiter: ',', headerLine: 1 },
    estimatedRows: null,
    phoneColumns: [0],
    direction: 'OUTBOUND',
    channel: 'CALL',
    defaultCountry,
  };
  return newTask(database, environmentId, { kind: 'SCRUB', input });
}

async function textOf(database: Database, taskId: string, purpose: 'CALLABLE' | 'BLOCKED'): Promise<string> {
  const found = await findTaskFile(database.read, node.environmentId, taskId, purpose);
  const parts: Buffer[] = [];
  for await (const part of readStoredFile(database.read, found!)) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function outcome(taskId: string) {
  const { rows } = await node.database.read.query<{
    counts: Record<string, number>;
    cursor: string;
    rows_done: number;
  }>("SELECT counts, result ->> 'cursor' AS cursor, rows_done::int FROM task WHERE id = $1", [taskId]);
  const [callable, blocked] = [
    await textOf(node.database, taskId, 'CALLABLE'),
    await textOf(node.database, taskId, 'BLOCKED'),
  ];
  return { ...rows[0]!, position: cursors.decode(rows[0]!.cursor).position, callable, blocked };
}

/** Does so many batches, as the runner does; answers whether that was all. */
async function batches(work: Claim['work'], most = Number.POSITIVE_INFINITY): Promise<boolean> {
  for (let n = 0; n < most; n += 1) {
    const { done, value } = await work.next();
    if (done) return true;
    await (value as Pause | undefined)?.until;
  }
  return false;
}

const phonesOf = (csv: string): string[] =>
  (parse(csv, { columns: true }) as { phone: string }[]).map(({ phone }) => phone);

test('killed after each batch, the files and counts are those of an uninterrupted run (design.md, "Storage")', async () => {
  const listed = leads.filter((_, n) => n % 10 === 3);
  for (let n = 0; n < listed.length; n += 1_000) await node.list('DNC', listed.slice(n, n + 1_000));
  const first = await start();
  await batches((await claim(node.database, handler(node))).work);
  await finish(node.database, first);
  const whole = await outcome(first);
  expect(phonesOf(whole.blocked)).toEqual(listed);
  expect(whole.callable).toBe(
    file
      .split('\r\n')
      .filter((_, line) => line === 0 || line > ROWS || (line - 1) % 10 !== 3)
      .join('\r\n'),
  );

  const second = await start();
  const zombie = await claim(node.database, handler(node));
  await batches(zombie.work, 1);
  // One more each time: what is done already is skipped in batches, too.
  for (let most = 1, isDone = false; !isDone; most += 1)
    isDone = await batches((await claim(node.database, handler(node))).work, most);
  await expect(batches(zombie.work)).rejects.toMatchObject({ code: 'TASK_FENCED' });
  expect(await outcome(second)).toEqual(whole);
  expect(whole).toMatchObject({ rows_done: ROWS, counts: { CALLABLE: ROWS - 1_200, BLOCKED: 1_200, INVALID: 0 } });
});

test('what was blocked at the cursor is in the blocked file, and what came later comes after it in the log (R5.3)', async () => {
  const early = leads.filter((_, n) => n % 1_000 === 7);
  await node.list('DNC', early);
  const id = await start();
  const { work } = await claim(node.database, handler(node));
  const late: string[] = [];
  for (let batch = 0, isDone = false; !isDone; batch += 1) {
    // Of each stretch of the file, whether it is done already or not.
    const now = [500, 6_000, 11_000].map((n) => leads[n + batch]!);
    await node.list('DNC', now);
    if (batch > 0) late.push(...now);
    isDone = await batches(work, 1);
  }
  const { blocked, callable, position } = await outcome(id);
  expect(phonesOf(blocked)).toEqual(expect.arrayContaining(early));
  const { rows } = await node.database.read.query<{ phone: string }>(
    'SELECT e.phone FROM change c JOIN entry e USING (environment_id) WHERE e.id = c.entry_id AND c.position > $1',
    [position],
  );
  const after = rows.map(({ phone }) => phone);
  expect(after).toEqual(late);
  // Nobody falls in between: who is listed now is blocked in the file or comes in the log.
  const passed = new Set(phonesOf(callable));
  expect(late.filter((phone) => passed.has(phone)).length).toBeGreaterThan(0);
  expect(late.filter((phone) => !passed.has(phone)).length).toBeGreaterThan(0);
});

test('its upload ends six hours after the last task that reads it is done', async () => {
  const { database, environmentId } = node;
  const first = await start('US', 'phone\n+14155550123\n');
  const { rows } = await database.write.query<{ input: ScrubInput }>(
    `WITH kept AS (UPDATE stored_file SET expires_at = now() + interval '7 days')
     SELECT input FROM task WHERE id = $1`,
    [first],
  );
  const { input } = rows[0]!;
  const second = await newTask(database, environmentId, { kind: 'SCRUB', input });
  const hoursLeft = async () =>
    ((await findStoredFile(database.read, environmentId, input.file.id))!.expiresAt.getTime() - Date.now()) / 3_600_000;
  const left: number[] = [];
  for (const task of [first, second]) {
    await batches((await claim(database, handler(node))).work);
    await finish(database, task);
    left.push(await hoursLeft());
  }
  expect(left.map(Math.round)).toEqual([168, 6]);
});

/** Rows that can't be read: what is said of each is as long as the row. */
const wideFile = `phone,name\n${`no number,${'x'.repeat(180)}\n`.repeat(5_000)}`;

test('what is in memory of the results is saved as soon as it is a part, in the middle of a batch, too', async () => {
  const id = await start('US', wideFile);
  const { work } = await claim(node.database, handler(node));
  await batches(work, 1);
  const blocked = await textOf(node.database, id, 'BLOCKED');
  expect(blocked.length).toBeGreaterThan(2 ** 20);
  expect(blocked.length).toBeLessThan(2 ** 20 + 1_000);
  // And whoever goes on there has every row once.
  await batches((await claim(node.database, handler(node))).work);
  const done = await outcome(id);
  expect(done).toMatchObject({ rows_done: 5_000, counts: { INVALID: 5_000, CALLABLE: 0 } });
  const lines = parse(done.blocked, { columns: true }) as { quietline_line: string }[];
  expect(lines.map((row) => row.quietline_line)).toEqual(Array.from({ length: 5_000 }, (_, n) => String(n + 2)));
});

test('a number where the header should be fails the scrub before any row comes back', async () => {
  const id = await start('US', `${leads[0]},name\n${leads[1]},Ann\n`);
  await expect(batches((await claim(node.database, handler(node))).work)).rejects.toMatchObject({
    name: 'TaskFailure',
    code: 'HEADER_HOLDS_NUMBERS',
    message: expect.stringMatching(/^Line 1 has a phone number.+hasHeader: false/),
  });
  expect(await textOf(node.database, id, 'CALLABLE')).toBe('');
});

test('results that the environment has no room for fail the scrub, and leave nothing', async () => {
  const id = await start('US', wideFile);
  const full = scrubHandler({ ...node, cursors, maxStoredResultBytes: 1_200_000 });
  const { work } = await claim(node.database, full);
  await batches(work, 1);
  await expect(batches(work)).rejects.toMatchObject({
    name: 'TaskFailure',
    code: 'STORAGE_FULL',
    message: expect.stringMatching(/ of 1200000 bytes \(MAX_STORED_RESULT_BYTES\)/),
  });
  expect(await findTaskFile(node.database.read, node.environmentId, id, 'BLOCKED')).toBeNull();
});

test('a node that may have missed something lets nobody through: it waits, then fails as a whole (R3.3)', async () => {
  await node.list('DNC', [leads[0]!]);
  const id = await start();
  expect(await batches((await claim(node.database, handler(node))).work, 1)).toBe(false);
  node.cutFeed(true);
  node.advance(60_000);
  const { work } = await claim(node.database, handler(node, 0));
  await expect(batches(work)).rejects.toMatchObject({ name: 'TaskFailure', code: 'STALE' });
  const { isComplete } = (await findTaskFile(node.database.read, node.environmentId, id, 'BLOCKED'))!;
  expect(isComplete).toBe(false);

  // With more patience it goes on by itself, and nothing is twice or missing.
  const waiting = (await claim(node.database, handler(node))).work;
  // What is done already is skipped in batches, too.
  expect((await waiting.next()).value).toBeUndefined();
  const pause = (await waiting.next()).value as Pause;
  expect(pause.until).toBeInstanceOf(Promise);
  node.cutFeed(false);
  await node.feed.poll();
  await batches(waiting);
  expect(await outcome(id)).toMatchObject({ rows_done: ROWS, counts: { CALLABLE: ROWS - 1, BLOCKED: 1 } });
});

test('another server that takes over goes on at the cursor or later, or not at all (P2.4)', async () => {
  const other = await node.another({ pollIntervalMs: 60_000 });
  await other.verdicts.checkBatch(other.viewer, {
    direction: 'OUTBOUND',
    channel: 'CALL',
    numbers: [{ phone: leads[0]! }],
  });
  const id = await start();
  other.cutFeed(true);
  await node.list('DNC', [leads[11_999]!]);
  await batches((await claim(node.database, handler(node))).work, 1);
  // It is fresh as far as it knows, and doesn't know what the first server knew: it waits, and passes nobody.
  const { work } = await claim(other.database, handler(other));
  expect([(await work.next()).value, (await work.next()).value]).toEqual([undefined, { until: expect.any(Promise) }]);
  other.cutFeed(false);
  await other.feed.poll();
  await batches(work);
  expect(phonesOf((await outcome(id)).blocked)).toEqual([leads[11_999]]);
});

test('the default country is the one of the start, whatever becomes of the setting', async () => {
  await node.list('DNC', ['+4915123456789']);
  const id = await start('DE', 'phone\n0151 23456789\n');
  await node.set({ defaultCountry: 'US' });
  await batches((await claim(node.database, handler(node))).work);
  expect((await outcome(id)).counts).toMatchObject({ BLOCKED: 1, CALLABLE: 0, INVALID: 0 });
});
