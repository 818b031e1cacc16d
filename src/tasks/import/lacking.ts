import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from '../../db/database.ts';
import { type ClaimKey, claimPage } from './claims.ts';
import { keyIn, keyOf } from './entry-line.ts';
import type { ImportTask } from './import-handler.ts';
import type { ImportServices } from './import-services.ts';
import { fewRuns, mergeRuns } from './merge-runs.ts';
import type { ReadFile } from './reading-messages.ts';
import { RunSorter } from './run-sorter.ts';

/** What a file that replaces the earlier ones of its origin lacks (R6.4). */
export interface Lacking {
  /** The earlier imports of the origin that have claims on the list. */
  readonly earlier: readonly string[];
  /** Numbers that they have. */
  readonly claimed: number;
  /** How many of those the file lacks. */
  readonly count: number;
  /** A run of those: `key TAB entry`. */
  readonly run: string;
}

const PAGE = { postgres: 5_000, pglite: 1_000 } as const;

/**
 * Compares the file with what earlier imports of its origin have a claim on, both sorted by number. What the file lacks
 * is the same however far its additions are.
 */
export async function* findLacking(
  task: ImportTask,
  file: ReadFile,
  folder: string,
  { database }: ImportServices,
): AsyncGenerator<void, Lacking> {
  await task.save({ step: 'Comparing with the earlier files of this origin' });
  const earlier = await earlierImports(database.read, task);
  const sorter = new RunSorter(folder, 'claims');
  for (const importId of earlier) {
    const claims = { environmentId: task.environmentId, importId };
    let key: ClaimKey | null = null;
    do {
      const page = await claimPage(database, claims, key, PAGE[database.kind]);
      for (const { id, phone } of page.entries) await sorter.add(`${keyOf(phone)}\t${id}`);
      key = page.next;
      yield;
    } while (key !== null);
  }
  const run = join(folder, 'lacking');
  const found = yield* subtract(await fewRuns(await sorter.finish()), [...file.runs, ...file.presentRuns], run);
  return { earlier, run, ...found };
}

/** Writes the claims whose number no row of the file has. A number that several imports claim counts once. */
export async function* subtract(
  claimRuns: readonly string[],
  fileRuns: readonly string[],
  target: string,
): AsyncGenerator<void, { claimed: number; count: number }> {
  const found = { claimed: 0, count: 0 };
  const rows = mergeRuns(fileRuns);
  let chunk: readonly string[] = [];
  let at = 0;
  /** Whether this chunk of the file goes as far as the key: then `at` is where it is, or would be. */
  const reaches = (key: string): boolean => {
    while (at < chunk.length && keyIn(chunk[at]!) < key) at += 1;
    return at < chunk.length;
  };
  const readOn = async (): Promise<boolean> => {
    const next = await rows.next();
    chunk = next.done ? [] : next.value;
    at = 0;
    return !next.done;
  };
  const output = await open(target, 'wx', 0o600);
  try {
    let last = '';
    for await (const claims of mergeRuns(claimRuns)) {
      const lacking: string[] = [];
      for (const claim of claims) {
        const key = keyIn(claim);
        if (key === last) continue;
        last = key;
        found.claimed += 1;
        // Between two claims may be millions of the file's rows.
        while (!reaches(key) && (await readOn())) yield;
        if (at === chunk.length || keyIn(chunk[at]!) !== key) lacking.push(claim);
      }
      found.count += lacking.length;
      if (lacking.length > 0) await output.write(`${lacking.join('\n')}\n`);
      yield;
    }
  } finally {
    await output.close();
    await rows.return();
  }
  return found;
}

async function earlierImports(sql: Sql, { environmentId, id, input }: ImportTask): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(EARLIER, [environmentId, input.origin, id, input.list.id]);
  return rows.map((row) => row.id);
}

// Imports of an environment run one after the other, so that an earlier one has ended; only a dry run may come too soon. Of
// one that was undone nothing counts any more. Those without a claim are left out, since an origin has a file every night;
// each is one look into an index, whatever the planner thinks of EXISTS.
const EARLIER = `SELECT t.id FROM task t
  WHERE t.environment_id = $1 AND t.origin = $2 AND t.id < $3 AND t.kind = 'IMPORT' AND (t.input -> 'list' ->> 'id')::int = $4
    AND coalesce((SELECT true FROM entry e WHERE e.environment_id = t.environment_id AND e.import_id = t.id AND e.active LIMIT 1),
                 (SELECT true FROM import_claim c WHERE c.environment_id = t.environment_id AND c.import_id = t.id LIMIT 1), false)
    AND NOT coalesce((SELECT u.state = 'DONE' FROM task u WHERE u.environment_id = t.environment_id AND u.id = t.undone_by_id), false)
  ORDER BY t.id`;
