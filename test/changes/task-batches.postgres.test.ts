import { beforeAll, describe, expect, test } from 'vitest';
import { TaskFencedError } from '../../src/changes/write-errors.ts';
import { type Asking, nextPhone, openAsking } from './asking.ts';
import { add } from './log-world.ts';

let asking: Asking;

beforeAll(async () => {
  asking = await openAsking();
});

interface TaskState {
  readonly rows_done: string;
  readonly counts: object;
  readonly checkpoint: object | null;
}

async function newTask(fence = 1): Promise<string> {
  const { rows } = await asking.server.database.write.query<{ id: string }>(
    `INSERT INTO task (environment_id, kind, state, actor_id, authority, input, fence)
     SELECT $1, 'IMPORT', 'RUNNING', min(id), 'STAFF', '{}', $2 FROM actor WHERE environment_id = $1 RETURNING id`,
    [asking.environmentId, fence],
  );
  return rows[0]!.id;
}

async function stateOf(id: string): Promise<TaskState> {
  const { rows } = await asking.server.database.read.query<TaskState>(
    'SELECT rows_done, counts, checkpoint FROM task WHERE id = $1',
    [id],
  );
  return rows[0]!;
}

const batch = (id: string, fence: number, n: number) => ({
  task: { id, fence, checkpoint: { after: n }, rowsDone: n * 10, count: { DUPLICATE: 1 } },
});

describe('a batch of a task (design.md, "Storage")', () => {
  test('keeps its checkpoint, its rows and their counts with the entries, and its set names the task', async () => {
    const task = await newTask();
    const row = add(nextPhone());
    await asking.write([row], batch(task, 1, 1));
    await asking.write([row, add(nextPhone())], batch(task, 1, 2));
    expect(await stateOf(task)).toEqual({
      rows_done: '20',
      counts: { ADDED: 2, ALREADY_LISTED: 1, DUPLICATE: 2 },
      checkpoint: { after: 2 },
    });
    const { rows } = await asking.server.database.read.query(
      'SELECT s.task_id FROM change_set s JOIN change c ON c.environment_id = s.environment_id AND c.set_position = s.position JOIN entry e ON e.id = c.entry_id WHERE e.phone = $1',
      [row.phone],
    );
    expect(rows).toEqual([{ task_id: task }]);
  });

  test.each<[string, number, string]>([
    ['another claim has the newer fence', 2, 'RUNNING'],
    ['the task was cancelled', 1, 'CANCELLED'],
  ])('writes nothing at all when %s', async (_why, fence, state) => {
    const task = await newTask(fence);
    await asking.server.database.write.query('UPDATE task SET state = $2::task_state WHERE id = $1', [task, state]);
    const row = add(nextPhone());
    await expect(asking.write([row], batch(task, 1, 1))).rejects.toThrow(TaskFencedError);
    expect(await asking.changesOf(row.phone)).toEqual([]);
    expect(await stateOf(task)).toEqual({ rows_done: '0', counts: {}, checkpoint: null });
  });

  test('a fenced batch fails alone: the call beside it in the group is written', async () => {
    const task = await newTask(2);
    const mine = add(nextPhone());
    const refused = asking.write([add(nextPhone())], { ...batch(task, 1, 1), background: true });
    const settled = Promise.allSettled([refused, asking.write([mine])]);
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('is counted once when it comes again with the same checkpoint, as after a lost answer (P1.7)', async () => {
    const task = await newTask();
    const row = add(nextPhone());
    await asking.write([row], batch(task, 1, 7));
    await asking.write([row], batch(task, 1, 7));
    expect(await stateOf(task)).toMatchObject({ rows_done: '70', counts: { ADDED: 1, DUPLICATE: 1 } });
  });

  test('is refused when it comes late, behind a later one: rows done never fall, but need not grow', async () => {
    const task = await newTask();
    await asking.write([add(nextPhone())], batch(task, 1, 2));
    const late = add(nextPhone());
    await expect(asking.write([late], batch(task, 1, 1))).rejects.toThrow(TaskFencedError);
    expect(await asking.changesOf(late.phone)).toEqual([]);
    const { task: same } = batch(task, 1, 2);
    await asking.write([add(nextPhone())], { task: { ...same, checkpoint: { after: 3 } } });
    expect(await stateOf(task)).toMatchObject({ rows_done: '20', checkpoint: { after: 3 }, counts: { ADDED: 2 } });
  });
});
