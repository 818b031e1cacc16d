import { type Clock, systemClock } from '../clock.ts';
import type { Sql } from '../db/database.ts';
import type { AuthLog } from './auth-log.ts';
import type { Viewer } from './viewer.ts';

const maxPending = 10_000;

export interface KeyUsageOptions {
  /** The write pool. */
  readonly sql: Sql;
  readonly log: AuthLog;
  readonly clock?: Clock | undefined;
  /** Between two flushes, ms; at most one update per key in it. */
  readonly intervalMs?: number | undefined;
}

export interface KeyUsage {
  /** Notes that a key was used now. Does no I/O, so no request ever waits for it. */
  used(viewer: Viewer): void;
  /** Writes what was noted. Never rejects: a failure is logged, and tried again at the next flush. */
  flush(): Promise<void>;
  /** Stops the timer and writes the rest. */
  close(): Promise<void>;
}

interface Use {
  readonly environmentId: number;
  readonly keyId: number;
  readonly at: number;
}

// Rows that another server is writing at this moment are skipped: it writes the same minute, and nothing waits or deadlocks.
const writeLastUse = `
  with due as (
    select k.environment_id, k.id, u.at
      from unnest($1::int[], $2::int[], $3::timestamptz[]) as u (environment_id, id, at)
      join api_key k on k.environment_id = u.environment_id and k.id = u.id
     where k.last_used_at is null or k.last_used_at < u.at
     order by k.environment_id, k.id
       for no key update of k skip locked)
  update api_key k set last_used_at = due.at
    from due where k.environment_id = due.environment_id and k.id = due.id`;

/** Keeps `last_used_at` of API keys, precise to a minute: good enough to find keys that nobody uses any more. */
export function createKeyUsage(options: KeyUsageOptions): KeyUsage {
  const { sql, log, clock = systemClock, intervalMs = 60_000 } = options;
  let pending = new Map<string, Use>();
  let flushing: Promise<void> | null = null;

  function note(use: Use): void {
    const name = `${use.environmentId}:${use.keyId}`;
    const known = pending.get(name);
    if (known ? known.at < use.at : pending.size < maxPending) pending.set(name, use);
  }

  async function write(): Promise<void> {
    if (pending.size === 0) return;
    const uses = [...pending.values()];
    pending = new Map();
    try {
      await sql.query(writeLastUse, [
        uses.map((use) => use.environmentId),
        uses.map((use) => use.keyId),
        uses.map((use) => new Date(use.at).toISOString()),
      ]);
    } catch (error) {
      log.warn({ err: error, keys: uses.length }, 'the last use of API keys could not be written');
      uses.forEach(note);
    }
  }

  function flush(): Promise<void> {
    flushing ??= write().finally(() => {
      flushing = null;
    });
    return flushing;
  }

  const timer = setInterval(() => void flush(), intervalMs);
  timer.unref();

  return {
    used: ({ environmentId, keyId }) => {
      if (keyId !== null) note({ environmentId, keyId, at: clock.wall() });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}
