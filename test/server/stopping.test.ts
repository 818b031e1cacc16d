import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { subscribeBySse } from './event-stream.ts';
import { connectAs } from './raw-socket.ts';
import { startToy } from './toy-server.ts';

describe('a graceful stop', () => {
  test('closes sockets with 1012 and streams without `complete`, so that clients come back', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    const stream = await subscribeBySse(toy, 'subscription { ticks }', 'two');
    const closing = toy.server.close();
    expect(await socket.closed).toEqual({ code: 1012, reason: 'Service restart' });
    expect(await stream.over).toEqual({ complete: false });
    await closing;
    await expect(toy.post({ query: '{ hello }' })).rejects.toThrow();
  });

  test('finishes requests under way', async () => {
    const toy = await startToy();
    const started = toy.next('slow started');
    const answer = toy.post({ query: '{ slow }' });
    await started;
    const closing = toy.server.close();
    toy.events.emit('slow may finish');
    expect(await (await answer).json()).toEqual({ data: { slow: 'slow' } });
    await closing;
  });

  test('finishes mutations under way on sockets before it closes them, and takes no new ones', async () => {
    const toy = await startToy();
    const socket = await connectAs(toy, 'one');
    const started = toy.next('slow started');
    socket.subscribe('1', 'mutation { slowNote }');
    await started;
    const closing = toy.server.close();
    socket.subscribe('2', 'mutation { note }');
    expect(await socket.next()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ extensions: { code: 'SHUTTING_DOWN' } }],
    });
    toy.events.emit('slow may finish');
    expect(await socket.next()).toMatchObject({ id: '1', payload: { data: { slowNote: 'slowly noted' } } });
    expect((await socket.closed).code).toBe(1012);
    await closing;
  });

  test('waits no longer than SHUTDOWN_TIMEOUT_MS', async () => {
    const toy = await startToy({ env: { SHUTDOWN_TIMEOUT_MS: '200' } });
    const started = toy.next('slow started');
    const lost = toy.post({ query: '{ slow }' }).catch((error: Error) => error);
    await started;
    const before = performance.now();
    await toy.server.close();
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(await lost).toBeInstanceOf(Error);
  });

  test('does not wait for a connection that was opened in advance and never used', async () => {
    const toy = await startToy({ env: { SHUTDOWN_TIMEOUT_MS: '10000' } });
    const spare = connect(toy.port, '127.0.0.1');
    await once(spare, 'connect');
    // One round trip later the server has it, too.
    await toy.post({ query: '{ hello }' });
    const before = performance.now();
    await toy.server.close();
    expect(performance.now() - before).toBeLessThan(5_000);
    spare.destroy();
  });

  test('asked for twice is one stop', async () => {
    const toy = await startToy();
    await Promise.all([toy.server.close(), toy.server.close()]);
  });

  test('a taken port is an error of listen', async () => {
    const toy = await startToy();
    await expect(startToy({ env: { PORT: String(toy.port) } })).rejects.toThrow('EADDRINUSE');
  });
});
