import { beforeAll, expect, test } from 'vitest';
import { TaskProgressFeed } from '../../src/domain/tasks/follow-task.ts';
import { fakeSql, keyViewer } from '../auth/fakes.ts';
import type { Client } from '../support/client.ts';
import type { Subscription } from '../support/message-queue.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { type OtherServer, otherServer } from './api-tasks.ts';

const FOLLOW = 'subscription ($task: ID!) { taskProgress(task: $task) { state rowsDone step logLines { message } } }';
interface Message {
  readonly taskProgress: { state: string; rowsDone: number; step: string; logLines: { message: string }[] } | null;
}

let server: Quietline;
let other: OtherServer;
beforeAll(async () => {
  server = await startQuietline();
  other = await otherServer(server);
});

const transports = {
  WebSocket: async (client: Client, variables: object): Promise<Subscription<Message>> =>
    client.subscribe<Message>(FOLLOW, variables),
  SSE: (client: Client, variables: object): Promise<Subscription<Message>> => client.sse<Message>(FOLLOW, variables),
};

test.each(Object.entries(transports))(
  'over %s: the task at once, then as it changes on another server, and the end of the stream after its end',
  async (_name, follow) => {
    const world = await newEnvironment(server);
    const task = await other.start(world, 'INTEGRATOR');
    const stream = await follow(await world.as('INTEGRATOR'), { task });
    expect((await stream.next()).taskProgress).toMatchObject({ state: 'RUNNING', rowsDone: 0, logLines: [] });
    await other.say(task, 'Ten rows.');
    await other.batch(task, { rows_done: 10, step: 'Checking' });
    const { taskProgress } = await stream.next();
    expect(taskProgress).toEqual({
      state: 'RUNNING',
      rowsDone: 10,
      step: 'Checking',
      logLines: [{ message: 'Ten rows.' }],
    });
    await other.batch(task, { rows_done: 20, state: 'DONE' });
    expect((await stream.next()).taskProgress).toMatchObject({ state: 'DONE', rowsDone: 20 });
    await stream.completed;
  },
);

test('many followers and many changes: at most four messages a second, and everybody hears of the end', async () => {
  const world = await newEnvironment(server);
  const task = await other.start(world, 'ADMIN');
  const admin = await world.as('ADMIN');
  const streams = [admin.subscribe<Message>(FOLLOW, { task }), admin.subscribe<Message>(FOLLOW, { task })];
  const began = performance.now();
  for (const stream of streams) await stream.next();
  for (let rows = 1; performance.now() - began < 1_000; rows += 1) await other.batch(task, { rows_done: rows });
  await other.batch(task, { state: 'FAILED', failure_code: 'BOMB' });
  for (const stream of streams) {
    const messages = await stream.until(({ taskProgress }) => taskProgress?.state === 'FAILED');
    const seconds = Math.ceil((performance.now() - began) / 1_000);
    expect(messages.length).toBeLessThanOrEqual(4 * seconds + 1);
    const rows = messages.map(({ taskProgress }) => taskProgress!.rowsDone);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    await stream.completed;
  }
});

test('what changes here is looked for at once, and at most four times a second', async () => {
  const viewer = keyViewer({ environmentId: 7, role: 'ADMIN' });
  let rowsDone = 0;
  const { sql } = fakeSql(() => [
    {
      environmentId: 7,
      id: '1',
      state: 'RUNNING',
      step: '',
      actorSubject: '',
      rowsDone,
      updatedAt: new Date(rowsDone),
    },
  ]);
  const feed = new TaskProgressFeed({ sql });
  const stop = new AbortController();
  const stream = feed.follow(viewer, '1', stop.signal);
  await stream.next();
  const began = performance.now();
  const times: number[] = [];
  while (times.length < 4) {
    const next = stream.next();
    rowsDone += 1;
    feed.changed(7, '1');
    expect((await next).value).toMatchObject({ rowsDone });
    times.push(performance.now() - began);
  }
  const gaps = times.slice(1).map((time, n) => time - times[n]!);
  expect(Math.min(...gaps)).toBeGreaterThan(200);
  // Who waits for the poll alone waits 500 ms.
  expect(Math.min(...gaps)).toBeLessThan(400);
  stop.abort();
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('that a task is over is told at once, however short ago its last step was told', async () => {
  const viewer = keyViewer({ environmentId: 7, role: 'ADMIN' });
  const row = {
    environmentId: 7,
    id: '1',
    state: 'RUNNING',
    step: '',
    actorSubject: '',
    rowsDone: 0,
    updatedAt: new Date(0),
  };
  const { sql } = fakeSql(() => [{ ...row }]);
  const feed = new TaskProgressFeed({ sql });
  const stop = new AbortController();
  const stream = feed.follow(viewer, '1', stop.signal);
  await stream.next();
  row.rowsDone = 1;
  feed.changed(7, '1', false);
  await stream.next();
  const next = stream.next();
  const began = performance.now();
  row.state = 'DONE';
  feed.changed(7, '1', true);
  expect((await next).value).toMatchObject({ state: 'DONE' });
  expect(performance.now() - began).toBeLessThan(200);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('cancelled here: followers hear of it, and the stream ends', async () => {
  const world = await newEnvironment(server);
  const task = await other.start(world, 'ADMIN');
  const admin = await world.as('ADMIN');
  const stream = admin.subscribe<Message>(FOLLOW, { task });
  await stream.next();
  await admin.expectOk(
    'mutation ($task: ID!) { cancelTask(input: { task: $task }) { isChanged userErrors { code } } }',
    { task },
  );
  expect((await stream.next()).taskProgress).toMatchObject({ state: 'CANCELLED' });
  await stream.completed;
});

test('a task that has ended is told once; one that the viewer may not see is null, like one that is not there', async () => {
  const world = await newEnvironment(server);
  const task = await other.start(world, 'COMPLIANCE');
  await other.batch(task, { state: 'DONE' });
  const stream = (await world.as('AUDITOR')).subscribe<Message>(FOLLOW, { task });
  expect((await stream.next()).taskProgress).toMatchObject({ state: 'DONE' });
  await stream.completed;
  for (const [client, id] of [
    [await world.as('INTEGRATOR'), task],
    [await world.sandbox.as('ADMIN'), task],
    [await world.as('ADMIN'), 'made-up'],
  ] as const) {
    const none = client.subscribe<Message>(FOLLOW, { task: id });
    expect(await none.nextAnswer()).toEqual({ data: { taskProgress: null }, errors: [] });
    await none.completed;
  }
  const refused = await server.anonymous().subscribe<Message>(FOLLOW, { task }).nextAnswer();
  expect(refused.errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});
