import { setImmediate } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { ATTEMPT_FIELDS, type Attempt, authorize, list, newPhone } from '../gate/gate-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

let here: Quietline;
let there: Quietline;

beforeAll(async () => {
  here = await startQuietline();
  there = await startQuietline({ database: here.storage });
});

type Message = { attemptRecorded: Attempt };

const RECORDED = `subscription Recorded($filterBy: AttemptFilter, $after: LogPosition) {
  attemptRecorded(filterBy: $filterBy, after: $after) { ${ATTEMPT_FIELDS} }
}`;

test('two servers on one database: the stream of either brings the attempts of both, in order and none left out', async () => {
  const world = await newEnvironment(here);
  const staff = await world.as('COMPLIANCE');
  const dialers = [here, there].map(async (server) => server.withToken((await world.as('DIALER')).token!));
  const streams = [here, there].map((server) =>
    server.withToken(staff.token!).subscribe<Message>(RECORDED, { after: 0 }),
  );
  const ids: string[] = [];
  for (let n = 0; n < 120; n += 1) {
    const { attemptId } = await authorize((await dialers[n % 2])!, { phone: newPhone() });
    ids.push(attemptId!);
  }
  for (const stream of streams) {
    const received: Attempt[] = [];
    while (received.length < ids.length) received.push((await stream.next()).attemptRecorded);
    expect(received.map(({ position }) => position)).toEqual(ids.map((_, n) => n + 1));
    expect(new Set(received.map(({ id }) => id))).toEqual(new Set(ids));
  }
});

test('it begins behind the position that is given; one ahead of the end is an error', async () => {
  const world = await newEnvironment(here);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.push((await authorize(dialer, { phone: newPhone() })).attemptId!);
  const [all, resumed] = [0, 2].map((after) => staff.subscribe<Message>(RECORDED, { after }));
  for (const id of ids) expect((await all!.next()).attemptRecorded.id).toBe(id);
  expect((await resumed!.next()).attemptRecorded).toMatchObject({ id: ids[2], position: 3 });
  const ahead = await staff.subscribe<Message>(RECORDED, { after: 7 }).nextAnswer();
  expect(ahead.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
});

test('without a position it begins with the next attempt, and from there leaves none out', async () => {
  const world = await newEnvironment(here);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  for (let n = 0; n < 3; n += 1) await authorize(dialer, { phone: newPhone() });
  const stream = staff.subscribe<Message>(RECORDED);
  // It says nothing when it begins: attempts are made until it brings one.
  let isHeard = false;
  const first = stream.next().finally(() => {
    isHeard = true;
  });
  let made = 3;
  for (; !isHeard; made += 1) {
    await authorize(dialer, { phone: newPhone() });
    // The gate waits for nothing, and this process is the server too: sockets and timers want their turn.
    await setImmediate();
  }
  const { position } = (await first).attemptRecorded;
  expect(position).toBeGreaterThan(3);
  for (let next = position + 1; next <= made; next += 1)
    expect((await stream.next()).attemptRecorded.position).toBe(next);
});

test('filters hold for the stream too, and an AGENT hears of their own alone, even before their first', async () => {
  const world = await newEnvironment(here);
  const [staff, agent] = [await world.as('COMPLIANCE'), await world.as('AGENT')];
  const listed = newPhone();
  await list(staff, 'DNC', [listed]);
  const blocked = staff.subscribe<Message>(RECORDED, { filterBy: { lists: ['DNC'], channel: 'CALL' }, after: 0 });
  const own = agent.subscribe<Message>(RECORDED, { after: 0 });
  const dialer = await world.as('DIALER');
  await authorize(dialer, { phone: newPhone() });
  await authorize(dialer, { phone: listed, channel: 'SMS' });
  const wanted = await authorize(dialer, { phone: listed });
  const mine = await authorize(agent, { phone: newPhone(), dialingMode: 'AGENT_MANUAL' });
  expect((await blocked.next()).attemptRecorded).toMatchObject({ id: wanted.attemptId, lists: [{ key: 'DNC' }] });
  expect((await own.next()).attemptRecorded).toMatchObject({ id: mine.attemptId, actor: null });
  const refused = await dialer.subscribe<Message>(RECORDED, {}).nextAnswer();
  expect(refused.errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
});

test("invariant 8: the attempts of another environment are nobody else's", async () => {
  const [mine, other] = [await newEnvironment(here), await newEnvironment(here)];
  const stream = (await mine.as('ADMIN')).subscribe<Message>(RECORDED, { after: 0 });
  await authorize(await other.as('DIALER'), { phone: newPhone() });
  const { attemptId } = await authorize(await mine.as('DIALER'), { phone: newPhone() });
  expect((await stream.next()).attemptRecorded).toMatchObject({ id: attemptId, position: 1 });
});
