import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface MigrationFile {
  /** Name of its folder: `20261122000000_the_list`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, in hex, as Prisma records it. */
  readonly checksum: string;
}

/** Every `<folder>/<name>/migration.sql`, in the order of the names, as Prisma applies them. */
export async function readMigrations(folder = migrationFolder()): Promise<MigrationFile[]> {
  const found = await readdir(folder, { withFileTypes: true });
  const names = found.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const files = await Promise.all(names.sort().map((name) => readMigration(folder, name)));
  return files.filter((file) => file !== undefined);
}

async function readMigration(folder: string, name: string): Promise<MigrationFile | undefined> {
  const path = join(folder, name, 'migration.sql');
  if (!existsSync(path)) return undefined;
  const sql = await readFile(path, 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

/** `prisma/migrations` of the package, looked for upwards: this file may lie in src/db or in dist/db. */
function migrationFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'prisma', 'migrations'))) {
    if (dirname(folder) === folder) throw new Error('The folder prisma/migrations is missing from the installation');
    folder = dirname(folder);
  }
  return join(folder, 'prisma', 'migrations');
}
