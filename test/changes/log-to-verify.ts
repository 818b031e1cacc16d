import pg from 'pg';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { endConsents, giveConsents } from './consents.ts';
import { add, callOf, DNT, type LogServer, newLogEnvironment, on, openLogServer, phoneOf } from './log-world.ts';

export interface SetRow {
  first: number;
  position: number;
}

/** An intact log, and a superuser's connection that can damage it. */
export interface LogToVerify {
  readonly client: pg.Client;
  readonly environment: number;
  readonly sets: readonly SetRow[];
  readonly head: number;
}

/** For `beforeAll`: a database and an environment with a log of the file's own. */
export async function openLogToVerify(): Promise<LogToVerify> {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  const server = await openLogServer(url);
  const environment = await newLogEnvironment(server.database);
  await writeLog(server, environment);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onceEnded('a client', () => client.end());
  const { rows: sets } = await client.query<SetRow>(
    'SELECT first_position::int AS first, position::int FROM change_set WHERE environment_id = $1 ORDER BY position',
    [environment],
  );
  return { client, environment, sets, head: sets.at(-1)!.position };
}

/** A log with every kind of row: texts, removals, numbers that changed, consents, people behind keys, sets of many sizes. */
async function writeLog(server: LogServer, environment: number): Promise<void> {
  const write = (call: Parameters<typeof callOf>[1]) => server.log.write(callOf(environment, call));
  for (let n = 0; n < 6; n += 1) {
    const rows = Array.from({ length: n + 1 }, (_, r) =>
      add(phoneOf(n * 10 + r), {
        reason: `reason ${r % 2}`,
        externalReference: `crm ${r}`,
        ...(r % 3 ? {} : { listId: DNT, evidence: 'letter' }),
      }),
    );
    const consents = await giveConsents(server, environment, [
      { phone: phoneOf(n * 10), evidence: `form ${n}` },
      { phone: phoneOf(n * 10 + 1), channel: 'CALL' },
    ]);
    if (n % 2) await endConsents(server, environment, consents);
    const { rows: added } = await write({ rows, onBehalfOf: { id: `u${n}`, name: 'Zoë' }, reason: 'batch' });
    const first = on(rows[0]!, added[0], { verb: 'REMOVE' });
    await write({ rows: [first, { ...add(phoneOf(n * 10 + 9)), needs: 0 }], reason: 'typo', evidence: 'call' });
    await write({
      rows: rows
        .slice(1)
        .map((row, r) => on(row, added[r + 1], { verb: 'EDIT', edits: 3, reason: `new ${r}`, evidence: 'mail' })),
    });
  }
}

/** Runs with the triggers and foreign keys off, as only a superuser can, and takes everything back. */
export async function tampered({ client }: LogToVerify, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    await work();
  } finally {
    await client.query('ROLLBACK');
  }
}
