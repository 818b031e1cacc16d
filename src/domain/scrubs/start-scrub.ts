import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Database } from '../../db/database.ts';
import { actorOf, authorityOf, type CallerInput } from '../caller.ts';
import { readCountry } from '../country.ts';
import { keepStoredFile } from '../files/stored-files.ts';
import { lookAtUpload } from '../imports/look-at-upload.ts';
import type { Settings } from '../settings.ts';
import type { FormatHints } from '../spreadsheets/file-format.ts';
import type { FilePreview } from '../spreadsheets/preview-file.ts';
import { type StartedTask, startTask } from '../tasks/create-task.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { AskedContact } from '../verdicts/check-answer.ts';
import { assertFittingType } from '../verdicts/consent-standing.ts';
import type { ScrubInput } from './scrub-input.ts';

export interface StartScrubInput extends CallerInput, FormatHints, Omit<AskedContact, 'businessNumber'> {
  /** The upload's file. */
  readonly upload: string;
  /** Counted from 0; null: the one that looks like phone numbers. */
  readonly phoneColumns?: readonly number[] | null;
  readonly defaultCountry?: string | null;
}

/** Leads have a few numbers, and a batch of rows is checked at once. */
const MAX_PHONE_COLUMNS = 10;
/** How long a file waits for its scrub, at least. */
const KEPT_MS = 7 * 86_400_000;

/**
 * Starts to split an upload by who may be contacted. All that the verdicts depend on but the lists is fixed here.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function startScrub(
  viewer: Viewer,
  input: StartScrubInput,
  { log, database, settings }: { readonly log: ChangeLog; readonly database: Database; readonly settings: Settings },
): Promise<StartedTask> {
  requirePermission(viewer, 'file:import');
  assertFittingType(input, 'input.messageType');
  const { environmentId } = viewer;
  const defaultCountry = input.defaultCountry
    ? readCountry(input.defaultCountry, 'input.defaultCountry')
    : settings.defaultCountry;
  const ownerId = await log.actorId(environmentId, actorOf(viewer));
  // Looked at before the lock is taken; a retry of what was done is answered even if the upload has gone.
  const seen = await orProblem(
    lookAtUpload(database.read, { environmentId, ownerId }, input.upload, { ...input, defaultCountry }),
  );
  return startTask(log, viewer, 'startScrub', input, async (sql) => {
    if (seen instanceof UserProblemError) throw seen;
    const { upload, preview } = seen;
    await keepStoredFile(sql, environmentId, upload.id, KEPT_MS);
    const task: ScrubInput = {
      file: { id: upload.id, name: upload.name },
      format: preview.format,
      estimatedRows: preview.estimatedRows,
      phoneColumns: columnsOf(input, preview),
      direction: input.direction,
      channel: input.channel,
      campaign: keptKey(input.campaign),
      messageType: input.messageType ?? null,
      defaultCountry,
    };
    return { kind: 'SCRUB', authority: authorityOf(viewer), input: task };
  });
}

/** Longer than any campaign's key. */
const LONGEST_KEY = 200;

/** What can't be a campaign's key is none that we know, and is kept as far as it can be. */
function keptKey(campaign: string | null | undefined): string | null {
  return campaign == null ? null : (storable(campaign) ?? '').slice(0, LONGEST_KEY);
}

async function orProblem<T>(work: Promise<T>): Promise<T | UserProblemError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UserProblemError) return error;
    throw error;
  }
}

/** @throws UserProblemError */
function columnsOf({ phoneColumns }: StartScrubInput, { columns, guess }: FilePreview): readonly number[] {
  if (!phoneColumns) return [guess.phone ?? 0];
  const wrong = (message: string) => new UserProblemError(problem('INVALID_VALUE', 'input.phoneColumns', message));
  if (phoneColumns.length === 0) throw wrong('Name at least one column, or leave phoneColumns out.');
  const given = [...new Set(phoneColumns)];
  if (given.length > MAX_PHONE_COLUMNS)
    throw wrong(`A row may have at most ${MAX_PHONE_COLUMNS} columns with numbers.`);
  const last = columns.length - 1;
  if (given.every((column) => column >= 0 && column <= last)) return given;
  throw wrong(`Columns are counted from 0, and the last one of this file is ${last}.`);
}
