import { genesisHash } from '../../src/changes/chain.ts';
import { changeStream, type StreamMessage } from '../../src/changes/change-stream.ts';
import type { Cursor } from '../../src/changes/cursor.ts';
import { shortHash } from '../../src/changes/resume-plan.ts';
import type { Database } from '../../src/db/database.ts';
import { onceEnded } from '../support/leftovers.ts';
import type { LogServer } from './log-world.ts';

export interface Following {
  next(): Promise<StreamMessage | undefined>;
  /** Positions of the changes up to the first bookmark after the last batch. */
  positions(through: number): Promise<number[]>;
  stop(): Promise<void>;
}

/** One follower of an environment's stream, from after the cursor; null is from now. */
export async function follow(
  from: LogServer,
  environmentId: number,
  after: Cursor | null,
  bookmarkMs = 10_000,
): Promise<Following> {
  const feed = await from.feed.environment(environmentId);
  const abort = new AbortController();
  const stream = changeStream({ sql: from.database.read, feed, after, bookmarkMs, signal: abort.signal });
  const next = async () => (await stream.next()).value ?? undefined;
  const stop = async () => {
    abort.abort();
    await stream.return();
  };
  onceEnded('a stream', stop);
  return {
    next,
    stop,
    async positions(through) {
      const seen: number[] = [];
      for (let message = await next(); message; message = await next()) {
        if (message.kind === 'RESYNC') throw new Error(message.reason);
        if (message.kind === 'BATCH')
          seen.push(...message.sets.flatMap((set) => set.changes.map(({ position }) => position)));
        if (message.cursor.position >= through) break;
      }
      return seen;
    },
  };
}

/** The cursors of the log's beginning and of each set. */
export async function cursors(server: LogServer, environmentId: number): Promise<Cursor[]> {
  const { epoch } = await server.feed.readHead(environmentId);
  const { rows } = await server.database.read.query<{ position: string; hash: Buffer }>(
    'SELECT position, hash FROM change_set WHERE environment_id = $1 ORDER BY position',
    [environmentId],
  );
  const all = [{ position: '0', hash: genesisHash(epoch) }, ...rows];
  return all.map(({ position, hash }) => ({ environmentId, epoch, position: Number(position), hash: shortHash(hash) }));
}

export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** NOTIFY switched off: neither sent nor heard. */
export function silent(database: Database): Database {
  return { ...database, listen: async () => async () => {} };
}
