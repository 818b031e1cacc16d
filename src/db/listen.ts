import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseLog } from './database.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const GOODBYE_MS = 1_000;

export interface ListenOptions {
  /** Past any transaction-mode pooler: LISTEN needs a session of its own. */
  readonly url: string;
  readonly channel: string;
  readonly onNotify: (payload: string) => void;
  readonly log: DatabaseLog;
}

/**
 * LISTEN on a connection of its own that is opened again, with growing pauses, whenever it is lost. Resolves after the
 * first attempt, whether it succeeded or not, since nothing may depend on notifications.
 */
export async function listen(options: ListenOptions): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  let current: pg.Client | undefined;
  let firstTried = () => {};
  const tried = new Promise<void>((resolve) => {
    firstTried = resolve;
  });

  const keepListening = async () => {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const client = newClient(options.url);
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      current = client;
      try {
        await subscribe(client, options);
        failures = 0;
        firstTried();
        if (stopping.signal.aborted) break;
        options.onNotify('');
        await ended;
        if (!stopping.signal.aborted)
          options.log.warn({ channel: options.channel }, 'LISTEN was cut off: reconnecting');
      } catch (error) {
        if (!stopping.signal.aborted) options.log.warn({ err: error, channel: options.channel }, 'LISTEN failed');
      }
      firstTried();
      await client.end().catch(() => {});
      await pause(failures, stopping.signal);
    }
  };
  const done = keepListening();
  await tried;
  return async () => {
    stopping.abort();
    await Promise.race([current?.end().catch(() => {}), sleep(GOODBYE_MS)]);
    // A server that doesn't answer doesn't say goodbye either.
    current?.connection.stream.destroy();
    await done;
  };
}

function newClient(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'quietline listen',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // 'end' follows; without a listener the process would end.
  client.on('error', () => {});
  return client;
}

async function subscribe(client: pg.Client, { channel, onNotify }: ListenOptions): Promise<void> {
  client.on('notification', ({ payload }) => onNotify(payload ?? ''));
  await client.connect();
  await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
}

/** Half of it random, so that the servers don't all come back at once. */
async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
}
