import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { CallerInput } from '../caller.ts';
import { readName } from '../name-text.ts';
import { columnFields } from '../spreadsheets/column-names.ts';
import type { FormatHints } from '../spreadsheets/file-format.ts';
import { tooLong } from '../text-limits.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';
import type { ImportColumns, ImportMode, ImportReview } from './import-input.ts';

export interface StartImportInput extends CallerInput, FormatHints {
  /** The upload's file. */
  readonly upload: string;
  readonly list: string;
  /** Null: the first column, and nothing else. */
  readonly columns?: { readonly [Field in keyof ImportColumns]?: number | null } | null;
  readonly defaultCountry?: string | null;
  readonly reason?: string | null;
  readonly review: ImportReview;
  readonly mode: ImportMode;
  readonly origin?: string | null;
  readonly maxLiftedShare?: number | null;
  readonly asOptOuts: boolean;
  readonly isDryRun: boolean;
}

/** R6.4: above this share of an origin's numbers a file is more likely cut off than right. */
const MAX_LIFTED_SHARE = 0.1;
/** The list of people's own opt-outs from texts (R4.6). */
const OPT_OUT_LIST = 'DNT';

/** R6.2, R6.4, R4.6, R7. @throws ForbiddenError, UnauthenticatedError */
export function requireImportPermissions(viewer: Viewer, { review, mode, asOptOuts }: StartImportInput): void {
  requirePermission(viewer, 'file:import');
  if (review === 'APPROVED') requirePermission(viewer, 'import:approved');
  if (review === 'PERMANENT') requirePermission(viewer, 'entry:permanent');
  if (mode === 'REPLACE') requirePermission(viewer, 'entry:remove');
  if (asOptOuts) requirePermission(viewer, 'import:opt-outs');
}

/** What an import is asked to do, with nothing left open that its input says. */
export interface ImportRequest {
  readonly columns: ImportColumns;
  readonly review: ImportReview;
  readonly origin: string | null;
  readonly maxLiftedShare: number;
}

/** @throws UserProblemError that names everything that can't be meant */
export function readImportRequest(input: StartImportInput): ImportRequest {
  const { review, mode, asOptOuts } = input;
  const origin = typeof input.origin === 'string' ? readName(input.origin, 'input.origin') : null;
  const problems = [
    tooLong('reason', input.reason, 'input.reason'),
    ...columnProblems(input),
    ...(asOptOuts ? optOutProblems(input) : []),
    mode === 'REPLACE' && origin === null ? replaceNeedsOrigin : null,
    ...shareProblems(input),
  ].filter((found) => found !== null);
  if (problems.length > 0) throw new UserProblemError(...problems);
  return {
    columns: columnsOf(input),
    // R4.6: what a person asked for needs no review.
    review: asOptOuts ? 'APPROVED' : review,
    origin,
    maxLiftedShare: input.maxLiftedShare ?? MAX_LIFTED_SHARE,
  };
}

function columnsOf({ columns }: StartImportInput): ImportColumns {
  const given = columns ?? { phone: 0 };
  return Object.fromEntries(columnFields.map((field) => [field, given[field] ?? null])) as unknown as ImportColumns;
}

function columnProblems({ columns }: StartImportInput): UserProblem[] {
  if (!columns) return [];
  const negative = columnFields
    .filter((field) => (columns[field] ?? 0) < 0)
    .map((field) =>
      problem('INVALID_VALUE', `input.columns.${field}`, 'Columns are counted from 0: give 0 for the first one.'),
    );
  if (typeof columns.phone === 'number') return negative;
  const message = 'Say which column has the phone number: columns are counted from 0, and previewImport shows them.';
  return [problem('REQUIRED', 'input.columns.phone', message), ...negative];
}

function optOutProblems({ list, review, mode, columns }: StartImportInput): UserProblem[] {
  const problems: UserProblem[] = [];
  if (list !== OPT_OUT_LIST)
    problems.push(
      problem(
        'REFUSED',
        'input.list',
        `Opt-outs by text stand on ${OPT_OUT_LIST}: import them there, or without asOptOuts.`,
      ),
    );
  if (review === 'PERMANENT')
    problems.push(
      problem(
        'REFUSED',
        'input.review',
        "A person's own opt-out can't be made permanent: they may opt in again by START. Leave review out.",
      ),
    );
  if (mode === 'REPLACE')
    problems.push(
      problem(
        'REFUSED',
        'input.mode',
        "A file can't lift a person's own opt-out, only their START can: import with ADD.",
      ),
    );
  if (typeof columns?.expiresAt === 'number')
    problems.push(
      problem('REFUSED', 'input.columns.expiresAt', "A person's own opt-out has no expiry: leave the column out."),
    );
  return problems;
}

const replaceNeedsOrigin = problem(
  'REQUIRED',
  'input.origin',
  'REPLACE lifts what an origin has had before: name the origin, the same for each of its files, such as "Vendor nightly".',
);

function shareProblems({ mode, maxLiftedShare }: StartImportInput): UserProblem[] {
  if (maxLiftedShare === null || maxLiftedShare === undefined) return [];
  const path = 'input.maxLiftedShare';
  if (mode !== 'REPLACE')
    return [
      problem('INVALID_VALUE', path, 'Only REPLACE lifts anything: give maxLiftedShare with it, or leave it out.'),
    ];
  if (maxLiftedShare >= 0 && maxLiftedShare <= 1) return [];
  return [problem('INVALID_VALUE', path, 'maxLiftedShare is a part from 0 to 1, for example 0.1 for a tenth.')];
}
