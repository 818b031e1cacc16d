import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/db/database.ts';
import { quiet } from './support-log.ts';

export { quiet };

/** A folder that goes when the test does. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quietline-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opened for one test, and closed after it. */
export async function open(options: Partial<DatabaseOptions>): Promise<Database> {
  const database = await openDatabase({ dataDir: 'memory://', readTimeoutMs: 5_000, log: quiet, ...options });
  onTestFinished(() => database.close());
  return database;
}
