import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onceEnded } from '../support/leftovers.ts';

/** For the files of one test, removed after it. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quietline-cli-'));
  onceEnded('a folder', async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
