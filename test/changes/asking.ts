import type { EntryRow, RowCode, WriteCall } from '../../src/changes/write-call.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { type LogServer, newLogEnvironment, on, openLogServer, phoneOf, writer } from './log-world.ts';

let phones = 0;

/** A number that no test of the file had before. */
export const nextPhone = () => phoneOf(++phones);
export const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

/** What a removal by staff needs at most (R1.4). */
export const documented = { reason: 'asked to be called again', evidence: 'https://example.com/call/1' };

interface StoredChange {
  position: string;
  kind: string;
  before: string | null;
  after: string | null;
  facts: string;
  related_position: string | null;
}

/** One environment to write in, and to look at what came of it. */
export interface Asking {
  readonly server: LogServer;
  readonly environmentId: number;
  readonly write: ReturnType<typeof writer>;
  /** Adds one entry and asks something of it. */
  ask(row: EntryRow, verb: Partial<EntryRow> & Pick<EntryRow, 'verb'>, call?: Partial<WriteCall>): Promise<RowCode>;
  /** What the log has of a number. */
  changesOf(phone: string): Promise<StoredChange[]>;
}

/** For `beforeAll`: a database, a server and an environment of the file's own. */
export async function openAsking(): Promise<Asking> {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  const server = await openLogServer(url);
  const environment = await newLogEnvironment(server.database);
  const write = writer(server, environment);
  return {
    server,
    environmentId: environment,
    write,
    async ask(row, verb, call = {}) {
      const [added] = await write([row]);
      const [outcome] = await write([on(row, added, verb)], call);
      return outcome!.code;
    },
    async changesOf(phone) {
      const { rows } = await server.database.read.query<StoredChange>(
        `SELECT c.position, c.kind, c.before, c.after, c.facts, c.related_position FROM change c
           JOIN entry e ON e.environment_id = c.environment_id AND e.id = c.entry_id
          WHERE c.environment_id = $1 AND e.phone = $2 ORDER BY c.position`,
        [environment, phone],
      );
      return rows;
    },
  };
}
