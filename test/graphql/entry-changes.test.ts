import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import type { Subscription } from '../support/message-queue.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  add,
  changesIn,
  ENTRY_CHANGES,
  enforcePending,
  lastCursor,
  type Message,
  numbers,
  remove,
} from './feed-documents.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline();
});

/** PROTOCOL.md, "The feed": the same promises over both transports. */
const transports = {
  WebSocket: async (client: Client, variables: object): Promise<Subscription<Message>> =>
    client.subscribe<Message>(ENTRY_CHANGES, variables),
  SSE: (client: Client, variables: object): Promise<Subscription<Message>> =>
    client.sse<Message>(ENTRY_CHANGES, variables),
};

const holds =
  (count: number) =>
  (messages: Message[]): boolean =>
    changesIn(messages).length >= count;

/** Reads until so many changes have come. */
async function read(stream: Subscription<Message>, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (!holds(count)(messages)) messages.push(await stream.next());
  return messages;
}

describe.each(Object.entries(transports))('over %s', (_name, follow) => {
  test('a stream begins with a bookmark, then tells each change as it is committed (invariant 5)', async () => {
    const world = await newEnvironment(server);
    const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
    const stream = await follow(dialer, {});
    expect((await stream.next()).entryChanges.__typename).toBe('Bookmark');
    const added = await add(staff, ['(415) 555-2671'], {
      reason: 'asked on the phone',
      rest: { externalReference: 'crm-7' },
    });
    const [first] = await read(stream, 1);
    expect(first!.entryChanges).toMatchObject({
      cursor: added.cursor,
      changes: [
        {
          kind: 'ENTRY_ADDED',
          phone: '+14155552671',
          status: 'APPROVED',
          source: 'API',
          reason: 'asked on the phone',
          externalReference: 'crm-7',
          entryId: added.ids[0],
          list: { key: 'DNC' },
          blocked: { outboundCall: true, outboundSms: true, inboundCall: false, inboundSms: false },
        },
      ],
    });
    const cursor = await remove(staff, added.ids);
    const [second] = await read(stream, 1);
    expect(second!.entryChanges).toMatchObject({
      cursor,
      changes: [
        {
          kind: 'ENTRY_REMOVED',
          status: null,
          reason: 'asked to be called again',
          externalReference: 'crm-7',
          blocked: { outboundCall: false, outboundSms: false },
          standings: [],
        },
      ],
    });
  });

  test('who joins at a list page misses nothing that is written meanwhile, and sees nothing twice (P2.3)', async () => {
    const world = await newEnvironment(server);
    const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
    const all = numbers(60);
    const writing = (async () => {
      for (const number of all) await add(staff, [number]);
    })();
    await new Promise((resolve) => setTimeout(resolve, 80));
    const { entries } = await dialer.expectOk('{ entries(first: 100) { changeCursor nodes { phone } } }');
    const stream = await follow(dialer, { after: entries.changeCursor });
    await writing;
    const known = new Set<string>(entries.nodes.map(({ phone }: { phone: string }) => phone));
    const followed: string[] = [];
    while (known.size < all.length) {
      for (const { phone } of changesIn([await stream.next()])) {
        followed.push(phone);
        known.add(phone);
      }
    }
    expect([...known].sort()).toEqual(all);
    expect(followed.length).toBe(new Set(followed).size);
  });

  test('who comes back with the last cursor goes on right there (P2.2)', async () => {
    const world = await newEnvironment(server);
    const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
    const all = numbers(30);
    const seen: string[] = [];
    let cursor = (await dialer.expectOk('{ environment { changeCursor } }')).environment.changeCursor;
    const writing = (async () => {
      for (const number of all) await add(staff, [number]);
    })();
    let streams = 0;
    while (seen.length < all.length) {
      const stream = await follow(dialer, { after: cursor });
      streams += 1;
      expect((await stream.next()).entryChanges).toEqual({ __typename: 'Bookmark', cursor });
      const messages = await read(stream, 1);
      await stream.close();
      seen.push(...changesIn(messages).map(({ phone }) => phone));
      cursor = lastCursor(messages);
    }
    await writing;
    // Nothing lost, nothing doubled, nothing out of order.
    expect(seen).toEqual(all);
    expect(streams).toBeGreaterThan(1);
  });

  test('2,500 rows are three change sets, and none is ever split (P1.4, P2.7)', async () => {
    const world = await newEnvironment(server);
    const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
    const stream = await follow(dialer, {});
    await stream.next();
    const { cursor } = await add(staff, numbers(2_500));
    const messages = await read(stream, 2_500);
    const changes = changesIn(messages);
    expect(changes.map(({ position }) => position)).toEqual(changes.map((_, n) => changes[0]!.position! + n));
    expect(messages.map((message) => changesIn([message]).length)).toEqual([1_000, 1_000, 500]);
    expect(lastCursor(messages)).toBe(cursor);
  });

  test('a follower of one list gets its changes alone, and bookmarks that move its cursor (P2.7)', async () => {
    const world = await newEnvironment(server);
    const [staff, dialer] = [await world.as('COMPLIANCE'), await world.as('DIALER')];
    const start = (await dialer.expectOk('{ environment { changeCursor } }')).environment.changeCursor;
    for (const number of numbers(5)) await add(staff, [number]);
    const { cursor: end } = await add(staff, [numbers(6)[5]!]);
    // All of it is of another list: one bookmark for the way to the end, not one for each set.
    const stream = await follow(dialer, { after: start, lists: ['DNT'] });
    expect((await stream.next()).entryChanges).toMatchObject({ __typename: 'Bookmark', cursor: start });
    expect((await stream.next()).entryChanges).toEqual({ __typename: 'Bookmark', cursor: end });

    const { cursor } = await add(staff, numbers(1), { list: 'DNT' });
    const [batch] = await read(stream, 1);
    expect(batch!.entryChanges).toMatchObject({
      cursor,
      changes: [{ list: { key: 'DNT' }, standings: [{ list: { key: 'DNC' } }, { list: { key: 'DNT' } }] }],
    });
    // Settings concern everybody.
    await enforcePending(staff, false);
    const { entryChanges: setting } = await stream.next();
    expect(setting).toMatchObject({ settingChanges: [{ settings: { enforcePending: false } }], changes: [] });
  });

  test('what cannot be followed is refused at once', async () => {
    const world = await newEnvironment(server);
    const dialer = await world.as('DIALER');
    const refused = async (client: Client, variables: object) => {
      const { errors } = await (await follow(client, variables)).nextAnswer();
      return errors[0]?.extensions?.code;
    };
    expect(await refused(dialer, { after: 'no-cursor' })).toBe('INVALID_CURSOR');
    expect(await refused(dialer, { lists: ['DNC', 'NOPE'] })).toBe('BAD_USER_INPUT');
    expect(await refused(await world.as('AGENT'), {})).toBe('FORBIDDEN');
  });
});
