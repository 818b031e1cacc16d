import { beforeAll, beforeEach, expect, test } from 'vitest';
import { isFenced, TaskFencedError } from '../../src/changes/write-errors.ts';
import { openDatabase } from '../../src/db/database.ts';
import { cancelTask } from '../../src/domain/tasks/cancel-task.ts';
import { taskLogLines } from '../../src/domain/tasks/task-log-lines.ts';
import { TaskFailure } from '../../src/tasks/task-handler.ts';
import { colleague } from '../accounts/installation.ts';
import { gate } from '../auth/fakes.ts';
import { layCable } from '../durability/cable.ts';
import { onceEnded } from '../support/leftovers.ts';
import { counting, type TaskWorld, taskWorld } from './task-world.ts';

let world: TaskWorld;
beforeAll(async () => {
  world = await taskWorld();
});
beforeEach(() => world.forgetTasks());

test('a cancelled task stops where its last batch was committed, and makes room for the next', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'big', 100);
  const next = await world.start(viewer, 'next', 1);
  const [reached, goOn] = [gate(), gate()];
  const stopped = gate<{ error: unknown; isAborted: boolean }>();
  const runner = world.runner(async function* (task) {
    if (task.input.name === 'next') return yield* counting()(task);
    for await (const _ of counting()(task)) {
      if (task.rowsDone < 20) {
        yield;
        continue;
      }
      reached.open();
      await goOn.passed;
      try {
        await task.save({ checkpoint: { batch: 3 }, rowsDone: 30, count: { ROWS: 10 } });
      } catch (error) {
        stopped.open({ error, isAborted: task.signal.aborted });
        throw error;
      }
    }
  });
  await reached.passed;
  const cancelled = await cancelTask(viewer, id, world);
  expect(cancelled).toMatchObject({ isChanged: true, task: { state: 'CANCELLED', rowsDone: 20 } });
  runner.cancelled(viewer.environmentId, id);
  goOn.open();
  const { error, isAborted } = await stopped.passed;
  expect(error).toBeInstanceOf(TaskFencedError);
  expect(isAborted).toBe(true);
  await world.ended(viewer, next);
  const after = await world.row(viewer, id);
  expect(after).toMatchObject({ state: 'CANCELLED', rowsDone: 20, counts: { ROWS: 20 }, finishedAt: expect.any(Date) });
  expect(await taskLogLines(world.database.read, after)).toMatchObject([
    { level: 'info', message: 'Cancelled: what was done for 20 rows stays.' },
  ]);

  expect(await cancelTask(viewer, id, world)).toMatchObject({ isChanged: false, task: after });
  await expect(cancelTask(viewer, next, world)).rejects.toMatchObject({ problems: [{ code: 'REFUSED' }] });
});

test('a task that another server cancelled learns it from its heartbeat, and cleans up', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'waiting', 1);
  const [began, cleaned] = [gate(), gate()];
  world.runner(
    async function* () {
      try {
        began.open();
        yield { until: new Promise(() => {}) };
      } finally {
        cleaned.open();
      }
    },
    { heartbeatMs: 20 },
  );
  await began.passed;
  await cancelTask(viewer, id, world);
  await cleaned.passed;
  expect((await world.row(viewer, id)).state).toBe('CANCELLED');
});

test('who may cancel: task:cancel and whoever started it; whoever sees no task finds none (R7)', async () => {
  const admin = await world.newEnvironment();
  const [integrator, auditor, agent] = [
    await colleague(world, admin, 'INTEGRATOR'),
    await colleague(world, admin, 'AUDITOR'),
    await colleague(world, admin, 'AGENT'),
  ];
  const [own, others] = [await world.start(integrator, 'own'), await world.start(admin, 'others')];
  const stranger = await world.newEnvironment();
  await expect(cancelTask(auditor, own, world)).rejects.toMatchObject({ code: 'FORBIDDEN', permission: 'task:cancel' });
  for (const [viewer, id] of [
    [agent, own],
    [integrator, others],
    [stranger, own],
    [admin, '0'],
  ] as const)
    await expect(cancelTask(viewer, id, world)).rejects.toMatchObject({
      problems: [{ code: 'NOT_FOUND', path: ['input', 'task'] }],
    });
  expect(await cancelTask(integrator, own, world)).toMatchObject({ isChanged: true, task: { state: 'CANCELLED' } });
  expect(await cancelTask(admin, others, world)).toMatchObject({ isChanged: true });
  await world.database.write.query('UPDATE api_key SET revoked_at = now() WHERE id = $1', [integrator.keyId]);
  await expect(cancelTask(integrator, own, world)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('what a person has to mend is a failure with its code; what was done stays', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'broken', 3);
  world.runner(async function* (task) {
    yield* counting((_name, batch) => {
      if (batch === 1) throw new TaskFailure('NOT_A_TABLE', 'Save it as CSV.');
    })(task);
  });
  expect(await world.ended(viewer, id)).toMatchObject({
    state: 'FAILED',
    failureCode: 'NOT_A_TABLE',
    failureMessage: 'Save it as CSV.',
    rowsDone: 10,
  });
});

test('a fault of ours is tried again from the checkpoint, five times without progress', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'faulty', 3);
  const tries: number[] = [];
  world.runner(
    counting((_name, batch) => {
      tries.push(batch);
      // Twice in the first batch, which then succeeds; for ever in the second.
      if (batch === 1 || tries.length < 3) throw new Error('the disk is full');
    }),
  );
  const failed = await world.ended(viewer, id);
  expect(failed).toMatchObject({ state: 'FAILED', failureCode: 'INTERNAL_ERROR', rowsDone: 10 });
  expect(failed.failureMessage).not.toContain('disk');
  expect(tries).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  const lines = await taskLogLines(world.database.read, failed);
  expect(lines.map(({ message }) => /attempt (\d)/.exec(message)?.[1])).toEqual(['1', '2', '1', '2', '3', '4']);
});

test('a busy database is waited for, however often', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'patient', 1);
  let tries = 0;
  world.runner(
    counting(() => {
      tries += 1;
      if (tries <= 7) throw Object.assign(new Error('too many writes are waiting'), { code: 'OVERLOADED' });
    }),
  );
  const done = await world.ended(viewer, id);
  expect(done).toMatchObject({ state: 'DONE', rowsDone: 10 });
  expect(await taskLogLines(world.database.read, done)).toEqual([]);
});

test('progress is kept with the rows of its batch, or neither is', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'faulty', 1);
  const found: unknown[] = [];
  world.runner(async function* (task) {
    found.push([task.checkpoint, task.counts]);
    await task.save({ checkpoint: { batch: 1 }, rowsDone: 10, count: { ROWS: 10 } }, async (sql) => {
      const row =
        'INSERT INTO row_problem (environment_id, task_id, line, n, severity, code, message) VALUES ($1, $2, 7, 0, $3, $4, $4)';
      await sql.query(row, [task.environmentId, task.id, 'INVALID', 'NO_NUMBER']);
      if (found.length === 1) throw new Error('the disk is full');
    });
    yield;
  });
  expect(await world.ended(viewer, id)).toMatchObject({ state: 'DONE', rowsDone: 10, counts: { ROWS: 10 } });
  expect(found).toEqual([
    [null, {}],
    [null, {}],
  ]);
});

test('between two attempts there is a pause, which doubles', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'faulty', 1);
  const times: number[] = [];
  world.runner(
    counting(() => {
      times.push(performance.now());
      if (times.length < 4) throw new Error('the disk is full');
    }),
    { backoffMs: 40 },
  );
  await world.ended(viewer, id);
  for (const [n, least] of [40, 80, 160].entries()) expect(times[n + 1]! - times[n]!).toBeGreaterThanOrEqual(least);
});

test('a task that ends its server again and again is given up', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'bomb', 1);
  await world.database.write.query('UPDATE task SET attempts = 20 WHERE id = $1', [id]);
  world.runner(counting());
  expect(await world.ended(viewer, id)).toMatchObject({ state: 'FAILED', failureCode: 'INTERNAL_ERROR', rowsDone: 0 });
});

test('a server that stops gives its tasks back at once; the next one goes on', async () => {
  const [viewer, other] = [await world.newEnvironment(), await world.newEnvironment()];
  const id = await world.start(viewer, 'big', 4);
  const asleep = await world.start(other, 'asleep', 1);
  const reached = gate();
  const first = world.runner(async function* (task) {
    if (task.input.name === 'asleep') yield { until: new Promise(() => {}) };
    yield* counting(async (_name, batch) => {
      if (batch < 2) return;
      reached.open();
      await new Promise((resolve) => task.signal.addEventListener('abort', resolve, { once: true }));
    })(task);
  });
  await reached.passed;
  await first.stop();
  // The batch that was under way was still committed.
  expect(await world.row(viewer, id)).toMatchObject({ state: 'QUEUED', rowsDone: 30 });
  expect(await world.row(other, asleep)).toMatchObject({ state: 'QUEUED' });
  expect(await world.column('attempts', asleep)).toBe(0);
  const from: number[] = [];
  world.runner(counting((name, batch) => (name === 'big' ? from.push(batch) : 0)));
  await Promise.all([world.ended(viewer, id), world.ended(other, asleep)]);
  expect(from).toEqual([3]);
});

test('a handler that ends early because it was told to stop is not done', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'obedient', 1);
  const began = gate();
  const runner = world.runner(async function* (task) {
    began.open();
    await new Promise((resolve) => task.signal.addEventListener('abort', resolve, { once: true }));
    yield* [];
  });
  await began.passed;
  await runner.stop();
  expect(await world.row(viewer, id)).toMatchObject({ state: 'QUEUED' });
});

test('a batch that hangs does not keep the server from stopping, and can write nothing afterwards', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'hanging', 2);
  const [hangs, released] = [gate(), gate()];
  const late = gate<unknown>();
  const first = world.runner(
    async function* (task) {
      hangs.open();
      await released.passed;
      await task.save({ checkpoint: { batch: 2 } }).catch(late.open);
      yield;
    },
    { stopMs: 30 },
  );
  await hangs.passed;
  await first.stop();
  world.runner(counting());
  expect(await world.ended(viewer, id)).toMatchObject({ state: 'DONE', counts: { ROWS: 20 } });
  released.open();
  expect(isFenced(await late.passed)).toBe(true);
});

test('while the database is out of reach nothing crashes, and the task goes on afterwards', async () => {
  const viewer = await world.newEnvironment();
  const id = await world.start(viewer, 'big', 5);
  const cable = await layCable(world.url);
  const faults: string[] = [];
  const log = { info() {}, warn: (_fields: object, message: string) => void faults.push(message), error() {} };
  const database = await openDatabase({ databaseUrl: cable.url, dataDir: '', readTimeoutMs: 5_000, log });
  onceEnded('a database', () => database.close());
  const isCut = gate();
  let cut = false;
  world.runner(
    counting(async (_name, batch) => {
      if (batch !== 2 || cut) return;
      cut = true;
      await cable.cut();
      isCut.open();
    }),
    { database, log, leaseMs: 300, heartbeatMs: 20 },
  );
  await isCut.passed;
  const expected = ['tasks could not be looked for; it is tried again', 'a task could not be given back'];
  while (!expected.every((fault) => faults.includes(fault))) await new Promise((resolve) => setTimeout(resolve, 10));
  await cable.mend();
  expect(await world.ended(viewer, id)).toMatchObject({ state: 'DONE', rowsDone: 50, counts: { ROWS: 50 } });
});
