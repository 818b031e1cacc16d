import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { type OtherServer, otherServer } from './api-tasks.ts';

const WHOLE = /* GraphQL */ `
  fragment Whole on Task {
    id kind state step rowsDone rowsTotal rowsPerSecond estimatedEndAt createdAt startedAt updatedAt finishedAt
    startedBy { name }
    failure { code message }
    logLines { at level message }
  }
`;
const TASK = `${WHOLE} query ($id: ID!) { task(id: $id) { ...Whole } node(id: $id) { ...Whole } }`;
const PAGE = /* GraphQL */ `
  query ($filterBy: TaskFilter, $first: Int, $after: String, $last: Int, $before: String) {
    tasks(filterBy: $filterBy, first: $first, after: $after, last: $last, before: $before) {
      nodes { id }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const CANCEL = /* GraphQL */ `
  mutation ($input: CancelTaskInput!) {
    cancelTask(input: $input) { task { id state rowsDone } isChanged cursor notice userErrors { code message path } }
  }
`;

let server: Quietline;
let other: OtherServer;
beforeAll(async () => {
  server = await startQuietline();
  other = await otherServer(server);
});

const idsOf = async (by: Client, variables: object = {}) =>
  (await by.expectOk(PAGE, variables)).tasks.nodes.map(({ id }: { id: string }) => id);

test('a task tells how far it is, how fast, and when it will be done; by node(id) the same', async () => {
  const world = await newEnvironment(server);
  const id = await other.start(world, 'INTEGRATOR');
  const started = new Date('2026-03-04T09:00:00Z');
  const progress = { started_at: started, step: 'Checking', rows_done: 2_000, rows_total: 10_000 };
  await other.batch(id, { ...progress, counts: '{"BLOCKED": 7}' });
  await other.say(id, 'Half of them are blocked.');
  const auditor = await world.as('AUDITOR');
  const { task, node } = await auditor.expectOk(TASK, { id });
  expect(task).toMatchObject({
    id,
    kind: 'SCRUB',
    state: 'RUNNING',
    step: 'Checking',
    rowsDone: 2_000,
    rowsTotal: 10_000,
    startedBy: { name: 'Key of the INTEGRATOR' },
    failure: null,
    finishedAt: null,
    logLines: [{ level: 'INFO', message: 'Half of them are blocked.' }],
  });
  const seconds = (Date.parse(task.updatedAt) - started.getTime()) / 1_000;
  expect(task.rowsPerSecond).toBeCloseTo(2_000 / seconds);
  expect(Date.parse(task.estimatedEndAt)).toBeCloseTo(Date.parse(task.updatedAt) + 4 * seconds * 1_000, -1);
  expect(node).toEqual(task);
});

test('whoever started a task sees it, task:see sees all, others none; another environment never (R7, invariant 8)', async () => {
  const world = await newEnvironment(server);
  const own = await other.start(world, 'INTEGRATOR');
  const others = await other.start(world, 'COMPLIANCE');
  const sees = { ADMIN: [others, own], AUDITOR: [others, own], INTEGRATOR: [own], DIALER: [], READ_ONLY: [] } as const;
  for (const [role, ids] of Object.entries(sees)) {
    const client = await world.as(role as keyof typeof sees);
    expect(await idsOf(client), role).toEqual(ids);
    for (const id of [own, others]) {
      const { task, node } = await client.expectOk(TASK, { id });
      expect([task?.id, node?.id], role).toEqual(
        (ids as readonly string[]).includes(id) ? [id, id] : [undefined, undefined],
      );
      if (task && role === 'INTEGRATOR') expect(task.startedBy).toBeNull();
    }
  }
  const stranger = await world.sandbox.as('ADMIN');
  expect(await idsOf(stranger)).toEqual([]);
  expect(await stranger.expectOk(TASK, { id: own })).toEqual({ task: null, node: null });
  await stranger.expectError('NOT_FOUND', CANCEL, { input: { task: own } });
  await server.anonymous().expectError('UNAUTHENTICATED', PAGE);
});

test('tasks come newest first, in pages, by kind and state; their pages outlive a restart', async () => {
  const first = await startQuietline();
  const driver = await otherServer(first);
  const world = await newEnvironment(first);
  const ids: string[] = [];
  for (const kind of ['IMPORT', 'SCRUB', 'IMPORT'] as const) ids.unshift(await driver.start(world, 'ADMIN', kind));
  await driver.batch(ids[1]!, {
    state: 'FAILED',
    failure_code: 'BOMB',
    failure_message: 'Too large.',
    finished_at: new Date(),
  });
  for (const id of [ids[0]!, ids[2]!]) await driver.batch(id, { state: 'DONE', rows_done: 5, finished_at: new Date() });
  const before = await (await world.as('ADMIN')).expectOk(TASK, { id: ids[1] });
  expect(before.task.failure).toEqual({ code: 'BOMB', message: 'Too large.' });
  await first.close();

  const admin = await world.through(await startQuietline({ database: first.storage })).as('ADMIN');
  expect(await admin.expectOk(TASK, { id: ids[1] })).toEqual(before);
  const { tasks } = await admin.expectOk(PAGE, { first: 2 });
  expect(tasks).toMatchObject({ nodes: [{ id: ids[0] }, { id: ids[1] }], pageInfo: { hasNextPage: true } });
  expect(await idsOf(admin, { first: 2, after: tasks.pageInfo.endCursor })).toEqual([ids[2]]);
  expect(await idsOf(admin, { last: 1, before: tasks.pageInfo.endCursor })).toEqual([ids[0]]);
  expect(await idsOf(admin, { filterBy: { kinds: ['IMPORT'] } })).toEqual([ids[0], ids[2]]);
  expect(await idsOf(admin, { filterBy: { kinds: ['IMPORT', 'SCRUB'], states: ['FAILED'] } })).toEqual([ids[1]]);
});

test('cancelTask answers what stays; again it changes nothing, and what is done is refused', async () => {
  const world = await newEnvironment(server);
  const [id, done] = [await other.start(world, 'INTEGRATOR'), await other.start(world, 'INTEGRATOR', 'IMPORT')];
  await other.batch(id, { rows_done: 40 });
  await other.batch(done, { state: 'DONE' });
  const [integrator, auditor] = [await world.as('INTEGRATOR'), await world.as('AUDITOR')];
  await auditor.expectError('FORBIDDEN', CANCEL, { input: { task: id } });
  const { cancelTask } = await integrator.expectOk(CANCEL, { input: { task: id } });
  expect(cancelTask).toMatchObject({ task: { id, state: 'CANCELLED', rowsDone: 40 }, isChanged: true, notice: null });
  expect(cancelTask.cursor).toBe(
    (await integrator.expectOk('{ environment { changeCursor } }')).environment.changeCursor,
  );
  const again = await integrator.expectOk(CANCEL, { input: { task: id } });
  expect(again.cancelTask).toEqual({ ...cancelTask, isChanged: false });
  const { data } = await integrator.expectError('REFUSED', CANCEL, { input: { task: done } });
  expect(data.cancelTask).toMatchObject({ task: null, isChanged: false, userErrors: [{ path: ['input', 'task'] }] });
  expect(data.cancelTask.userErrors[0].message).toContain('undoImport');
  for (const task of ['made-up', Buffer.from('Entry:1').toString('base64url')])
    await integrator.expectError('NOT_FOUND', CANCEL, { input: { task } });
});
