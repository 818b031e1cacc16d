import { connect } from 'node:net';
import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connectAs, openSocket } from './raw-socket.ts';
import { startToy, toyViewer } from './toy-server.ts';

const inMs = (ms: number) => new Date(Date.now() + ms);

describe('who is asking on a socket', () => {
  test('is known once, from the connection parameters', async () => {
    const toy = await startToy();
    for (const payload of [{ authorization: 'Bearer two' }, { Authorization: 'Bearer two' }, { apiKey: 'two' }]) {
      const socket = await openSocket(toy);
      socket.send({ type: 'connection_init', payload });
      expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
      socket.subscribe('1', '{ who }');
      expect(await socket.next()).toMatchObject({ payload: { data: { who: 'key two' } } });
    }
  });

  test('or from the header of the upgrade', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, null, { authorization: 'Bearer two' });
    socket.subscribe('1', '{ who }');
    expect(await socket.next()).toMatchObject({ payload: { data: { who: 'key two' } } });
  });

  test('a token that is no good closes it with 4401', async () => {
    const toy = await startToy();
    const socket = await openSocket(toy);
    socket.send({ type: 'connection_init', payload: { apiKey: 'nobody' } });
    expect(await socket.closed).toEqual({ code: 4401, reason: 'This key is not known.' });
    expect(toy.server.sockets.size).toBe(0);
  });

  test('an operation before the greeting closes it', async () => {
    const toy = await startToy();
    const socket = await openSocket(toy);
    socket.subscribe('1', '{ who }');
    expect((await socket.closed).code).toBe(4401);
  });

  test('no greeting within three seconds closes it', async () => {
    const toy = await startToy();
    const socket = await openSocket(toy);
    expect((await socket.closed).code).toBe(4408);
  });
});

describe('Origin', () => {
  test('of a browser must be this host or allowed; other clients have none', async () => {
    const toy = await startToy({ env: { ALLOWED_ORIGINS: 'https://app.example.com' } });
    await connectAs(toy, 'one', { origin: 'https://app.example.com' });
    await connectAs(toy, 'one', { origin: `http://127.0.0.1:${toy.port}` });
    await connectAs(toy, 'one');
    await expect(openSocket(toy, { origin: 'https://evil.example.com' })).rejects.toThrow('HTTP 403');
    await expect(openSocket(toy, { origin: 'null' })).rejects.toThrow('HTTP 403');
  });
});

describe('a socket is bounded', () => {
  test('in the size of a message', async () => {
    const toy = await startToy({ limits: { maxSocketMessageBytes: 2_000 } });
    const socket = await connectAs(toy, 'one');
    socket.subscribe('1', `{ hello } #${'x'.repeat(3_000)}`);
    expect((await socket.closed).code).toBe(1009);
  });

  test('in its operations at a time; the others go on, and a completed one makes room', async () => {
    const toy = await startToy({ limits: { maxSubscriptionsPerSocket: 2 } });
    const socket = await connectAs(toy, 'one');
    socket.subscribe('a', 'subscription { ticks }');
    socket.subscribe('b', 'subscription { ticks }');
    expect([(await socket.next()).id, (await socket.next()).id].sort()).toEqual(['a', 'b']);
    socket.subscribe('c', 'subscription { ticks }');
    expect(await socket.next()).toMatchObject({
      id: 'c',
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }],
    });
    const finished = toy.next('ticks finished');
    socket.send({ id: 'a', type: 'complete' });
    await finished;
    socket.subscribe('d', 'subscription { ticks }');
    expect(await socket.next()).toMatchObject({ id: 'd', type: 'next' });
  });

  test('in ids: one that is in use closes it', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    socket.subscribe('a', 'subscription { ticks }');
    await socket.next();
    socket.subscribe('a', 'subscription { ticks }');
    expect((await socket.closed).code).toBe(4409);
  });

  test('in sockets of one viewer; anonymous viewers count by address', async () => {
    const toy = await startToy({ limits: { maxSocketsPerViewer: 1 } });
    for (const credential of ['one', null]) {
      const first = await connectAs(toy, credential);
      const second = await openSocket(toy);
      second.send({ type: 'connection_init', ...(credential && { payload: { apiKey: credential } }) });
      expect((await second.closed).code).toBe(4420);
      first.ws.close();
      await first.closed;
    }
    await connectAs(toy, 'two');
  });

  test('in sockets altogether', async () => {
    const toy = await startToy({ limits: { maxSockets: 1 } });
    await openSocket(toy);
    await expect(openSocket(toy)).rejects.toThrow('HTTP 503');
  });

  test('in what waits for those who do not read: the slowest is told to resume, the others go on (P2.7)', async () => {
    const toy = await startToy({ limits: { maxBytesInFlight: 2_000_000 } });
    const reader = await connectAs(toy, 'two');
    reader.subscribe('r', 'subscription { ticks }');
    await reader.next();
    const slow = await connectAs(toy, 'one');
    slow.ws.pause();
    const finished = toy.next('fat finished');
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) slow.subscribe(id, 'subscription { fat(bytes: 1000000) }');
    await finished;
    expect(toy.server.sockets.bytesInFlight).toBeLessThanOrEqual(2_000_000);
    slow.ws.resume();
    expect([1013, 1006]).toContain((await slow.closed).code);
    reader.subscribe('q', '{ who }');
    expect(await reader.next()).toMatchObject({ payload: { data: { who: 'key two' } } });
  });

  test('one that does not speak the protocol is closed', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    socket.send('not json');
    expect((await socket.closed).code).toBe(4400);
    const old = new WebSocket(`ws://127.0.0.1:${toy.port}/graphql`, 'graphql-ws');
    const code = await new Promise((resolve) => old.once('close', resolve).once('error', () => resolve('refused')));
    expect([4406, 'refused']).toContain(code);
  });

  test('a message that only servers send closes it, and is no fault of the server', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    socket.send({ type: 'next', id: '1', payload: {} });
    expect(await socket.closed).toEqual({ code: 4400, reason: 'Unexpected message' });
    expect(toy.logLines.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
    expect(toy.logLines.join()).not.toContain('stack');
  });

  test('half an upgrade that breaks off harms nothing', async () => {
    const toy = await startToy();
    const raw = connect(toy.port, '127.0.0.1');
    raw.write(
      'GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://evil.example.com\r\n\r\n',
    );
    raw.resetAndDestroy();
    expect((await toy.post({ query: '{ hello }' })).status).toBe(200);
  });
});

describe('operations over a socket', () => {
  test('queries and mutations run too', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    socket.subscribe('1', 'mutation { note }');
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { note: 'noted' } } });
    expect(await socket.next()).toMatchObject({ type: 'complete' });
  });

  test('a client that completes frees the source', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    socket.subscribe('1', 'subscription { ticks }');
    await socket.next();
    const finished = toy.next('ticks finished');
    socket.send({ id: '1', type: 'complete' });
    await finished;
    socket.subscribe('1', '{ hello }');
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
  });

  test('a client that leaves frees its sources', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    socket.subscribe('1', 'subscription { ticks }');
    await socket.next();
    const finished = toy.next('ticks finished');
    socket.ws.terminate();
    await finished;
    expect(toy.server.sockets.size).toBe(0);
  });
});

describe('expiry and revocation (P2.8)', () => {
  test('a socket closes with 4401 when its token expires', async () => {
    const toy = await startToy({ viewers: { brief: toyViewer({ expiresAt: inMs(300) }) } });
    const socket = await connectAs(toy, 'brief');
    const finished = toy.next('ticks finished');
    socket.subscribe('1', 'subscription { ticks }');
    await socket.next();
    expect(await socket.closed).toEqual({ code: 4401, reason: expect.stringContaining('Expired') });
    await finished;
  });

  test('a revoked key closes its sockets within a second, and no others', async () => {
    const toy = await startToy();
    const [revoked, other] = [await connectAs(toy, 'one'), await connectAs(toy, 'two')];
    const before = performance.now();
    expect(toy.server.sockets.closeKey(1)).toBe(1);
    expect(await revoked.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(performance.now() - before).toBeLessThan(1_000);
    other.subscribe('1', '{ who }');
    expect(await other.next()).toMatchObject({ payload: { data: { who: 'key two' } } });
  });

  test('even if the client does not answer the close', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    socket.subscribe('1', 'subscription { ticks }');
    await socket.next();
    socket.ws.pause();
    const finished = toy.next('ticks finished');
    const before = performance.now();
    toy.server.sockets.closeKey(1);
    await finished;
    expect(performance.now() - before).toBeLessThan(500);
    expect(toy.server.sockets.size).toBe(0);
  });

  test('by environment, or only those who would not be let in again', async () => {
    const toy = await startToy({ viewers: { far: toyViewer({ environmentId: 8, subject: 'key:9', keyId: 9 }) } });
    const [one, two, far] = [await connectAs(toy, 'one'), await connectAs(toy, 'two'), await connectAs(toy, 'far')];
    await toy.server.sockets.recheckEnvironment(7, async (viewer) => viewer.keyId !== 1);
    expect((await one.closed).code).toBe(4403);
    expect(toy.server.sockets.closeEnvironment(7)).toBe(1);
    expect((await two.closed).code).toBe(4403);
    far.subscribe('1', '{ hello }');
    await far.next();
  });

  test('a key that is revoked while it is looked up gets no socket', async () => {
    const toy = await startToy();
    const { sockets } = toy.server;
    const ticket = sockets.ticket();
    const slot = sockets.open(() => undefined);
    sockets.closeKey(1);
    expect(slot && sockets.identify(slot, { viewer: toyViewer({}), remoteAddress: '', ticket })).toMatchObject({
      code: 4403,
    });
    expect(sockets.size).toBe(0);
  });

  test('no socket opens while revocations can not be seen, and each is held while open', async () => {
    const held = new Set<string>();
    let blind = false;
    const revocations = {
      hold: ({ name }: { name: string }) => {
        held.add(name);
        return () => void held.delete(name);
      },
      isBlind: () => blind,
    };
    const toy = await startToy({ revocations });
    const socket = await connectAs(toy, 'one');
    expect([...held]).toEqual(['key one']);
    blind = true;
    const refused = await openSocket(toy);
    refused.send({ type: 'connection_init', payload: { apiKey: 'two' } });
    expect((await refused.closed).code).toBe(1013);
    toy.server.sockets.closeKey(1);
    await socket.closed;
    expect([...held]).toEqual([]);
  });
});

test('the client of graphql-ws comes back by itself after a restart code', async () => {
  const toy = await startToy();
  const client = createClient({
    url: `ws://127.0.0.1:${toy.port}/graphql`,
    webSocketImpl: WebSocket,
    retryWait: async () => undefined,
  });
  const results = client.iterate({ query: 'subscription { ticks }' });
  await results.next();
  toy.server.sockets.closeAll(1012, 'Service restart');
  expect(await results.next()).toEqual({ done: false, value: { data: { ticks: 1 } } });
  await client.dispose();
});
