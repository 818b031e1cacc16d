import { beforeAll, expect, test } from 'vitest';
import { giveConsents } from '../changes/consents.ts';
import { openLogServer } from '../changes/log-world.ts';
import { record as consent, revoke } from '../consents/consent-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { createCampaign, receive } from './config-story.ts';
import { add, numbers } from './feed-documents.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline();
});

const FOLLOW = /* GraphQL */ `
  subscription Follow($after: ChangeCursor, $lists: [String!]) {
    entryChanges(after: $after, lists: $lists) {
      __typename
      ... on ChangeBatch {
        cursor
        changes { kind phone list { key } }
        consentChanges { phone sufficesFor isThreadOnly position at }
        campaignChanges { campaign { key } }
      }
      ... on Bookmark { cursor }
    }
  }
`;

// biome-ignore lint/suspicious/noExplicitAny: as the document asks for it
type Message = any;

const consentsIn = ({ entryChanges: { consentChanges = [] } }: Message): Message[] => consentChanges;

/** A world with a follower from its beginning. */
async function story(role: 'DIALER' | 'READ_ONLY' = 'DIALER') {
  const world = await newEnvironment(server);
  const [staff, follower] = [await world.as('COMPLIANCE'), await world.as(role)];
  const { environment } = await follower.expectOk('{ environment { changeCursor } }');
  const follow = (more: object = {}) =>
    follower.subscribe<Message>(FOLLOW, { after: environment.changeCursor, ...more });
  return { world, staff, follow };
}

const written = { level: 'EXPRESS_WRITTEN', purpose: 'PROMOTIONAL', evidence: 'the form of 4 March' };
const implied = {
  level: 'IMPLIED',
  purpose: 'CONVERSATIONAL',
  method: 'INBOUND_TEXT',
  businessNumber: '+14155550100',
};

test('a follower hears what consents are good for, and when they are no more (R4.9, R5.1)', async () => {
  const { staff, follow } = await story();
  const stream = follow();
  await stream.next();
  const [phone] = numbers(1) as [string];
  const steps = [
    [() => consent(staff, phone, implied), ['CONVERSATIONAL'], true],
    [() => consent(staff, phone), ['CONVERSATIONAL', 'TRANSACTIONAL'], false],
    [() => consent(staff, phone, written), ['CONVERSATIONAL', 'TRANSACTIONAL', 'PROMOTIONAL'], false],
    [() => revoke(staff, phone, { purpose: 'PROMOTIONAL' }), ['CONVERSATIONAL', 'TRANSACTIONAL'], false],
  ] as const;
  for (const [step, sufficesFor, isThreadOnly] of steps) {
    await step();
    const [change, ...more] = consentsIn(await stream.next());
    expect([change, more]).toMatchObject([{ phone, sufficesFor, isThreadOnly, position: expect.any(Number) }, []]);
  }
  // A consent to calls is no consent to texts.
  await consent(staff, phone, { channel: 'CALL' });
  expect(consentsIn(await stream.next())).toMatchObject([{ sufficesFor: ['CONVERSATIONAL', 'TRANSACTIONAL'] }]);
});

test('a STOP lists its sender and ends the consents: one message, whether live or read later (R4.9, PROTOCOL.md 7, 30a)', async () => {
  const { world, staff, follow } = await story();
  const [phone] = numbers(1) as [string];
  await consent(staff, phone);
  await consent(staff, phone, written);
  const live = follow();
  await live.next();
  await live.next();
  await receive(await world.as('INTEGRATOR'), phone, 'STOP');
  const { entryChanges: said } = await live.next();
  expect(said.changes.map(({ list }: Message) => list.key).sort()).toEqual(['DNC', 'DNT']);
  expect(said.consentChanges).toMatchObject([
    { phone, sufficesFor: [] },
    { phone, sufficesFor: [] },
  ]);
  const later = follow({ after: said.cursor });
  expect((await later.next()).entryChanges).toEqual({ __typename: 'Bookmark', cursor: said.cursor });
  await consent(staff, phone);
  const all = follow();
  await all.next();
  const { entryChanges: whole } = await all.next();
  expect(whole.changes).toEqual(said.changes);
  expect(whole.consentChanges.map(({ sufficesFor }: Message) => sufficesFor.length)).toEqual([2, 3, 0, 0, 2]);
  const positions = whole.consentChanges.map(({ position }: Message) => position);
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
});

test('`lists` leaves out entries of other lists, and no consent and no campaign (PROTOCOL.md 31)', async () => {
  const { staff, follow } = await story();
  const stream = follow({ lists: ['SPAM'] });
  await stream.next();
  const [phone, other] = numbers(2) as [string, string];
  const isBatch = ({ entryChanges }: Message) => entryChanges.__typename === 'ChangeBatch';
  const nextBatch = async () => (await stream.until(isBatch)).at(-1).entryChanges;
  await add(staff, [other]);
  await consent(staff, phone);
  expect(await nextBatch()).toMatchObject({ changes: [], consentChanges: [{ phone }] });
  await createCampaign(staff, 'spring');
  expect(await nextBatch()).toMatchObject({ campaignChanges: [{ campaign: { key: 'spring' } }] });
});

test('who sees masked numbers learns of consents nothing that tells a number (P2.9, R7)', async () => {
  const { world, follow } = await story('READ_ONLY');
  const stream = follow();
  await stream.next();
  const all = numbers(40);
  const { url } = server.storage as { url: string };
  await giveConsents(
    await openLogServer(url),
    Number(world.environmentId),
    all.map((phone) => ({ phone })),
  );
  const changes = consentsIn(await stream.next());
  expect(changes).toHaveLength(40);
  for (const change of changes) {
    expect(change).toMatchObject({ phone: expect.stringMatching(/^\+1•{7}\d{3}$/), position: null });
    expect(change.sufficesFor).toEqual(['CONVERSATIONAL', 'TRANSACTIONAL']);
  }
  const tails = changes.map(({ phone }) => phone.slice(-3));
  expect(tails).not.toEqual([...tails].sort());
  expect([...tails].sort()).toEqual(all.map((phone) => phone.slice(-3)));
});
