import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onceEnded } from '../support/leftovers.ts';

/** What lies between a server and its database, and can fail as networks and machines do. */
export interface Cable {
  /** The database's URL through the cable. */
  readonly url: string;
  /** Nothing passes and nothing closes, as when the database's machine stops; `mend` lets everything pass that waited. */
  stall(): void;
  /** What is connected stays so and is dead for ever, as when a firewall forgot it; new connections pass after `mend`. */
  sever(): void;
  /** Every connection is reset and none is taken, as when the database has ended. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

interface Pair {
  readonly ends: readonly [Socket, Socket];
  isDead: boolean;
}

export async function layCable(databaseUrl: string): Promise<Cable> {
  const target = new URL(databaseUrl);
  const pairs = new Set<Pair>();
  let stalled = false;
  let server: Server;

  const accept = (near: Socket) => {
    const far = connect(Number(target.port), target.hostname);
    const pair: Pair = { ends: [near, far], isDead: false };
    pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        if (!pair.isDead) to.destroy();
        // Of a dead one the other end stays, and is still to be reset.
        if (to.destroyed) pairs.delete(pair);
      });
    }
    if (stalled) silence(pair);
  };
  const open = async (port: number) => {
    server = createServer(accept).listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await open(0);
  const { port } = server!.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);

  const reset = () => {
    for (const { ends } of pairs) for (const end of ends) end.destroy();
  };
  const closed = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onceEnded('a cable', async () => {
    const done = closed();
    reset();
    await done;
  });
  return {
    url: url.toString(),
    stall() {
      stalled = true;
      for (const pair of pairs) silence(pair);
    },
    sever() {
      stalled = true;
      for (const pair of pairs) {
        pair.isDead = true;
        silence(pair);
      }
    },
    async cut() {
      const done = closed();
      reset();
      await done;
    },
    async mend() {
      stalled = false;
      for (const pair of pairs) {
        if (pair.isDead) continue;
        const [near, far] = pair.ends;
        near.pipe(far);
        far.pipe(near);
      }
      if (!server.listening) await open(port);
    },
  };
}

function silence({ ends: [near, far] }: Pair): void {
  near.unpipe(far).pause();
  far.unpipe(near).pause();
}
