import { describe, expect, test } from 'vitest';
import { startToy } from './toy-server.ts';

describe('/health and /ready', () => {
  test('alive is alive, ready or not', async () => {
    const toy = await startToy({ health: [{ name: 'database', check: () => 'unreachable' }] });
    const answer = await fetch(`${toy.url}/health`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'alive' });
  });

  test('ready when everything is', async () => {
    const toy = await startToy({ health: [{ name: 'database', check: async () => null }] });
    const answer = await fetch(`${toy.url}/ready`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ready' });
  });

  test('not ready names what is missing, and shows no detail of what failed', async () => {
    const toy = await startToy({
      health: [
        { name: 'database', check: async () => null },
        { name: 'index', check: () => 'warming' },
        { name: 'poll', check: () => Promise.reject(new Error('connection of tenant 7 refused')) },
      ],
    });
    const answer = await fetch(`${toy.url}/ready`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not ready',
      waitingFor: { index: 'warming', poll: 'failed; the log has the reason' },
    });
    expect(toy.logLines.join()).toContain('connection of tenant 7 refused');
  });

  test('a check that hangs is not ready', async () => {
    const toy = await startToy({ health: [{ name: 'database', check: () => new Promise(() => undefined) }] });
    const answer = await fetch(`${toy.url}/ready`);
    expect(answer.status).toBe(503);
    expect((await answer.json()).waitingFor.database).toContain('no answer within');
  });
});
