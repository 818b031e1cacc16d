import { beforeAll, expect, test } from 'vitest';
import { Seal } from '../../src/changes/cursor.ts';
import { Grants } from '../../src/domain/messages/grants.ts';
import { anotherServer, type Installation, serverSecret } from '../accounts/installation.ts';
import type { Client } from '../support/client.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { minute, nextPhone, text } from './message-story.ts';

let world: World;
let admin: Client;
let other: Installation;
/** Those of another server on the same database. */
let grants: Grants;
let environmentId: number;

beforeAll(async () => {
  const server = await startQuietline({ settings: { SERVER_SECRET: String(serverSecret) } });
  world = await newEnvironment(server);
  admin = await world.as('ADMIN');
  environmentId = Number(world.environmentId);
  other = await anotherServer((server.storage as { url: string }).url);
  grants = new Grants({ sql: other.database.write, serverSecret });
});

const idOf = (message: { id: string }) => Buffer.from(message.id, 'base64url').toString().split(':')[1]!;

async function stopped() {
  const phone = nextPhone();
  const { reply, message } = await text(admin, phone, 'STOP');
  return { phone, grant: reply.grant as string, messageId: idOf(message) };
}

const age = (messageId: string, seconds: number) =>
  other.database.write.query(
    `WITH aged AS (
       UPDATE message SET recorded_at = recorded_at - interval '${seconds} seconds' WHERE environment_id = $1 AND id = $2 RETURNING phone, recorded_at)
     UPDATE contact_word w SET confirmed_at = aged.recorded_at FROM aged WHERE w.environment_id = $1 AND w.phone = aged.phone`,
    [environmentId, messageId],
  );

test('R4.5: a grant is used once, over all servers, by however many that try at once', async () => {
  const { phone, grant } = await stopped();
  const tries = await Promise.all(Array.from({ length: 8 }, () => grants.use(environmentId, grant, phone)));
  expect(tries.filter(Boolean)).toHaveLength(1);
  expect(await grants.use(environmentId, grant, phone)).toBe(false);
});

test('it is for the number that opted out, in its environment', async () => {
  const { phone, grant } = await stopped();
  expect(await grants.use(environmentId, grant, nextPhone())).toBe(false);
  expect(await grants.use(Number(world.sandbox.environmentId), grant, phone)).toBe(false);
  expect(await grants.use(environmentId, grant, phone)).toBe(true);
});

test("it lasts five minutes by the database's clock", async () => {
  const [young, old] = [await stopped(), await stopped()];
  await age(young.messageId, 290);
  await age(old.messageId, 301);
  expect(await grants.use(environmentId, young.grant, young.phone)).toBe(true);
  expect(await grants.use(environmentId, old.grant, old.phone)).toBe(false);
});

test('a repeated delivery brings the same grant while it lasts, and then none', async () => {
  const phone = nextPhone();
  const again = () => text(admin, phone, 'STOP', { externalId: `once ${phone}` });
  const first = await again();
  expect((await again()).reply).toEqual(first.reply);
  await age(idOf(first.message), 301);
  expect(await again()).toMatchObject({ isDuplicate: true, effect: 'LISTED', reply: null });
});

test('nobody makes one: a token of another secret or purpose, of a message that is not confirmed, or of none', async () => {
  const { phone, messageId } = await stopped();
  const second = idOf((await text(admin, phone, 'STOP')).message);
  for (const forged of [
    '',
    'made-up',
    new Seal(Buffer.alloc(32, 'x'), 'grant v1').seal(`${environmentId} ${messageId}`),
    new Seal(serverSecret, 'page cursor v1').seal(`${environmentId} ${messageId}`),
    grants.grantFor(environmentId, second),
    grants.grantFor(environmentId, '999999999'),
  ])
    expect(await grants.use(environmentId, forged, phone), forged).toBe(false);
});

test('through the gate: the confirmation passes once, whatever else blocks, and nothing after it', async () => {
  const phone = nextPhone();
  await admin.expectOk('mutation ($input: AddEntriesInput!) { addEntries(input: $input) { userErrors { code } } }', {
    input: { list: 'DNC', entries: [{ phone }] },
  });
  const { reply } = await text(admin, phone, 'STOP');
  const send = async (grant?: string) =>
    (
      await admin.expectOk(
        'mutation ($input: AuthorizeContactInput!) { authorizeContact(input: $input) { verdict { decision } userErrors { code } } }',
        { input: { phone, channel: 'SMS', direction: 'OUTBOUND', dialingMode: 'API', grant } },
      )
    ).authorizeContact.verdict.decision;
  expect(await send()).toBe('BLOCK');
  expect(await send(reply.grant)).toBe('ALLOW');
  expect(await send(reply.grant)).toBe('BLOCK');
});

test('who opts out again after a START is told so again', async () => {
  const phone = nextPhone();
  await text(admin, phone, 'STOP', { receivedAt: minute(1) });
  await text(admin, phone, 'START', { receivedAt: minute(2) });
  const { reply } = await text(admin, phone, 'STOP', { receivedAt: minute(3) });
  expect(await grants.use(environmentId, reply.grant, phone)).toBe(true);
});
