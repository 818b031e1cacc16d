import { beforeAll, expect, test, vi } from 'vitest';
import {
  add,
  changesIn,
  ENTRY_CHANGES,
  type FollowedChange,
  type Message,
  numbers,
} from '../graphql/feed-documents.ts';
import { createClient } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { check } from './reading.ts';

vi.setConfig({ testTimeout: 30_000 });

let here: Quietline;
let there: Quietline;

beforeAll(async () => {
  here = await startQuietline();
  there = await startQuietline({ database: here.storage });
});

const overNetwork = (server: Quietline, token: string | undefined) =>
  createClient({ url: server.url, fetch: (request) => fetch(request) }, token);

test('an entry blocks until its end, and is then lifted once by the system, at most 5 s late, whoever sweeps (P1.10)', async () => {
  const world = await newEnvironment(here);
  const staff = await world.as('COMPLIANCE');
  const phones = numbers(40);
  const stream = there.withToken((await world.as('DIALER')).token!).subscribe<Message>(ENTRY_CHANGES);
  await stream.next();
  const client = overNetwork(there, staff.token);
  // Nothing is new to either server when the time begins to run.
  await add(staff, numbers(1, 50));
  await check(client, phones[0]!);

  const expiresAt = new Date(Date.now() + 2_000).toISOString();
  const { ids, cursor } = await add(staff, phones, { rest: { expiresAt } });
  expect(ids).not.toContain(undefined);
  await stream.until(({ entryChanges }) => 'cursor' in entryChanges && entryChanges.cursor === cursor);
  let asked = 0;
  for (;;) {
    const sent = Date.now();
    const { decision } = await check(client, phones[asked % phones.length]!);
    // Lifted or not, before its time nobody says ALLOW.
    if (sent < Date.parse(expiresAt)) expect(decision).toBe('BLOCK');
    else break;
    asked += 1;
  }
  const lifted: FollowedChange[] = [];
  const allLifted = (message: Message) => {
    lifted.push(...changesIn([message]).filter(({ kind }) => kind === 'ENTRY_EXPIRED'));
    return lifted.length >= phones.length;
  };
  await stream.until(allLifted, { within: 10_000 });
  const late = Date.now() - Date.parse(expiresAt);
  console.log(`P1.10: blocked for ${asked} checks, then lifted ${late} ms after its end`);
  expect(asked).toBeGreaterThan(0);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(5_000);
  expect(lifted.map(({ phone }) => phone).sort()).toEqual(phones);
  for (const { blocked } of lifted) expect(blocked).toMatchObject({ outboundCall: false, outboundSms: false });
  expect((await check(client, phones[0]!)).decision).toBe('ALLOW');

  // Both servers have swept once more when a later entry has gone.
  const [later] = numbers(1, 40);
  await add(staff, [later!], { rest: { expiresAt: new Date(Date.now() + 1_100).toISOString() } });
  await stream.until(
    (message) => changesIn([message]).some(({ kind, phone }) => kind === 'ENTRY_EXPIRED' && phone === later),
    {
      within: 10_000,
    },
  );
  const { auditLog } = await (await world.as('ADMIN')).expectOk(
    '{ auditLog(first: 100, filterBy: { kinds: [ENTRY_EXPIRED] }) { nodes { phone actorKind actor { type } operation after { status } } } }',
  );
  expect(auditLog.nodes.map(({ phone }: { phone: string }) => phone).sort()).toEqual([...phones, later]);
  for (const { phone: _phone, ...change } of auditLog.nodes)
    expect(change).toEqual({ actorKind: 'SYSTEM', actor: { type: 'SYSTEM' }, operation: 'expireEntries', after: null });
});
