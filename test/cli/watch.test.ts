import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { record, revoke } from '../consents/consent-story.ts';
import { layCable } from '../durability/cable.ts';
import { createCampaign, createList } from '../graphql/config-story.ts';
import { add } from '../graphql/feed-documents.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { Commands, jsonLines, type Running } from './command.ts';
import { newFolder } from './folder.ts';

let server: Quietline;
let world: World;
let admin: Client;
let commands: Commands;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  admin = await world.as('ADMIN');
  commands = new Commands(server, admin);
});

const phone = (n: number) => `+1415555${String(n).padStart(4, '0')}`;

/** Ends it as a person does. */
async function stop(running: Running) {
  running.process.kill('SIGINT');
  return running.ended;
}

test('every change is a line; Ctrl-C says how to go on, and nothing is missed after it', async () => {
  const first = commands.start(['watch', '--list', 'DNC', '--json']);
  await first.printed('"bookmark"');
  await add(admin, [phone(0)]);
  await first.printed(phone(0));
  const { exitCode, stdout } = await stop(first);
  const lines = jsonLines(stdout);
  expect({ exitCode, types: lines.map(({ type }) => type) }).toEqual({
    exitCode: 0,
    types: ['bookmark', 'changes', 'result'],
  });
  expect(lines[1]!.changes).toEqual([
    expect.objectContaining({
      kind: 'ENTRY_ADDED',
      phone: phone(0),
      list: { key: 'DNC' },
      blocked: { outboundCall: true, outboundSms: true, inboundCall: false, inboundSms: false },
    }),
  ]);
  expect(lines[2]).toMatchObject({
    cursor: lines[1]!.cursor,
    message: `Go on from here with: quietline watch --after ${lines[1]!.cursor}`,
  });

  await add(admin, [phone(1), phone(2)]);
  const second = commands.start(['watch', '--after', lines[1]!.cursor]);
  await second.printed(phone(2));
  const ended = await stop(second);
  const changes = ended.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(changes.map(([, kind, phone, list, status, blocked]) => [kind, phone, list, status, blocked])).toEqual(
    [phone(1), phone(2)].map((number) => ['ENTRY_ADDED', number, 'DNC', 'APPROVED', 'blocked: calls to, texts to']),
  );
  expect(ended.stderr).toMatch(/^Go on from here with: quietline watch --after \S+\n$/);
});

test('consents and configuration are lines too', async () => {
  const { cursor } = await add(admin, [phone(49)]);
  await record(admin, phone(50));
  await revoke(admin, phone(50));
  await createCampaign(admin, 'spring');
  await createList(admin, 'VIP', { campaigns: ['spring'] });
  const watching = commands.start(['watch', '--list', 'SPAM', '--after', cursor]);
  await watching.printed('\tLIST\t');
  const { stdout } = await stop(watching);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t').slice(1));
  expect(lines).toEqual([
    ['CONSENT', phone(50), 'consent: CONVERSATIONAL, TRANSACTIONAL'],
    ['CONSENT', phone(50), 'no consent'],
    ['CAMPAIGN', 'spring', 'Campaign spring'],
    ['LIST', 'VIP', 'blocked: calls to', 'campaigns: spring'],
  ]);
});

test('with a cursor file it goes on where it was, across lost connections and its own restarts', async () => {
  const cable = await layCable(server.url);
  const cursorFile = join(newFolder(), 'cursor');
  const behind = new Commands({ url: cable.url.replace(/\/$/, '') }, admin);
  const watching = behind.start(['watch', '--cursor-file', cursorFile, '--json']);
  await watching.printed('"bookmark"');
  await add(admin, [phone(100)]);
  await watching.printed(phone(100));
  await cable.cut();
  await add(admin, [phone(101)]);
  await cable.mend();
  await watching.printed(phone(101));
  await add(admin, [phone(102)]);
  await watching.printed(phone(102));
  const { stdout } = await stop(watching);
  const seen = jsonLines(stdout).flatMap(({ changes = [] }) => changes.map(({ phone }: { phone: string }) => phone));
  expect(seen).toEqual([phone(100), phone(101), phone(102)]);
  expect(readFileSync(cursorFile, 'utf8').trim()).toBe(jsonLines(stdout).at(-1)!.cursor);

  await add(admin, [phone(103)]);
  const again = behind.start(['watch', '--cursor-file', cursorFile]);
  await again.printed(phone(103));
  expect((await stop(again)).stdout.match(/\+1415555\d+/g)).toEqual([phone(103)]);
});

test("a cursor that can't be honoured ends with 7, a revoked key with 1", async () => {
  const elsewhere = await new Commands(server, await world.sandbox.as('ADMIN')).json(
    'add',
    '+14155550199',
    '--list',
    'DNC',
  );
  const resync = await commands.json('watch', '--after', elsewhere.last.cursor);
  expect(resync).toMatchObject({ exitCode: 7, last: { type: 'error', code: 'RESYNC_OTHER_ENVIRONMENT', exitCode: 7 } });
  expect(await commands.json('watch', '--after', 'nonsense')).toMatchObject({
    exitCode: 1,
    last: { code: 'INVALID_CURSOR' },
  });

  const created = await commands.json('keys', 'create', '--name', 'Watcher', '--role', 'dialer');
  const watcher = new Commands(server, { token: created.last.secret }).start(['watch', '--json']);
  await watcher.printed('"bookmark"');
  await commands.run('keys', 'revoke', created.last.key.id);
  const { exitCode, stdout } = await watcher.ended;
  expect({ exitCode, last: jsonLines(stdout).at(-1) }).toMatchObject({
    exitCode: 1,
    last: { code: 'UNAUTHENTICATED' },
  });
});
