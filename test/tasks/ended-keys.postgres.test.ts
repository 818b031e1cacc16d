import { beforeAll, beforeEach, expect, test } from 'vitest';
import { colleague } from '../accounts/installation.ts';
import { gate } from '../auth/fakes.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { otherServer } from './api-tasks.ts';
import { counting, type TaskWorld, taskWorld } from './task-world.ts';

let world: TaskWorld;
beforeAll(async () => {
  world = await taskWorld();
});
beforeEach(() => world.forgetTasks());

const expire = (keyId: number) =>
  world.database.write.query(`UPDATE api_key SET expires_at = clock_timestamp() WHERE id = $1`, [keyId]);

test('a task stops at the next batch when its key expires, and those of other keys go on', async () => {
  const admin = await world.newEnvironment();
  const other = await colleague(world, admin, 'COMPLIANCE');
  const lost = await world.start(other, 'lost', 1_000_000);
  const waits = await world.start(other, 'waits');
  const mine = await world.start(admin, 'mine');
  const begun = gate();
  const done: string[] = [];
  world.runner(
    counting((name, batch) => {
      done.push(name);
      if (name === 'lost' && batch === 1) begun.open();
    }),
    { heartbeatMs: 10 },
  );
  await begun.passed;
  await expire(other.keyId);
  expect(await world.ended(admin, lost)).toMatchObject({ state: 'FAILED', failureCode: 'KEY_REVOKED' });
  expect(await world.ended(admin, waits)).toMatchObject({ state: 'FAILED', failureCode: 'KEY_REVOKED', rowsDone: 0 });
  expect(await world.ended(admin, mine)).toMatchObject({ state: 'DONE' });
  const batches = done.filter((name) => name === 'lost').length;
  const { rowsDone } = await world.row(admin, lost);
  // What was under way when it ended was fenced off.
  expect(batches - rowsDone / 10).toBeLessThanOrEqual(1);
  expect(done).not.toContain('waits');
});

test('when a key is revoked, its task that runs on another server has failed at once, with what to do', async () => {
  const server = await startQuietline();
  const there = await newEnvironment(server);
  const task = await (await otherServer(server)).start(there, 'INTEGRATOR');
  const mine = await (await otherServer(server)).start(there, 'COMPLIANCE');
  const admin = await there.as('ADMIN');
  const { apiKeys } = await admin.expectOk('{ apiKeys(first: 10) { nodes { id role } } }');
  const { id } = apiKeys.nodes.find(({ role }: { role: string }) => role === 'INTEGRATOR');
  await admin.expectOk(
    'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { userErrors { code } } }',
    {
      input: { apiKeyId: id },
    },
  );
  const TASK = 'query ($id: ID!) { task(id: $id) { state finishedAt failure { code message } } }';
  expect((await admin.expectOk(TASK, { id: task })).task).toEqual({
    state: 'FAILED',
    finishedAt: expect.any(String),
    failure: { code: 'KEY_REVOKED', message: expect.stringContaining('start it again') },
  });
  expect((await admin.expectOk(TASK, { id: mine })).task.state).toBe('RUNNING');
});
