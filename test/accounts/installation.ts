import type { Role } from '../../src/auth/permissions.ts';
import { apiKeyViewer, type Viewer } from '../../src/auth/viewer.ts';
import { ChangeFeed } from '../../src/changes/change-feed.ts';
import { ChangeLog } from '../../src/changes/change-log.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { createAccount } from '../../src/domain/accounts/create-account.ts';
import { createApiKey } from '../../src/domain/keys/create-api-key.ts';
import { embeddedFolder } from '../support/embedded-folder.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';

export const serverSecret = Buffer.alloc(32, 's');
const silent = { info() {}, warn() {}, error() {} };

/** The domain on a database of the test's own, without a server around it. */
export interface Installation {
  readonly url: string;
  readonly database: Database;
  readonly log: ChangeLog;
}

export async function installation(kind: 'postgres' | 'pglite' = 'postgres'): Promise<Installation> {
  if (kind === 'pglite') {
    const database = await open({ dataDir: await embeddedFolder() });
    return { url: '', database, log: openLog(database) };
  }
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  return anotherServer(url);
}

/** One more server on the same database. */
export async function anotherServer(url: string): Promise<Installation> {
  const database = await open({ databaseUrl: url, dataDir: '' });
  return { url, database, log: openLog(database) };
}

async function open(options: { databaseUrl?: string; dataDir: string }): Promise<Database> {
  const database = await openDatabase({ readTimeoutMs: 5_000, log: silent, ...options });
  onceEnded('a database', () => database.close());
  return database;
}

function openLog(database: Database): ChangeLog {
  const feed = new ChangeFeed({ database, log: silent, pollIntervalMs: 500, onBroken() {} });
  onceEnded('a feed', () => feed.stop());
  return new ChangeLog({ database, feed });
}

/** An account, and who holds the first ADMIN key of each of its environments. */
export async function newAccount({ database }: Installation, name = 'Acme') {
  const account = await createAccount(database, { name, serverSecret });
  const { accountId, environments } = account;
  const adminOf = (environment: typeof environments.production) =>
    apiKeyViewer({
      accountId,
      environmentId: environment.id,
      environmentKey: environment.key,
      authVersion: 0,
      keyId: environment.adminKeyId,
      role: 'ADMIN',
      name: 'First ADMIN key',
      expiresAt: null,
    });
  return { ...account, admin: adminOf(environments.production), sandboxAdmin: adminOf(environments.sandbox) };
}

/** Somebody with a key of this role in the admin's environment. */
export async function colleague({ log }: Installation, admin: Viewer, role: Role): Promise<Viewer & { keyId: number }> {
  const { apiKey } = await createApiKey(admin, { name: `The ${role}`, role }, { log, serverSecret });
  const { accountId, environmentId, environmentKey } = admin;
  const viewer = apiKeyViewer({
    accountId,
    environmentId,
    environmentKey,
    authVersion: 0,
    keyId: apiKey.id,
    role,
    name: apiKey.name,
    expiresAt: null,
  });
  return { ...viewer, keyId: apiKey.id };
}

/** An environment's log, oldest first: what somebody would read of it. */
export async function readLog({ database }: Pick<Installation, 'database'>, environmentId: number) {
  const { rows } = await database.read.query<{
    operation: string;
    subject: string;
    kind: string;
    before: string | null;
    after: string | null;
    set: string;
  }>(
    `SELECT s.operation, a.subject, c.kind, c.before, c.after, c.set_position AS set FROM change c
       JOIN change_set s ON s.environment_id = c.environment_id AND s.position = c.set_position
       JOIN actor a ON a.environment_id = s.environment_id AND a.id = s.actor_id
      WHERE c.environment_id = $1 ORDER BY c.position`,
    [environmentId],
  );
  return rows.map((row) => ({ ...row, before: parsed(row.before), after: parsed(row.after) }));
}

function parsed(json: string | null): Record<string, unknown> | null {
  return json === null ? null : (JSON.parse(json) as Record<string, unknown>);
}

/** Every table with how many rows it has, but for the records of migrations. */
export async function rowCounts({ database }: Pick<Installation, 'database'>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tables(database)) {
    const { rows } = await database.read.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${table}"`);
    counts[table] = rows[0]!.n;
  }
  return counts;
}

/** The tables that hold this text anywhere: in a text, in JSON, or as bytes. */
export async function tablesThatHold({ database }: Pick<Installation, 'database'>, text: string): Promise<string[]> {
  const found: string[] = [];
  const hex = Buffer.from(text).toString('hex');
  for (const table of await tables(database)) {
    const { rows } = await database.read.query(
      `SELECT 1 FROM "${table}" t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0 LIMIT 1`,
      [text, hex],
    );
    if (rows.length > 0) found.push(table);
  }
  return found;
}

async function tables(database: Database): Promise<string[]> {
  const { rows } = await database.read.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_prisma%' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** From now on the statement fails that writes the nth row (counted in this database) of a table. */
export async function breakAtRow(
  { database }: Pick<Installation, 'database'>,
  table: string,
  nth: number,
): Promise<void> {
  await database.write.query(`
    CREATE SEQUENCE broken_at;
    CREATE FUNCTION break_here() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF nextval('broken_at') = ${nth} THEN RAISE EXCEPTION 'the disk is full'; END IF; RETURN new; END $$;
    CREATE TRIGGER break_here BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION break_here();`);
}

/** The code of the only problem that a refusal names, and where it points. */
export async function problemOf(refused: Promise<unknown>): Promise<string> {
  const error = await refused.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown as Error & { problems?: { code: string; path: string[] }[] },
  );
  const [problem] = 'problems' in error ? (error.problems ?? []) : [];
  return problem
    ? `${problem.code} ${problem.path.join('.')}`
    : `${(error as { code?: string }).code ?? error.message}`;
}
