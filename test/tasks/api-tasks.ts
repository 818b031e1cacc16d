import type { Role } from '../../src/auth/permissions.ts';
import type { ScrubInput } from '../../src/domain/scrubs/scrub-input.ts';
import { insertTask } from '../../src/domain/tasks/create-task.ts';
import type { TaskKind } from '../../src/domain/tasks/task-kind.ts';
import { anotherServer, type Installation } from '../accounts/installation.ts';
import type { Quietline } from '../support/quietline.ts';
import type { World } from '../support/world.ts';

/** Tasks that a server in the test's own hands works at: what they do is what the test writes. */
export interface OtherServer {
  /**
   * Somebody with this role has started one, and it was claimed at once. Answers its id as clients know it: so high a one
   * that the environment's others come before, and are not held up.
   */
  start(world: World, role: Role, kind?: TaskKind): Promise<string>;
  /** What a batch leaves behind, by column. */
  batch(id: string, columns: Readonly<Record<string, unknown>>): Promise<void>;
  say(id: string, message: string): Promise<void>;
}

export async function otherServer(server: Quietline): Promise<OtherServer> {
  const here = await anotherServer((server.storage as { url: string }).url);
  const { database } = here;
  return {
    async start(world, role, kind = 'SCRUB') {
      const environmentId = Number(world.environmentId);
      const actorId = await actorOf(here, world, role);
      const id = await database.transaction(async (sql) => {
        await sql.query('SELECT 1 FROM environment WHERE id = $1 FOR NO KEY UPDATE', [environmentId]);
        const inserted = await insertTask(sql, environmentId, actorId, { kind, authority: 'STAFF', input: aScrub });
        return (await sql.query<{ id: string }>(CLAIM, [inserted])).rows[0]!.id;
      });
      return Buffer.from(`Task:${id}`).toString('base64url');
    },
    async batch(id, columns) {
      const set = Object.keys(columns).map((name, n) => `${name} = $${n + 2}`);
      const text = `UPDATE task SET updated_at = clock_timestamp(), ${set.join(', ')} WHERE id = $1`;
      await database.write.query(text, [databaseId(id), ...Object.values(columns)]);
    },
    async say(id, message) {
      const text = `INSERT INTO task_log_line (environment_id, task_id, level, message) SELECT environment_id, id, 'info', $2 FROM task WHERE id = $1`;
      await database.write.query(text, [databaseId(id), message]);
    },
  };
}

/** What the scrub of a task that nobody does would have been about. */
const aScrub: ScrubInput = {
  file: { id: '00000000-0000-0000-0000-000000000000', name: 'leads.csv' },
  format: { kind: 'CSV', encoding: 'UTF8', delimiter: ',', headerLine: null },
  estimatedRows: null,
  phoneColumns: [0],
  direction: 'OUTBOUND',
  channel: 'CALL',
  defaultCountry: 'US',
};

function databaseId(id: string): string {
  return Buffer.from(id, 'base64url').toString().split(':')[1]!;
}

/** Whoever holds the world's key of this role. */
async function actorOf({ database, log }: Installation, world: World, role: Role): Promise<number> {
  await world.as(role);
  const { rows } = await database.write.query<{ id: number; name: string }>(
    'SELECT id, name FROM api_key WHERE environment_id = $1 AND role = $2 ORDER BY id LIMIT 1',
    [Number(world.environmentId), role],
  );
  const { id, name } = rows[0]!;
  return log.actorId(Number(world.environmentId), { type: 'API_KEY', subject: `key:${id}`, name });
}

const CLAIM = `UPDATE task SET id = id + 1000000000000, state = 'RUNNING', fence = 1, attempts = 1, leased_by = 'another server', started_at = clock_timestamp(),
  lease_until = clock_timestamp() + interval '1 hour' WHERE id = $1 RETURNING id`;
