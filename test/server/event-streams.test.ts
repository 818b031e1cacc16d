import { describe, expect, test } from 'vitest';
import { subscribeBySse } from './event-stream.ts';
import { startToy, toyViewer } from './toy-server.ts';

describe('SSE streams obey what sockets obey', () => {
  test('they end without `complete` when the key is revoked, within a second', async () => {
    const toy = await startToy();
    const started = toy.next('ticks started');
    const stream = await subscribeBySse(toy, 'subscription { ticks }', 'one');
    await started;
    const finished = toy.next('ticks finished');
    const before = performance.now();
    expect(toy.server.sockets.closeKey(1)).toBe(1);
    expect(await stream.over).toEqual({ complete: false });
    await finished;
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(toy.server.sockets.size).toBe(0);
  });

  test('they end when the token expires', async () => {
    const toy = await startToy({ viewers: { brief: toyViewer({ expiresAt: new Date(Date.now() + 300) }) } });
    const stream = await subscribeBySse(toy, 'subscription { ticks }', 'brief');
    expect(await stream.over).toEqual({ complete: false });
  });

  test('they count as sockets of their viewer', async () => {
    const toy = await startToy({ limits: { maxSocketsPerViewer: 1 } });
    await subscribeBySse(toy, 'subscription { ticks }', 'one');
    const second = await subscribeBySse(toy, 'subscription { ticks }', 'one');
    expect(second.res.statusCode).toBe(429);
  });

  test('one that is complete says so, and is forgotten', async () => {
    const toy = await startToy();
    const stream = await subscribeBySse(toy, 'subscription { counted(to: 3) }', 'one');
    expect(await stream.over).toEqual({ complete: true });
    expect(toy.server.sockets.size).toBe(0);
  });

  test('a client that leaves frees its source', async () => {
    const toy = await startToy();
    const stream = await subscribeBySse(toy, 'subscription { ticks }', 'one');
    const finished = toy.next('ticks finished');
    stream.req.destroy();
    await finished;
    expect(toy.server.sockets.size).toBe(0);
  });

  test('also one that leaves while it is stalled, within a second (P2.10)', async () => {
    const toy = await startToy();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const timersBefore = timers();
    const stream = await subscribeBySse(toy, 'subscription { fat(bytes: 1000000) }', 'one', true);
    await expect.poll(() => toy.server.sockets.bytesInFlight).toBeGreaterThan(500_000);
    const finished = toy.next('fat finished');
    const before = performance.now();
    stream.req.destroy();
    await finished;
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(toy.server.sockets.bytesInFlight).toBe(0);
    await expect.poll(timers).toBeLessThanOrEqual(timersBefore);
  });

  test('what waits for stalled streams is bounded: the slowest is cut off (P2.7)', async () => {
    const toy = await startToy({ limits: { maxBytesInFlight: 3_000_000 } });
    const finished = toy.next('fat finished');
    for (const credential of ['one', 'two', 'one', 'two', 'one']) {
      await subscribeBySse(toy, 'subscription { fat(bytes: 1000000) }', credential, true);
    }
    await finished;
    expect(toy.server.sockets.bytesInFlight).toBeLessThanOrEqual(3_000_000);
    expect(toy.server.sockets.size).toBeGreaterThan(0);
  });
});
