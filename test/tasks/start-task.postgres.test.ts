import { beforeAll, beforeEach, expect, test } from 'vitest';
import { MAX_UNFINISHED_TASKS, startTask } from '../../src/domain/tasks/create-task.ts';
import { gate } from '../auth/fakes.ts';
import { counting, type TaskWorld, taskWorld } from './task-world.ts';

let world: TaskWorld;
beforeAll(async () => {
  world = await taskWorld();
});
beforeEach(() => world.forgetTasks());

const toy = async () => ({ kind: 'SCRUB', authority: 'STAFF', input: { name: 'toy', batches: 1 } }) as const;
const tasksOf = async (environmentId: number) =>
  (await world.database.read.query('SELECT id FROM task WHERE environment_id = $1', [environmentId])).rows;

test('a start that is sent again answers the same task, and starts no other (P1.8)', async () => {
  const viewer = await world.newEnvironment();
  const input = { idempotencyKey: 'once', list: 'DNC' };
  const retries = Array.from({ length: 5 }, () => startTask(world.log, viewer, 'startToy', input, toy));
  const answers = await Promise.all(retries);
  expect(new Set(answers.map(({ taskId }) => taskId)).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await tasksOf(viewer.environmentId)).toHaveLength(1);
  await expect(
    startTask(world.log, viewer, 'startToy', { ...input, list: 'SPAM' } as never, toy),
  ).rejects.toMatchObject({
    code: 'IDEMPOTENCY_MISMATCH',
  });
  expect(await tasksOf(viewer.environmentId)).toHaveLength(1);
});

test('what the handler gets is what was started, and who is behind it (R1.9)', async () => {
  const viewer = await world.newEnvironment();
  const onBehalfOf = { id: '7', name: 'Pat' };
  const seen = gate<object>();
  const { taskId } = await startTask(world.log, viewer, 'startToy', { onBehalfOf }, async () => ({
    ...(await toy()),
    authority: 'COMPLIANCE',
  }));
  world.runner(async function* (task) {
    seen.open(task);
    yield* counting()(task);
  });
  expect(await seen.passed).toMatchObject({
    id: taskId,
    environmentId: viewer.environmentId,
    kind: 'SCRUB',
    authority: 'COMPLIANCE',
    actor: { type: 'API_KEY', subject: viewer.subject, name: viewer.name },
    onBehalfOf,
    input: { name: 'toy', batches: 1 },
    createdAt: expect.any(Date),
    checkpoint: null,
  });
  await world.ended(viewer, taskId);
});

test('an environment has a bound of unfinished tasks, and says so; another one is not concerned (invariant 10)', async () => {
  const [viewer, other] = [await world.newEnvironment(), await world.newEnvironment()];
  for (let n = 1; n < MAX_UNFINISHED_TASKS; n += 1) await world.start(viewer, 'toy');
  // Two at once: one of them is the last.
  const two = await Promise.allSettled([world.start(viewer, 'toy'), world.start(viewer, 'toy')]);
  expect(two.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(world.start(viewer, 'toy')).rejects.toMatchObject({
    problems: [{ code: 'OVERLOADED', message: expect.stringContaining('100 tasks') }],
  });
  await world.start(other, 'toy');
  await world.database.write.query("UPDATE task SET state = 'DONE' WHERE environment_id = $1", [viewer.environmentId]);
  await world.start(viewer, 'toy');
});
