import { BYTE_ORDER_MARK, csvLine } from '../spreadsheets/csv-line.ts';
import { protectCell } from '../spreadsheets/formula-guard.ts';

/** How an export is written. */
export interface ExportFormat {
  readonly kind: 'CSV' | 'NDJSON';
  /** CSV: nothing in it acts as a formula, and Excel sees that it is UTF-8. */
  readonly isForSpreadsheet: boolean;
}

/** The columns of a CSV file: its name and what stands in it. */
export type Columns<Row> = readonly (readonly [name: string, cell: (row: Row) => string | null])[];

/** What stands at the beginning of a file. */
export function head<Row>({ kind, isForSpreadsheet }: ExportFormat, columns: Columns<Row>): string {
  if (kind === 'NDJSON') return '';
  return (isForSpreadsheet ? BYTE_ORDER_MARK : '') + csvLine(columns.map(([name]) => name));
}

/** One row of the file, with its line break. `object` is what NDJSON writes of it. */
export function line<Row>({ kind, isForSpreadsheet }: ExportFormat, columns: Columns<Row>, row: Row): string {
  if (kind === 'NDJSON') return ndjsonLine(row);
  const cells = columns.map(([, cell]) => cell(row));
  return csvLine(isForSpreadsheet ? cells.map((cell) => cell && protectCell(cell)) : cells);
}

export function ndjsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Such as `entries 2026-11-25 2234.csv`: when it was asked for (UTC). */
export function exportFileName(what: string, { kind }: ExportFormat, at: Date): string {
  const [day, time] = at.toISOString().split('T') as [string, string];
  return `${what} ${day} ${time.slice(0, 5).replace(':', '')}.${kind.toLowerCase()}`;
}
