import { beforeAll, expect, test } from 'vitest';
import { databaseRows } from '../start/database-rows.ts';
import type { Quietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  addTo,
  check,
  createCampaigns,
  createList,
  OUTBOUND_CALL,
  OUTBOUND_SMS,
  refusal,
  start,
  UPDATE_LIST,
  updateList,
} from './list-story.ts';

const BOTH = { blocks: [OUTBOUND_CALL, OUTBOUND_SMS] };
const PHONE = '+14155550100';
const permanently = { status: 'PERMANENT' };

let server: Quietline;
beforeAll(async () => {
  server = await start();
});

function sql(text: string, values: unknown[]) {
  return databaseRows((server.storage as { url: string }).url, text, values);
}

test('R5.5: a list with permanent entries may block more, and not less', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createCampaigns(staff, 'spring', 'autumn');
  await createList(staff, { campaigns: ['spring', 'autumn'], ...BOTH });
  await addTo(staff, 'NIGHT', PHONE, permanently);
  await addTo(staff, 'NIGHT', '+14155550101', permanently);
  await addTo(staff, 'NIGHT', '+14155550102');
  for (const [change, path, done] of [
    [{ isEnabled: false }, 'input.isEnabled', 'archived'],
    [{ blocks: [OUTBOUND_SMS] }, 'input.blocks', 'narrowed'],
    [{ campaigns: ['spring'] }, 'input.campaigns', 'detached from a campaign'],
  ] as const)
    expect(await refusal(staff, UPDATE_LIST, { list: 'NIGHT', name: 'Not kept', ...change })).toEqual({
      code: 'REFUSED',
      path,
      message: `The list NIGHT holds 2 permanent entries, which nobody can lift: it can't be ${done}. It may block more, or count for more campaigns; for what shall block less make another list.`,
    });
  expect(await check(staff, PHONE, OUTBOUND_CALL, 'autumn')).toBe('NIGHT');
  await createCampaigns(staff, 'summer');
  const more = { blocks: [...BOTH.blocks, { direction: 'INBOUND', channel: 'CALL' }] };
  expect(await updateList(staff, { ...more, campaigns: ['summer', 'autumn', 'spring'] })).toMatchObject({
    isChanged: true,
    list: { name: 'No calls at night', ...more },
  });
  // From some to all is more, from all to some is less.
  expect(await updateList(staff, { campaigns: [] })).toMatchObject({ isChanged: true });
  const some = { list: 'NIGHT', campaigns: ['spring', 'autumn', 'summer'] };
  expect(await refusal(staff, UPDATE_LIST, some)).toMatchObject({ code: 'REFUSED', path: 'input.campaigns' });
});

test("R5.5: people's own opt-outs hold a list too, and a removed entry doesn't", async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  await createList(staff, BOTH);
  await addTo(staff, 'NIGHT', PHONE);
  await sql('UPDATE entry SET end_user_opted_out = true WHERE environment_id = $1', [world.environmentId]);
  const archived = { list: 'NIGHT', isEnabled: false };
  expect((await refusal(staff, UPDATE_LIST, archived)).message).toContain(
    'The list NIGHT holds 1 opt-out of people by text, which only they themselves can lift: ',
  );
  await sql('UPDATE entry SET active = false WHERE environment_id = $1', [world.environmentId]);
  expect((await updateList(staff, { isEnabled: false })).isChanged).toBe(true);
});

test('without such entries a list may be narrowed, detached and archived, and its numbers follow', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await createCampaigns(staff, 'spring', 'autumn');
  await createList(staff, BOTH);
  await addTo(staff, 'NIGHT', PHONE);
  await updateList(staff, { blocks: [OUTBOUND_SMS] });
  expect(await check(staff, PHONE)).toBe('ALLOW');
  expect(await check(staff, PHONE, OUTBOUND_SMS, 'autumn')).toBe('NIGHT');
  const { list } = await updateList(staff, { campaigns: ['spring'] });
  expect(list.campaigns).toEqual([{ key: 'spring' }]);
  expect(await check(staff, PHONE, OUTBOUND_SMS, 'autumn')).toBe('ALLOW');
  expect(await check(staff, PHONE, OUTBOUND_SMS, 'spring')).toBe('NIGHT');
  // R3.1: without a campaign, or with an unknown one, every list counts.
  expect(await check(staff, PHONE, OUTBOUND_SMS)).toBe('NIGHT');
  expect(await check(staff, PHONE, OUTBOUND_SMS, 'unknown')).toBe('NIGHT');
});

test('a permanent entry and the end of its list never both come true, however they meet', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const keys = Array.from({ length: 12 }, (_, n) => `LIST_${n}`);
  for (const key of keys) await createList(staff, { key });
  const races = keys.map(async (key, n) => {
    const add = `mutation { addEntries(input: { list: "${key}", status: PERMANENT, entries: [{ phone: "+141555503${10 + n}" }] }) { addedCount } }`;
    const archive = `mutation { updateList(input: { list: "${key}", isEnabled: false }) { isChanged } }`;
    const both = n % 2 ? [add, archive] : [archive, add];
    const answers = await Promise.all(both.map((document) => staff.query(document)));
    const data = Object.assign({}, ...answers.map(({ data }) => data));
    return [data.addEntries.addedCount === 1, data.updateList.isChanged];
  });
  for (const [added, archived] of await Promise.all(races)) expect(added).toBe(!archived);
});
