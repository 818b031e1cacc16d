import { type App, startApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { type Client, createClient, type FrontDoor } from './client.ts';
import { embeddedFolder } from './embedded-folder.ts';
import { onceEnded } from './leftovers.ts';
import { createTestDatabase } from './test-database.ts';

export interface QuietlineOptions {
  /**
   * `postgres` (a database of its own on the run's server) unless the test is about the embedded one. A second server on
   * the database of a first, or a restart: `database: first.storage`.
   */
  readonly database?: 'postgres' | 'pglite' | Storage;
  /** As environment variables, such as `{ MAX_BODY_BYTES: '1024' }`; see src/config.ts. */
  readonly settings?: Readonly<Record<string, string>>;
  /** So many entries are changed by one call, by filter; beyond them a task does it. */
  readonly maxSelected?: number;
}

export type Storage = { readonly url: string } | { readonly dataDir: string };

export interface Quietline extends FrontDoor {
  readonly app: App;
  readonly config: Config;
  readonly storage: Storage;
  /** Everything that this server has logged, as it would stand in its file. */
  log(): string;
  /** Without a credential. */
  anonymous(): Client;
  /** With a credential of the test's own making. */
  withToken(token: string): Client;
  close(): Promise<void>;
}

/** The real application, on a port of its own. Ends by itself after the test (or after the file, from `beforeAll`). */
export async function startQuietline(options: QuietlineOptions = {}): Promise<Quietline> {
  const storage = await openStorage(options.database ?? 'postgres');
  const config = readConfig({
    PORT: '0',
    NODE_ENV: 'test',
    LOG_LEVEL: 'debug',
    ...('url' in storage ? { DATABASE_URL: storage.url } : { DATA_DIR: storage.dataDir }),
    ...options.settings,
  });
  const lines: string[] = [];
  const log = createLog({ level: config.logLevel, destination: { write: (line: string) => void lines.push(line) } });
  const app = await startApp({ config, log, maxSelected: options.maxSelected });
  const door: FrontDoor = { url: app.url, fetch: (request) => app.fetch(request) };
  return {
    ...door,
    app,
    config,
    storage,
    log: () => lines.join(''),
    anonymous: () => createClient(door),
    withToken: (token) => createClient(door, token),
    close: onceEnded('a Quietline', () => app.close()),
  };
}

async function openStorage(database: 'postgres' | 'pglite' | Storage): Promise<Storage> {
  if (typeof database === 'object') return database;
  if (database === 'postgres') {
    const { url, drop } = await createTestDatabase();
    onceEnded('a test database', drop);
    return { url };
  }
  return { dataDir: await embeddedFolder() };
}
