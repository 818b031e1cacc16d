import { beforeAll, beforeEach, expect, test } from 'vitest';
import { isFenced } from '../../src/changes/write-errors.ts';
import { extendLeases } from '../../src/tasks/task-lease.ts';
import { gate } from '../auth/fakes.ts';
import { counting, type TaskWorld, taskWorld } from './task-world.ts';

let world: TaskWorld;
beforeAll(async () => {
  world = await taskWorld();
});
beforeEach(() => world.forgetTasks());

test('a task runs from its first batch to its end, and tells how far it is', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'small', 3);
  expect(await world.row(viewer, id)).toMatchObject({ state: 'QUEUED', rowsDone: 0, startedAt: null });
  // Before anybody is told that it is done, this server answers by what it wrote.
  const caughtUp: [environmentId: number, state: string][] = [];
  world.runner(
    async function* (task) {
      await task.save({ step: 'Counting', rowsTotal: 30 });
      yield* counting()(task);
      await task.save({ result: { file: 'x' } });
    },
    { caughtUp: async (environmentId) => caughtUp.push([environmentId, (await world.row(viewer, id)).state]) },
  );
  const done = await world.ended(viewer, id);
  expect(done).toMatchObject({
    state: 'DONE',
    step: 'Counting',
    rowsDone: 30,
    rowsTotal: 30,
    counts: { ROWS: 30 },
    result: { file: 'x' },
    failureCode: null,
  });
  expect(caughtUp).toEqual([[viewer.environmentId, 'RUNNING']]);
  expect(done.finishedAt!.getTime()).toBeGreaterThanOrEqual(done.startedAt!.getTime());
});

test('a silent runner is taken over where its last batch was committed, and may write nothing more', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'big', 4);
  const [stuck, woken] = [gate(), gate()];
  const zombie = gate<unknown>();
  // Its heart never beats, and it looks for nothing: to the others it is a server that was killed.
  const silent = { leaseMs: 150, heartbeatMs: 1_000_000, pollMs: 1_000_000 };
  const first = world.runner(async function* (task) {
    await task.save({ checkpoint: { batch: 1 }, rowsDone: 10, count: { ROWS: 10 } });
    yield;
    stuck.open();
    await woken.passed;
    await task.say('info', 'zombie').catch(() => {});
    const line =
      "INSERT INTO task_log_line (environment_id, task_id, level, message) VALUES ($1, $2, 'info', 'zombie')";
    await task
      .save(
        { checkpoint: { batch: 9 }, count: { ROWS: 10 } },
        async (sql) => void (await sql.query(line, [task.environmentId, id])),
      )
      .catch(zombie.open);
  }, silent);
  await stuck.passed;

  const from: number[] = [];
  world.runner(
    counting(async (_name, batch) => {
      from.push(batch);
      if (batch !== 2) return;
      // It wakes up while another works at its task.
      woken.open();
      expect(isFenced(await zombie.passed)).toBe(true);
      // By now it believes that it is done.
      await first.stop();
    }),
  );
  expect(await world.ended(viewer, id)).toMatchObject({ state: 'DONE', rowsDone: 40, counts: { ROWS: 40 } });
  expect(from).toEqual([1, 2, 3]);
  expect(await world.column('fence', id)).toBe(2);
  expect((await world.database.write.query('SELECT 1 FROM task_log_line')).rows).toEqual([]);
});

test('a heartbeat keeps a task through a batch that is longer than its lease', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'slow', 1);
  const [began, finish] = [gate(), gate()];
  const taken: string[] = [];
  const slow = counting(async () => {
    taken.push('first');
    began.open();
    await finish.passed;
  });
  world.runner(slow, { leaseMs: 600, heartbeatMs: 50 });
  await began.passed;
  world.runner(
    counting(() => taken.push('second')),
    { leaseMs: 600 },
  );
  const claimed = await world.column<Date>('lease_until', id);
  // Longer than the lease later by the database's clock, it is still the first one's.
  const later = async () => (await world.column<Date>('lease_until', id)).getTime() - claimed.getTime();
  while ((await later()) < 900) await world.database.write.query('SELECT pg_sleep(0.02)');
  finish.open();
  await world.ended(viewer, id);
  expect(taken).toEqual(['first']);
});

test('two runners share the work: no task in two hands, and one reader of an environment at a time, the oldest first', async () => {
  const viewers = await Promise.all(Array.from({ length: 6 }, () => world.newEnvironment()));
  const ids: { viewer: (typeof viewers)[number]; id: string }[] = [];
  for (let n = 0; n < 4; n += 1)
    for (const viewer of viewers)
      ids.push({ viewer, id: await world.start(viewer, `${viewer.environmentId} ${n}`, 3) });
  const running = new Map<string, string>();
  const order = new Map<string, string[]>();
  const problems: string[] = [];
  const both = { one: gate(), two: gate() };
  const does = (runner: 'one' | 'two') =>
    counting(async (name, batch) => {
      const [environment] = name.split(' ') as [string];
      const now = `${runner} ${name}`;
      const before = running.get(environment);
      if (before && before !== now) problems.push(`${now} while ${before}`);
      running.set(environment, now);
      if (batch === 0) order.set(environment, [...(order.get(environment) ?? []), name]);
      // Neither is so fast that the other gets nothing.
      both[runner].open();
      await Promise.all([both.one.passed, both.two.passed]);
      if (batch === 2) running.delete(environment);
    });
  // Hearts that beat all the time, beside the batches.
  world.runner(does('one'), { places: 3, heartbeatMs: 3 });
  world.runner(does('two'), { places: 3, heartbeatMs: 3 });
  for (const { viewer, id } of ids)
    expect(await world.ended(viewer, id)).toMatchObject({ state: 'DONE', counts: { ROWS: 30 } });
  expect(problems).toEqual([]);
  for (const [environment, names] of order) expect(names).toEqual([0, 1, 2, 3].map((n) => `${environment} ${n}`));
});

test("an import doesn't hold up its environment's scrub, export or dry run, and the next import waits for it", async () => {
  const viewer = await world.newEnvironment();
  const [began, written] = [gate(), gate()];
  const writers: string[] = [];
  const first = await world.start(viewer, 'first', 1, 'IMPORT');
  const second = await world.start(viewer, 'second', 1, 'IMPORT');
  const readers = [
    await world.start(viewer, 'dry run', 1, 'IMPORT', true),
    await world.start(viewer, 'scrub', 1, 'SCRUB'),
  ];
  world.runner(async function* (task) {
    if (task.kind === 'IMPORT' && !task.input.isDryRun) writers.push(task.input.name);
    if (task.input.name === 'first') {
      began.open();
      yield { until: written.passed };
    }
    yield* counting()(task);
  });
  await began.passed;
  for (const id of readers) expect(await world.ended(viewer, id)).toMatchObject({ state: 'DONE' });
  expect(await world.row(viewer, first)).toMatchObject({ state: 'RUNNING' });
  expect(await world.row(viewer, second)).toMatchObject({ state: 'QUEUED' });
  written.open();
  await world.ended(viewer, second);
  expect(writers).toEqual(['first', 'second']);
});

test('a task that somebody has locked is held, and keeps no other from its lease', async () => {
  const [one, other] = [await world.newEnvironment(), await world.newEnvironment()];
  const ids = [await world.start(one, 'locked', 1), await world.start(other, 'free', 1)];
  const lost = await world.start(other, 'lost', 1);
  await world.database.write.query("UPDATE task SET state = 'RUNNING', fence = 1, lease_until = now()");
  await world.database.write.query('UPDATE task SET fence = 2 WHERE id = $1', [lost]);
  const claims = [
    { environmentId: one.environmentId, id: ids[0]!, fence: 1 },
    { environmentId: other.environmentId, id: ids[1]!, fence: 1 },
    { environmentId: other.environmentId, id: lost, fence: 1 },
  ];
  const [locked, beaten] = [gate(), gate()];
  const lock = world.database.transaction(async (sql) => {
    await sql.query('SELECT 1 FROM task WHERE id = $1 FOR UPDATE', [ids[0]]);
    locked.open();
    await beaten.passed;
  });
  await locked.passed;
  const held = await extendLeases(world.database.write, claims, 60_000).finally(() => beaten.open());
  await lock;
  expect(held).toEqual([true, true, false]);
  const left = async (id: string) => (await world.column<Date>('lease_until', id)).getTime() - Date.now();
  expect(await left(ids[0]!)).toBeLessThan(10_000);
  expect(await left(ids[1]!)).toBeGreaterThan(10_000);
  expect(await left(lost)).toBeLessThan(10_000);
});

test('what a server has no handler for is left to one that has', async () => {
  const [mixed, other] = [await world.newEnvironment(), await world.newEnvironment()];
  const unknown = await world.start(mixed, 'unknown', 1, 'REMOVE');
  const behind = await world.start(mixed, 'behind', 1, 'IMPORT');
  const fine = await world.start(other, 'fine', 1);
  world.runner(counting());
  await world.ended(other, fine);
  expect(await world.row(mixed, unknown)).toMatchObject({ state: 'QUEUED' });
  expect(await world.row(mixed, behind)).toMatchObject({ state: 'QUEUED' });
});
