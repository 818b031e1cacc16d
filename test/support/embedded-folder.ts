import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { onceEnded } from './leftovers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the first who needs it makes the folder that others copy. */
    embeddedTemplate: string;
  }
}

const silent = { info() {}, warn() {}, error() {} };

/**
 * A data folder for one installation, with an embedded database that is migrated and empty: PGlite takes seconds to make
 * one. Removed after the test (or after the file, from `beforeAll`). For tests that aren't about a first start.
 */
export async function embeddedFolder(): Promise<string> {
  const template = inject('embeddedTemplate');
  if (!existsSync(template)) await makeTemplate(template);
  const folder = newFolder();
  cpSync(template, folder, { recursive: true });
  return folder;
}

/** A data folder that isn't there yet, as on a fresh machine. */
export function folderOfFirstStart(): string {
  return join(newFolder(), 'data');
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quietline-data-'));
  onceEnded('a data folder', async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function makeTemplate(template: string): Promise<void> {
  const draft = `${template}.${process.pid}`;
  const database = await openDatabase({ dataDir: draft, readTimeoutMs: 5_000, log: silent });
  await migrate({ database, log: silent });
  await database.close();
  try {
    renameSync(draft, template);
  } catch (error) {
    // The other process was faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
}
