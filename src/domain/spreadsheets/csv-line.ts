/** One record of RFC 4180, with its line break. A cell is quoted when it must be; an absent one is empty. */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? '' : quoted(cell))).join(',')}\r\n`;
}

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

function quoted(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Spreadsheets take a file without it for one of their own country's encoding. */
export const BYTE_ORDER_MARK = '\ufeff';
