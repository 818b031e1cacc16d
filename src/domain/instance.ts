import { randomBytes } from 'node:crypto';
import type { Database } from '../db/database.ts';

/**
 * The secret that all servers on this database share: it hashes API keys and seals cursors (P2.9). SERVER_SECRET of the
 * configuration goes before the stored one; every server of an installation must then have it, and a key that was made
 * under another secret is unknown. Otherwise the database keeps 32 random bytes, made on the very first start: of several
 * servers that start at once one inserts, and all read what it inserted.
 */
export async function loadServerSecret(
  database: Pick<Database, 'write'>,
  configured?: string | undefined,
): Promise<Buffer> {
  if (configured !== undefined) return Buffer.from(configured, 'utf8');
  const stored = await readStored(database);
  if (stored) return stored;
  await database.write.query('INSERT INTO instance (id, server_secret) VALUES (1, $1) ON CONFLICT (id) DO NOTHING', [
    randomBytes(32),
  ]);
  // A statement of its own: it sees the row of whoever was first.
  const made = await readStored(database);
  if (!made) throw new Error('The row of the table "instance" vanished while the server was starting.');
  return made;
}

async function readStored({ write }: Pick<Database, 'write'>): Promise<Buffer | undefined> {
  const { rows } = await write.query<{ server_secret: Buffer }>('SELECT server_secret FROM instance WHERE id = 1');
  return rows[0]?.server_secret;
}
