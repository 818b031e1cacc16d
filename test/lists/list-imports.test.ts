import { beforeAll, expect, test } from 'vitest';
import { importFile, startDocument, start as startImport, upload } from '../imports/import-story.ts';
import { databaseRows } from '../start/database-rows.ts';
import type { Quietline } from '../support/quietline.ts';
import { untilEnded } from '../support/tasks.ts';
import { newEnvironment } from '../support/world.ts';
import { check, createList, refusal, start, updateList } from './list-story.ts';

const FILE = 'phone\n+14155550100\n+14155550101';

let server: Quietline;
beforeAll(async () => {
  server = await start();
});

test('a file is imported to a list of your own as to any other', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createList(staff);
  const task = await importFile(server, staff, FILE, { list: 'NIGHT' });
  expect(task.import).toMatchObject({ addedCount: 2, list: { key: 'NIGHT' } });
  expect(await check(staff, '+14155550101')).toBe('NIGHT');
});

test('no import to an archived list is started', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createList(staff);
  await updateList(staff, { isEnabled: false });
  const input = { upload: await upload(server, staff, FILE), list: 'NIGHT' };
  expect(await refusal(staff, startDocument, input)).toMatchObject({ code: 'REFUSED', path: 'input.list' });
});

test('an import whose list is archived meanwhile ends, and says so', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  await createList(staff);
  // The list is archived at the last moment: when the batch has written its entries and waits for the environment's lock.
  await databaseRows(
    (server.storage as { url: string }).url,
    `CREATE FUNCTION archive_now() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN UPDATE list SET enabled = false WHERE environment_id = new.environment_id AND id = new.list_id; RETURN new; END $$;
     CREATE TRIGGER archive_now BEFORE INSERT ON entry FOR EACH ROW WHEN (new.environment_id = ${Number(world.environmentId)})
       EXECUTE FUNCTION archive_now()`,
  );
  const task = await startImport(staff, { upload: await upload(server, staff, FILE), list: 'NIGHT' });
  expect(await untilEnded(staff, task)).toEqual({
    state: 'FAILED',
    failure: {
      code: 'LIST_ARCHIVED',
      message: expect.stringContaining('The list NIGHT was archived meanwhile, and takes no more numbers.'),
    },
  });
  expect(await check(staff, '+14155550100')).toBe('ALLOW');
});
