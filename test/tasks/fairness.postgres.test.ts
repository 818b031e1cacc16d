import { beforeAll, beforeEach, expect, test } from 'vitest';
import { TaskTurns } from '../../src/tasks/task-turns.ts';
import { gate } from '../auth/fakes.ts';
import { counting, type TaskWorld, taskWorld } from './task-world.ts';

let world: TaskWorld;
beforeAll(async () => {
  world = await taskWorld();
});
beforeEach(() => world.forgetTasks());

/** One batch at a time, so that the order of batches can be told. */
const oneLane = { lanes: 1 };

test("one environment's big task doesn't hold up another's small one: they take turns, batch by batch (P3.6)", async () => {
  const [big, small] = [await world.newEnvironment(), await world.newEnvironment()];
  const turns: string[] = [];
  const underWay = gate();
  const bigId = await world.start(big, 'big', 200);
  world.runner(
    counting((name, batch) => {
      turns.push(name);
      if (name === 'big' && batch === 5) underWay.open();
    }),
    oneLane,
  );
  await underWay.passed;
  const smallId = await world.start(small, 'small', 3);
  await world.ended(small, smallId);
  const own = turns.indexOf('small');
  expect(turns.slice(own, own + 5)).toEqual(['small', 'big', 'small', 'big', 'small']);
  expect((await world.row(big, bigId)).state).toBe('RUNNING');
});

test('with a place for one, environments are served in turn, and not who has the most tasks (P3.6)', async () => {
  const [busy, other, third] = [
    await world.newEnvironment(),
    await world.newEnvironment(),
    await world.newEnvironment(),
  ];
  const ids: string[] = [];
  for (let n = 1; n <= 3; n += 1) ids.push(await world.start(busy, `busy ${n}`, 1));
  await world.start(other, 'other', 1);
  await world.start(third, 'third', 1);
  const order: string[] = [];
  world.runner(
    counting((name) => order.push(name)),
    { places: 1 },
  );
  await world.ended(busy, ids[2]!);
  expect(order).toEqual(['busy 1', 'other', 'third', 'busy 2', 'busy 3']);
});

test('big tasks in every place make room for a small one, and go on where they were', async () => {
  const [first, second, third] = [
    await world.newEnvironment(),
    await world.newEnvironment(),
    await world.newEnvironment(),
  ];
  const bigs = [await world.start(first, 'first', 1_000), await world.start(second, 'second', 1_000)];
  const enough = gate();
  const claims: string[] = [];
  let stop = false;
  world.runner(
    async function* (task) {
      claims.push(`${task.input.name} at ${task.checkpoint === null ? 'the start' : 'its checkpoint'}`);
      for await (const _ of counting()(task)) {
        if (stop) return;
        if (task.rowsDone >= 30 && claims.length === 2) enough.open();
        yield;
      }
    },
    // One place for anybody, one that is quick.
    { places: 2, sliceMs: 0 },
  );
  await enough.passed;
  const small = await world.start(third, 'small', 3);
  expect(await world.ended(third, small)).toMatchObject({ state: 'DONE' });
  await world.when(second, bigs[1]!, ({ state }) => state === 'RUNNING');
  stop = true;
  const [kept, gaveWay] = await Promise.all([world.ended(first, bigs[0]!), world.ended(second, bigs[1]!)]);
  expect(claims).toEqual([
    'first at the start',
    'second at the start',
    'small at the start',
    'second at its checkpoint',
  ]);
  expect(kept.counts).toEqual({ ROWS: kept.rowsDone });
  expect(gaveWay.counts).toEqual({ ROWS: gaveWay.rowsDone });
});

test('in any other place a task leaves after its turn only when it has got further', async () => {
  const [first, second] = [await world.newEnvironment(), await world.newEnvironment()];
  const big = await world.start(first, 'big', 1);
  const waiting = await world.start(second, 'waiting', 1);
  const claims: string[] = [];
  let batches = 0;
  world.runner(
    async function* (task) {
      claims.push(task.input.name);
      if (task.input.name !== 'big' || task.checkpoint) return;
      // A long preparation: nothing to go on from.
      for (; batches < 50; batches += 1) {
        await task.save({ step: `Preparing ${batches}` });
        yield;
      }
      await task.save({ checkpoint: { batch: 1 } });
      for (;;) {
        await task.save({ step: 'Working' });
        yield;
      }
    },
    { places: 1, turnMs: 0, pollMs: 1 },
  );
  await world.ended(second, waiting);
  await world.ended(first, big);
  expect(claims).toEqual(['big', 'waiting', 'big']);
  expect(batches).toBe(50);
});

test('a task that waits for something else takes no turn of the others', async () => {
  const [sorting, small] = [await world.newEnvironment(), await world.newEnvironment()];
  const [asleep, sorted] = [gate(), gate()];
  const id = await world.start(sorting, 'sorting', 1);
  world.runner(async function* (task) {
    if (task.input.name === 'sorting') {
      asleep.open();
      yield { until: sorted.passed };
    }
    yield* counting()(task);
  }, oneLane);
  await asleep.passed;
  await world.ended(small, await world.start(small, 'small', 3));
  expect((await world.row(sorting, id)).state).toBe('RUNNING');
  sorted.open();
  expect(await world.ended(sorting, id)).toMatchObject({ state: 'DONE', rowsDone: 10 });
});

test('no more batches run at a time than there are lanes, and everybody gets a turn between two of anybody (P3.6)', async () => {
  let [running, most] = [0, 0];
  const turns: number[] = [];
  const over = gate();
  let left = 5;
  const line = new TaskTurns({
    lanes: 2,
    onOver: () => {
      left -= 1;
      if (left === 0) over.open();
    },
  });
  for (let n = 0; n < 5; n += 1) {
    let batches = 4;
    line.join({
      async turn() {
        running += 1;
        most = Math.max(most, running);
        turns.push(n);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        batches -= 1;
        return batches === 0 ? 'OVER' : 'AGAIN';
      },
    });
  }
  await over.passed;
  expect(most).toBe(2);
  for (let n = 0; n < 4; n += 1) expect([...turns.slice(n * 5, n * 5 + 5)].sort()).toEqual([0, 1, 2, 3, 4]);
});
