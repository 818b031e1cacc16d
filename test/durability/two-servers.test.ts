import { beforeAll, expect, test, vi } from 'vitest';
import { add, changesIn, ENTRY_CHANGES, enforcePending, type Message, numbers } from '../graphql/feed-documents.ts';
import { onceEnded } from '../support/leftovers.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { newEnvironment } from '../support/world.ts';
import { check } from './reading.ts';

vi.setConfig({ testTimeout: 30_000 });

let here: Quietline;
let there: Quietline;
/** Listens in another database, where nobody calls: a server that no notification ever reaches. */
let deaf: Quietline;

const POLL_MS = 500;

beforeAll(async () => {
  here = await startQuietline();
  const elsewhere = await createTestDatabase();
  onceEnded('a test database', elsewhere.drop);
  [there, deaf] = await Promise.all([
    startQuietline({ database: here.storage }),
    startQuietline({
      database: here.storage,
      settings: { DATABASE_DIRECT_URL: elsewhere.url, POLL_INTERVAL_MS: String(POLL_MS) },
    }),
  ]);
});

const AT_LEAST = `query Check($phone: String!, $atLeast: ChangeCursor) {
  check(phone: $phone, channel: CALL, atLeast: $atLeast) { decision reasons { code } }
}`;

test('what one server has acknowledged, another blocks at once when asked with its cursor (P2.4)', async () => {
  const world = await newEnvironment(here);
  const staff = await world.as('COMPLIANCE');
  for (const server of [there, deaf]) {
    const other = server.withToken(staff.token!);
    await check(other, numbers(1)[0]!);
    for (const phone of numbers(30, server === deaf ? 30 : 0)) {
      const { cursor } = await add(staff, [phone]);
      const { check: verdict } = await other.expectOk(AT_LEAST, { phone, atLeast: cursor });
      expect(verdict).toEqual({ decision: 'BLOCK', reasons: [{ code: 'LISTED' }] });
    }
  }
});

test('the feed of another server brings every change once and in order, with NOTIFY or without it (invariant 5)', async () => {
  const world = await newEnvironment(here);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const streams = [there, deaf].map((server) => server.withToken(dialer.token!).subscribe<Message>(ENTRY_CHANGES));
  for (const stream of streams) await stream.next();
  const all = numbers(300);
  for (let n = 0; n < all.length; n += 3) await add(staff, all.slice(n, n + 3));
  for (const stream of streams) {
    const received: string[] = [];
    while (received.length < all.length) received.push(...changesIn([await stream.next()]).map(({ phone }) => phone));
    expect(received).toEqual(all);
  }
});

test('a server that hears no notification sees a change within the poll interval (P2.6)', async () => {
  const world = await newEnvironment(here);
  const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
  const stream = deaf.withToken(dialer.token!).subscribe<Message>(ENTRY_CHANGES);
  await stream.next();
  const [phone] = numbers(1);
  await add(staff, [phone!]);
  const acknowledged = performance.now();
  const [change] = changesIn(await stream.until((message) => changesIn([message]).length > 0));
  // Half of it again for the poll itself on a busy machine.
  expect(performance.now() - acknowledged).toBeLessThan(POLL_MS * 1.5);
  expect(change).toMatchObject({ phone, kind: 'ENTRY_ADDED' });
  expect((await check(deaf.withToken(staff.token!), phone!)).decision).toBe('BLOCK');
});

test('a changed setting alters the verdicts of the other servers too (P2.1)', async () => {
  const world = await newEnvironment(here);
  const staff = await world.as('COMPLIANCE');
  const [phone] = numbers(1);
  const { cursor } = await add(staff, [phone!], { status: 'PENDING' });
  for (const server of [here, there, deaf]) {
    const verdict = await server.withToken(staff.token!).expectOk(AT_LEAST, { phone, atLeast: cursor });
    expect(verdict.check.decision).toBe('BLOCK');
  }
  const off = await enforcePending(staff, false);
  for (const server of [here, there, deaf]) {
    const verdict = await server.withToken(staff.token!).expectOk(AT_LEAST, { phone, atLeast: off });
    expect(verdict.check).toEqual({ decision: 'ALLOW', reasons: [] });
  }
});

test('a revoked key is refused and its sockets closed: here within 1 s, on other servers within 2 s (P2.8)', async () => {
  const world = await newEnvironment(here);
  const admin = await world.as('ADMIN');
  const dialer = await world.withNewKey('DIALER');
  const servers = [here, there, deaf];
  const streams = servers.map((server) => server.withToken(dialer.token!).subscribe<Message>(ENTRY_CHANGES));
  for (const stream of streams) await stream.next();
  const bystander = there.withToken((await world.as('DIALER')).token!).subscribe<Message>(ENTRY_CHANGES);
  await bystander.next();

  const { apiKeys } = await admin.expectOk('{ apiKeys(first: 10, active: true) { nodes { id name createdAt } } }');
  const [id] = apiKeys.nodes
    .filter(({ name }: { name: string }) => name.includes('DIALER'))
    .map((key: { id: string }) => key.id)
    .slice(-1);
  const viewer = await dialer.expectOk('{ viewer { name } }');
  expect(viewer.viewer.name).toBe('Key of the DIALER');
  const asked = performance.now();
  const closing = streams.map(async ({ closed }) => ({ code: (await closed).code, ms: performance.now() - asked }));
  await admin.expectOk(
    'mutation Revoke($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { userErrors { code } } }',
    { input: { apiKeyId: id } },
  );
  const closed = await Promise.all(closing);
  expect(closed.map(({ code }) => code)).toEqual([4403, 4403, 4403]);
  expect(closed[0]!.ms).toBeLessThan(1_000);
  for (const { ms } of closed) expect(ms).toBeLessThan(2_000);
  console.log('P2.8: closed after', closed.map(({ ms }) => Math.round(ms)).join(', '), 'ms');
  for (const server of servers)
    await server.withToken(dialer.token!).expectError('UNAUTHENTICATED', '{ viewer { name } }');

  await add(await world.as('COMPLIANCE'), numbers(1));
  expect(changesIn(await bystander.until((message) => changesIn([message]).length > 0))).toHaveLength(1);
});
