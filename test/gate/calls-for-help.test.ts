import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { layCable } from '../durability/cable.ts';
import { JWT_SECRET, personOf } from '../graphql/entry-story.ts';
import { onceEnded } from '../support/leftovers.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { attempts, authorize, newPhone } from './gate-story.ts';

let server: Quietline;
let world: World;

beforeAll(async () => {
  server = await startQuietline({ settings: { JWT_SECRET } });
  world = await newEnvironment(server);
});

test('a call for help passes whatever else is wrong with the question (R2.4)', async () => {
  const dialer = await world.as('DIALER');
  const wrongs = [
    { agent: 'x'.repeat(201) },
    { messageType: 'PROMOTIONAL' },
    { onBehalfOf: { id: '' } },
    { text: 'x'.repeat(10_001) },
    { atLeast: 'not a cursor' },
    { campaign: 'nowhere' },
  ];
  for (const wrong of wrongs)
    expect(await authorize(dialer, { phone: '911', ...wrong }), Object.keys(wrong)[0]).toMatchObject({
      isAuthorized: true,
      verdict: { reasons: [{ code: 'EMERGENCY_NUMBER' }] },
      userErrors: [],
    });
  const { nodes } = await attempts(await world.as('ADMIN'));
  expect(nodes).toHaveLength(wrongs.length);
  expect(nodes.at(-1)).toMatchObject({ agent: 'x'.repeat(200), decision: 'ALLOW', messageType: null });
  // A text is no call.
  expect(await authorize(dialer, { phone: '911', channel: 'SMS' })).toMatchObject({ isAuthorized: false });
});

test('it does not wait for the database where there is no journal', async () => {
  const spool = mkdtempSync(join(tmpdir(), 'quietline-spool-'));
  onceEnded('a spool folder', async () => rmSync(spool, { recursive: true }));
  // In place of the folder of the journal.
  writeFileSync(join(spool, 'attempts'), '');
  const cable = await layCable((server.storage as { url: string }).url);
  const there = await startQuietline({
    database: { url: cable.url },
    settings: { SPOOL_DIR: spool, MAX_STALENESS_MS: '60000' },
  });
  const dialer = await world.through(there).as('DIALER');
  expect(await authorize(dialer, { phone: newPhone() })).toMatchObject({ isAuthorized: true });
  await cable.cut();
  const began = performance.now();
  expect(await authorize(dialer, { phone: '911' })).toMatchObject({ isAuthorized: true });
  expect(performance.now() - began).toBeLessThan(1_000);
});

test("with a person's own token the agent is that person: another one is refused, and onBehalfOf changes nothing", async () => {
  const person = await personOf(world, 'AGENT', 'Kim');
  for (const agent of [undefined, 'sub of Kim', 'person:sub of Kim'])
    expect(await authorize(person, { phone: newPhone(), agent })).toMatchObject({ isAuthorized: true });
  await authorize(person, { phone: newPhone(), onBehalfOf: { id: 'ann' } });
  const claimed = await authorize(person, { phone: newPhone(), agent: 'ann' });
  expect(claimed).toMatchObject({ isAuthorized: false, userErrors: [{ code: 'REFUSED', path: ['input', 'agent'] }] });
  const { nodes } = await attempts(await world.as('ADMIN'), null, { first: 4 });
  expect(nodes.map(({ agent }) => agent)).toEqual(Array(4).fill('sub of Kim'));
});
