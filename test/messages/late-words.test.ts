import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { blocked, minute, nextPhone, text } from './message-story.ts';

let server: Quietline;
let admin: Client;
beforeAll(async () => {
  server = await startQuietline();
  admin = await (await newEnvironment(server)).as('ADMIN');
});

const CONSENT = /* GraphQL */ `
  mutation ($input: RecordConsentInput!) { recordConsent(input: $input) { userErrors { code } } }
`;
const consent = (phone: string) =>
  admin.expectOk(CONSENT, {
    input: {
      ...{ phone, channel: 'SMS', level: 'EXPRESS_WRITTEN', purpose: 'PROMOTIONAL', method: 'WEB_FORM' },
      ...{ evidence: 'A form', givenAt: minute(1) },
    },
  });
const activeOf = async (phone: string) => {
  const query = 'query ($p: String) { consents(phone: $p, isActive: true) { nodes { level } } }';
  const { consents } = await admin.expectOk(query, { p: phone });
  return consents.nodes.map(({ level }: { level: string }) => level).sort();
};

const words: Record<string, (phone: string) => Promise<unknown>> = {
  consent,
  hello: (phone) => text(admin, phone, 'Hello', { receivedAt: minute(2) }),
  STOP: (phone) => text(admin, phone, 'STOP', { receivedAt: minute(3) }),
  START: (phone) => text(admin, phone, 'START', { receivedAt: minute(4) }),
};

function* orders<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [n, item] of items.entries())
    for (const rest of orders(items.filter((_, other) => other !== n))) yield [item, ...rest];
}

test('R4.1, R4.9: in whatever order a consent, a text, STOP and START come in, the same holds in the end', async () => {
  for (const order of orders(Object.keys(words))) {
    const phone = nextPhone();
    for (const word of order) await words[word]!(phone);
    expect([order, await activeOf(phone), await blocked(admin, phone)]).toEqual([order, ['EXPRESS'], '']);
  }
});

test('a late STOP ends what was given before it, and leaves what the START gave', async () => {
  const phone = nextPhone();
  await consent(phone);
  await words.START!(phone);
  expect(await text(admin, phone, 'STOP', { receivedAt: minute(3) })).toMatchObject({ effect: 'SUPERSEDED' });
  expect(await activeOf(phone)).toEqual(['EXPRESS']);
});

test.each(['447700900123', '00447700900123', 'whatsapp:+447700900123', 'sip:+447700900123@carrier.example'])(
  'R2.1: a carrier that writes %s means the number',
  async (from) => {
    const other = await (await newEnvironment(server)).as('ADMIN');
    expect(await text(other, from, 'STOP')).toMatchObject({ effect: 'LISTED', entries: [{}, {}], problem: null });
    expect(await blocked(other, '+447700900123')).toBe('OUTBOUND CALL, OUTBOUND SMS');
  },
);

describe('grants', () => {
  const USE = /* GraphQL */ `
    mutation ($input: AuthorizeContactInput!) { authorizeContact(input: $input) { isAuthorized grantUsed } }
  `;
  const use = async (phone: string, grant: string) =>
    (await admin.expectOk(USE, { input: { phone, channel: 'SMS', dialingMode: 'API', grant } })).authorizeContact;

  test('a START ends the grant before it, and the next STOP brings another', async () => {
    const phone = nextPhone();
    const first = await text(admin, phone, 'STOP');
    await text(admin, phone, 'START');
    const second = await text(admin, phone, 'STOP');
    expect(await use(phone, first.reply.grant)).toMatchObject({ isAuthorized: false, grantUsed: false });
    expect(await use(phone, second.reply.grant)).toMatchObject({ isAuthorized: true, grantUsed: true });
    expect(await use(phone, second.reply.grant)).toMatchObject({ isAuthorized: false });
  });
});

test('no id is too long to know a message by', async () => {
  const phone = nextPhone();
  const externalId = randomUUID().repeat(20);
  expect(await text(admin, phone, 'STOP', { externalId })).toMatchObject({ effect: 'LISTED', isDuplicate: false });
  expect(await text(admin, phone, 'STOP', { externalId })).toMatchObject({ isDuplicate: true });
});
