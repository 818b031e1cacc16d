import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';

/** Opens the database in the folder (`memory://`: in memory), and makes it first if there is none. */
export async function openPglite(dataDir: string): Promise<PGlite> {
  if (dataDir !== 'memory://' && !existsSync(join(dataDir, 'PG_VERSION'))) await initialise(dataDir);
  return open(dataDir);
}

/**
 * PGlite copies a new database file by file, and takes a half copied one for complete when the process was killed
 * meanwhile. So it is made beside its place and renamed, which happens at once.
 */
async function initialise(dataDir: string): Promise<void> {
  const unfinished = `${dataDir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const pglite = await open(unfinished);
  await pglite.close();
  await rename(unfinished, dataDir);
}

function open(dataDir: string): Promise<PGlite> {
  return PGlite.create({ dataDir, extensions: { pg_trgm, btree_gin } });
}
