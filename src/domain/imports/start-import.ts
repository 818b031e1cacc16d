import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Database } from '../../db/database.ts';
import { actorOf, authorityOf } from '../caller.ts';
import { readCountry } from '../country.ts';
import { keepStoredFile } from '../files/stored-files.ts';
import { assertOpenList } from '../lists/archived-list.ts';
import { acceptsSenders } from '../numbers/listed-number.ts';
import type { Settings } from '../settings.ts';
import { columnFields } from '../spreadsheets/column-names.ts';
import { type StartedTask, startTask } from '../tasks/create-task.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { ImportColumns, ImportInput } from './import-input.ts';
import { readImportRequest, requireImportPermissions, type StartImportInput } from './import-request.ts';
import { lookAtUpload } from './look-at-upload.ts';

/** How long a file waits for its import, at least. */
const KEPT_MS = 7 * 86_400_000;

export interface ImportContext {
  readonly log: ChangeLog;
  readonly database: Database;
  readonly settings: Settings;
  readonly list: { readonly id: number; readonly key: string; readonly blocks: number };
  readonly now: Date;
}

/**
 * Starts the import of an upload. All that reading depends on is fixed here: however often the task is begun again, the
 * same rows come of it.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function startImport(
  viewer: Viewer,
  input: StartImportInput,
  { log, database, settings, list, now }: ImportContext,
): Promise<StartedTask> {
  requireImportPermissions(viewer, input);
  const { environmentId } = viewer;
  const request = readImportRequest(input);
  const defaultCountry = input.defaultCountry
    ? readCountry(input.defaultCountry, 'input.defaultCountry')
    : settings.defaultCountry;
  const ownerId = await log.actorId(environmentId, actorOf(viewer));
  // Looked at before the lock is taken; a retry of what was done is answered even if the upload has gone.
  const seen = await orProblem(
    lookAtUpload(database.read, { environmentId, ownerId }, input.upload, {
      ...input,
      defaultCountry,
      phoneColumns: [request.columns.phone],
      // R2.3: opt-outs are kept as they were received, and a list of callers has senders' names.
      takesWords: input.asOptOuts || acceptsSenders(list),
    }),
  );
  return startTask(log, viewer, 'startImport', input, async (sql) => {
    if (seen instanceof UserProblemError) throw seen;
    const { upload, preview } = seen;
    assertColumns(request.columns, preview.columns.length);
    await assertOpenList(sql, environmentId, list, 'input.list');
    await keepStoredFile(sql, environmentId, upload.id, KEPT_MS);
    const task: ImportInput = {
      file: { id: upload.id, name: upload.name },
      format: preview.format,
      columns: request.columns,
      list: { id: list.id, key: list.key, blocks: list.blocks },
      defaultCountry,
      now: now.toISOString(),
      reason: storable(input.reason),
      review: request.review,
      mode: input.mode,
      origin: request.origin,
      maxLiftedShare: request.maxLiftedShare,
      areOptOuts: input.asOptOuts,
      isDryRun: input.isDryRun,
    };
    // What a dry run would have claimed it hasn't: no origin is looked at for it.
    return {
      kind: 'IMPORT',
      authority: authorityOf(viewer),
      input: task,
      origin: input.isDryRun ? null : request.origin,
    };
  });
}

async function orProblem<T>(work: Promise<T>): Promise<T | UserProblemError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UserProblemError) return error;
    throw error;
  }
}

/** A column that the file doesn't have would make every row invalid, or lose what it should bring, without a word. */
function assertColumns(columns: ImportColumns, count: number): void {
  // Nothing is seen of a file whose first row is longer than what is looked at.
  const missing = columnFields.filter((field) => (columns[field] ?? 0) >= count);
  if (count === 0 || missing.length === 0) return;
  const message = `The file has ${count} columns, so the last one is ${count - 1}: columns are counted from 0, and previewImport shows them.`;
  throw new UserProblemError(...missing.map((field) => problem('INVALID_VALUE', `input.columns.${field}`, message)));
}
