import { expect, test, vi } from 'vitest';
import type { RevocableCache } from '../../src/auth/look-up-cache.ts';
import { createRevocationWatch } from '../../src/auth/revocations.ts';
import { anonymousViewer } from '../../src/auth/viewer.ts';
import { fakeSql, gate, keyViewer, recordingLog, standingClock } from './fakes.ts';

/** A watch over a pretended table of counters, with everything it does recorded. */
function story(versions: Record<number, number>, cached: { environmentId: number; authVersion: number }[] = []) {
  const clock = standingClock();
  const log = recordingLog();
  const database = { failing: false, hang: null as Promise<void> | null };
  const { sql: feed, asked } = fakeSql(async (_text, [ids]) => {
    await database.hang;
    if (database.failing) throw new Error('connection lost');
    return (ids as number[]).filter((id) => id in versions).map((id) => ({ id, auth_version: versions[id] }));
  });
  const cache = { cachedVersions: () => cached, forgetEnvironment: vi.fn<RevocableCache['forgetEnvironment']>() };
  const onRevoked = vi.fn<(environmentId: number) => Promise<void>>(async () => {});
  const onBlind = vi.fn();
  const watch = createRevocationWatch({ feed, caches: [cache], maxStalenessMs: 3_000, onRevoked, onBlind, log, clock });
  return { watch, versions, clock, log, database, asked, cache, onRevoked, onBlind };
}

test('P2.8: a raised counter makes the server check that environment’s sockets, once', async () => {
  const { watch, versions, onRevoked, cache } = story({ 7: 4, 8: 0 });
  watch.hold(keyViewer({ environmentId: 7, authVersion: 4 }));
  watch.hold(keyViewer({ environmentId: 8, authVersion: 0 }));

  await watch.poll();
  expect(onRevoked).not.toHaveBeenCalled();
  versions[7] = 5;
  await watch.poll();
  await watch.poll();

  expect(onRevoked.mock.calls).toEqual([[7]]);
  expect(cache.forgetEnvironment.mock.calls).toEqual([[7]]);
});

test('one query for all environments that have sockets or cached viewers, none when there are none', async () => {
  const { watch, asked } = story({ 7: 0, 8: 0, 9: 0 }, []);
  await watch.poll();
  watch.hold(anonymousViewer);
  await watch.poll();
  expect(asked).toHaveLength(0);

  const release = watch.hold(keyViewer({ environmentId: 7 }));
  watch.hold(keyViewer({ environmentId: 7 }));
  const release8 = watch.hold(keyViewer({ environmentId: 8 }));
  await watch.poll();
  expect(asked.map((query) => query.values)).toEqual([[[7, 8]]]);

  release();
  release8();
  await watch.poll();
  expect(asked.at(-1)!.values).toEqual([[7]]);
});

test('cached viewers are forgotten when another server revoked; without sockets nobody is bothered', async () => {
  const { watch, cache, onRevoked } = story({ 7: 1 }, [{ environmentId: 7, authVersion: 0 }]);
  await watch.poll();
  expect(cache.forgetEnvironment.mock.calls).toEqual([[7]]);
  expect(onRevoked).not.toHaveBeenCalled();
});

test('a socket whose credential was read before a revocation that the watch already knows is still checked', async () => {
  const { watch, onRevoked } = story({ 7: 5 });
  watch.hold(keyViewer({ authVersion: 5 }));
  await watch.poll();
  watch.hold(keyViewer({ authVersion: 4 }));
  await watch.poll();
  expect(onRevoked).toHaveBeenCalledTimes(1);
});

test('a socket that opens while its environment is being checked is checked by the next poll', async () => {
  const { watch, onRevoked } = story({ 7: 5 });
  onRevoked.mockImplementationOnce(async () => void watch.hold(keyViewer({ authVersion: 4 })));
  watch.hold(keyViewer({ authVersion: 4 }));
  await watch.poll();
  await watch.poll();
  await watch.poll();
  expect(onRevoked).toHaveBeenCalledTimes(2);
});

test('a check that fails counts for nothing: it is done again, and other environments are not kept waiting', async () => {
  const { watch, onRevoked, log } = story({ 7: 1, 8: 1 });
  watch.hold(keyViewer({ environmentId: 7 }));
  watch.hold(keyViewer({ environmentId: 8 }));
  onRevoked.mockRejectedValueOnce(new Error('connection lost'));

  await watch.poll();
  await watch.poll();

  expect(onRevoked.mock.calls).toEqual([[7], [8], [7]]);
  expect(log.lines).toHaveLength(1);
});

test('an environment that is gone has its sockets checked', async () => {
  const { watch, onRevoked } = story({});
  watch.hold(keyViewer({ environmentId: 7 }));
  await watch.poll();
  expect(onRevoked.mock.calls).toEqual([[7]]);
});

test('P2.8: when polls fail for MAX_STALENESS the sockets are closed, and stay closed until one succeeds', async () => {
  const { watch, clock, database, onBlind, log } = story({ 7: 0 });
  watch.hold(keyViewer());
  database.failing = true;

  clock.advance(2_999);
  await watch.poll();
  expect([watch.isBlind(), onBlind.mock.calls.length]).toEqual([false, 0]);
  clock.advance(1);
  await watch.poll();
  expect(watch.isBlind()).toBe(true);
  expect(onBlind).toHaveBeenCalled();
  expect(log.lines.filter((line) => line.message.includes('closing'))).toHaveLength(1);

  database.failing = false;
  await watch.poll();
  expect(watch.isBlind()).toBe(false);
});

test('P2.8: a poll that hangs blinds like one that fails, is given up, and its late answer is not taken as fresh', async () => {
  const { watch, clock, database, onBlind, asked } = story({ 7: 0 });
  watch.hold(keyViewer());
  const hanging = gate();
  database.hang = hanging.passed;
  const first = watch.poll();
  clock.advance(1_000);
  void watch.poll();
  expect(asked).toHaveLength(1);

  clock.advance(2_000);
  void watch.poll();
  expect(asked).toHaveLength(2);
  expect(onBlind).toHaveBeenCalledTimes(1);

  clock.advance(3_000);
  hanging.open();
  await first;
  expect(watch.isBlind()).toBe(true);
});

test('who is blind sees again by an answer that stays fresh until the next poll, not by one that is nearly too old', async () => {
  const { watch, clock, database } = story({ 7: 0 });
  watch.hold(keyViewer());
  clock.advance(3_000);
  const hanging = gate();
  database.hang = hanging.passed;
  const late = watch.poll();
  clock.advance(2_900);
  hanging.open();
  await late;
  expect(watch.isBlind()).toBe(true);

  await watch.poll();
  expect(watch.isBlind()).toBe(false);
});

test('P2.6: the late answer of a poll that had hung does not make a younger success look old', async () => {
  const { watch, clock, database } = story({ 7: 0 });
  watch.hold(keyViewer());
  const hanging = gate();
  database.hang = hanging.passed;
  const first = watch.poll();
  clock.advance(3_000);
  database.hang = null;
  await watch.poll();
  expect(watch.isBlind()).toBe(false);

  hanging.open();
  await first;
  expect(watch.isBlind()).toBe(false);
});

test('P2.6: wall time that goes on while monotonic time stands still (a sleeping machine) makes blind too', async () => {
  const { sql: feed } = fakeSql(() => {
    throw new Error('connection lost');
  });
  const clock = standingClock();
  const onBlind = vi.fn();
  const watch = createRevocationWatch({
    feed,
    caches: [],
    maxStalenessMs: 3_000,
    onRevoked: () => {},
    onBlind,
    log: recordingLog(),
    clock: { wall: clock.wall, monotonic: () => 0 },
  });
  watch.hold(keyViewer());
  clock.advance(3_000);
  await watch.poll();
  expect(onBlind).toHaveBeenCalled();
});

test('started, it polls every 500 ms; stopped, it does not', async () => {
  vi.useFakeTimers();
  try {
    const { watch, asked } = story({ 7: 0 });
    watch.hold(keyViewer());
    watch.start();
    watch.start();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(asked).toHaveLength(3);
    watch.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(3);
  } finally {
    vi.useRealTimers();
  }
});
