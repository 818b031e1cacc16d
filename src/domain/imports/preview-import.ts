import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Database } from '../../db/database.ts';
import { actorOf } from '../caller.ts';
import { readCountry } from '../country.ts';
import type { Settings } from '../settings.ts';
import type { FormatHints } from '../spreadsheets/file-format.ts';
import type { FilePreview } from '../spreadsheets/preview-file.ts';
import { lookAtUpload } from './look-at-upload.ts';

export interface PreviewImportInput extends FormatHints {
  readonly upload: string;
  readonly defaultCountry?: string | null;
  readonly asOptOuts: boolean;
}

export interface ImportPreview extends FilePreview {
  readonly fileName: string;
  readonly fileSize: number;
  /** What somebody should know before they import it. */
  readonly notes: readonly string[];
}

/** What one answer can carry: each column is there in 20 rows, too. */
const SHOWN_COLUMNS = 500;

/** What is in an upload of one's own, before anything is done with it. @throws UserProblemError, ForbiddenError */
export async function previewImport(
  viewer: Viewer,
  input: PreviewImportInput,
  { log, database, settings }: { readonly log: ChangeLog; readonly database: Database; readonly settings: Settings },
): Promise<ImportPreview> {
  requirePermission(viewer, 'file:import');
  const { environmentId } = viewer;
  const { defaultCountry: country } = input;
  const defaultCountry = country ? readCountry(country, 'input.defaultCountry') : settings.defaultCountry;
  const ownerId = await log.actorId(environmentId, actorOf(viewer));
  const owner = { environmentId, ownerId };
  const { upload, preview } = await lookAtUpload(database.read, owner, input.upload, {
    ...input,
    defaultCountry,
    takesWords: input.asOptOuts,
  });
  const { columns, rows } = preview;
  return {
    ...preview,
    columns: columns.slice(0, SHOWN_COLUMNS),
    rows: rows.map(({ line, cells }) => ({ line, cells: cells.slice(0, SHOWN_COLUMNS) })),
    fileName: upload.name,
    fileSize: upload.size,
    notes: [
      ...(columns.length > SHOWN_COLUMNS ? [firstColumns(columns.length)] : []),
      ...(input.asOptOuts ? [OPT_OUTS] : []),
    ],
  };
}

function firstColumns(count: number): string {
  return `The file has ${count.toLocaleString('en')} columns. The first ${SHOWN_COLUMNS} are shown; name any other one by its place.`;
}

/** R4.6. */
const OPT_OUTS =
  "As opt-outs these numbers go to DNT as the persons' own word: the import can't be undone, and each entry is lifted by that person's START alone. A number that can't be read is kept as it stands.";
