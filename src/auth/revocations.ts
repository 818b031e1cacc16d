import { type Clock, stalenessSince, systemClock } from '../clock.ts';
import type { Sql } from '../db/database.ts';
import type { AuthLog } from './auth-log.ts';
import type { RevocableCache } from './look-up-cache.ts';

import type { Viewer } from './viewer.ts';

export interface RevocationWatchOptions {
  /** The feed pool: a hot tenant's reads must not delay a revocation (P3.2). */
  readonly feed: Sql;
  /** Key and person authenticators: what they hold in memory is watched too, and forgotten on a change. */
  readonly caches: readonly RevocableCache[];
  /** MAX_STALENESS, ms. */
  readonly maxStalenessMs: number;
  /**
   * Something was revoked in this environment: check each of its open sockets with `stillValid` and close the others. If
   * it rejects, nothing counts as checked, and the next poll calls again.
   */
  readonly onRevoked: (environmentId: number) => Promise<void> | void;
  /** No poll has succeeded for MAX_STALENESS: close every socket. Called at each tick while that lasts, so be quick. */
  readonly onBlind: () => void;
  readonly log: AuthLog;
  readonly clock?: Clock | undefined;
}

export interface RevocationWatch {
  /** A socket of this viewer is open; call what it returns when it closes. Counted from the viewer's `authVersion`. */
  hold(viewer: Viewer): () => void;
  /** One poll now. Never rejects. A poll that is under way is joined, unless it has hung for MAX_STALENESS. */
  poll(): Promise<void>;
  /** While true no socket may be opened. */
  isBlind(): boolean;
  /** Polls by itself from now on (P2.6: every 500 ms). */
  start(intervalMs?: number): void;
  stop(): void;
}

interface Hold {
  readonly environmentId: number;
  authVersion: number;
}

/**
 * Learns of revocations on any server by the counter `environment.auth_version`, which a revocation raises in its own
 * transaction (P2.8). One query serves all environments with open sockets or cached viewers. A socket is compared by the
 * version that ITS credential was read at, so one that opens while a revocation is noticed isn't missed.
 */
export function createRevocationWatch(options: RevocationWatchOptions): RevocationWatch {
  const { feed, caches, maxStalenessMs, onRevoked, onBlind, log, clock = systemClock } = options;
  const holds = new Set<Hold>();
  let sinceSuccess = stalenessSince(clock);
  let running: { readonly age: () => number; readonly done: Promise<void> } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let toldBlind = false;

  function watchedVersions(): Map<number, Set<number>> {
    const watched = new Map<number, Set<number>>();
    for (const source of [holds, ...caches.map((cache) => cache.cachedVersions())]) {
      for (const { environmentId, authVersion } of source) {
        const versions = watched.get(environmentId);
        if (versions) versions.add(authVersion);
        else watched.set(environmentId, new Set([authVersion]));
      }
    }
    return watched;
  }

  async function currentVersions(ids: readonly number[]): Promise<Map<number, number>> {
    if (ids.length === 0) return new Map();
    const { rows } = await feed.query<{ id: number; auth_version: number }>(
      'select id, auth_version from environment where id = any($1::int[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row.auth_version]));
  }

  /** `version` is undefined when the environment is gone. */
  async function recheck(environmentId: number, version: number | undefined): Promise<void> {
    const concerned = [...holds].filter((hold) => hold.environmentId === environmentId);
    for (const cache of caches) cache.forgetEnvironment(environmentId);
    if (concerned.length === 0) return;
    await onRevoked(environmentId);
    for (const hold of concerned) hold.authVersion = version ?? hold.authVersion;
  }

  async function pollOnce(age: ReturnType<typeof stalenessSince>): Promise<void> {
    try {
      const watched = watchedVersions();
      const current = await currentVersions([...watched.keys()]);
      const changed = [...watched].filter(([id, versions]) => [...versions].some((held) => held !== current.get(id)));
      const results = await Promise.allSettled(changed.map(([id]) => recheck(id, current.get(id))));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      // Freshness counts from the START of the poll (P2.6); one that had hung may end after a younger one. And an answer
      // that is nearly too old itself doesn't end blindness: sockets would be let in, and be closed a moment later.
      const isLate = isBlind() && age() > maxStalenessMs / 2;
      if (age() < sinceSuccess() && !isLate) sinceSuccess = age;
    } catch (error) {
      log.warn({ err: error }, 'the poll for revoked keys failed');
    }
  }

  const isBlind = () => sinceSuccess() >= maxStalenessMs;

  function tellIfBlind(): void {
    if (!isBlind()) {
      toldBlind = false;
      return;
    }
    if (!toldBlind) log.warn({ maxStalenessMs }, 'revocations can not be seen: closing all sockets');
    toldBlind = true;
    onBlind();
  }

  async function poll(): Promise<void> {
    // Looked at before the query too: a database that hangs must not keep sockets open.
    tellIfBlind();
    if (!running || running.age() >= maxStalenessMs) {
      const age = stalenessSince(clock);
      const mine = { age, done: pollOnce(age) };
      running = mine;
      void mine.done.then(() => {
        if (running === mine) running = null;
        tellIfBlind();
      });
    }
    await running.done;
  }

  return {
    hold(viewer) {
      if (viewer.kind === 'ANONYMOUS') return () => {};
      const hold = { environmentId: viewer.environmentId, authVersion: viewer.authVersion };
      holds.add(hold);
      return () => void holds.delete(hold);
    },
    poll,
    isBlind,
    start(intervalMs = 500) {
      if (timer) return;
      sinceSuccess = stalenessSince(clock);
      timer = setInterval(() => void poll(), intervalMs);
      timer.unref();
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}
