import type { EntryRow, EntryStatus } from '../../changes/write-call.ts';
import { type ImportReading, statusOf } from '../../domain/imports/import-input.ts';

/** What all rows of an import have in common; a line holds only what differs. */
export type RowDefaults = Pick<EntryRow, 'listId' | 'source'> & {
  readonly status: EntryStatus;
  readonly reason: string | null;
  readonly endUserOptedOut?: boolean;
};

export function rowDefaults({ list, review, reason, areOptOuts }: ImportReading): RowDefaults {
  return {
    listId: list.id,
    source: 'IMPORT',
    status: statusOf[review],
    reason,
    ...(areOptOuts ? { endUserOptedOut: true } : {}),
  };
}

/** A row on its way through the sort: `key TAB line TAB rest`, so that texts in order are numbers in order, and lines within them. */
export function encodeRow(row: EntryRow, line: number, defaults: RowDefaults): string {
  const digits = line.toString(36);
  return `${keyOf(row.phone)}\t${digits.length.toString(36)}${digits}\t${restOf(row, defaults)}`;
}

/** One literal, and no more than it needs: each row is garbage a moment later, and collecting it keeps checks waiting. */
export function decodeRow(text: string, { listId, source, status, reason, endUserOptedOut }: RowDefaults): EntryRow {
  const first = text.indexOf('\t');
  const second = text.indexOf('\t', first + 1);
  const rest = second + 1 < text.length ? (JSON.parse(text.slice(second + 1)) as Rest) : NOTHING;
  const row: { -readonly [K in keyof EntryRow]: EntryRow[K] } = {
    verb: 'ADD',
    phone: phoneOf(text.slice(0, first)),
    listId,
    source,
    status: rest[0] || status,
    reason: rest[1] || reason,
    evidence: rest[3] || null,
    expiresAt: rest[5] ? new Date(rest[5]) : null,
    externalReference: rest[6] || null,
  };
  if (endUserOptedOut) row.endUserOptedOut = true;
  if (rest[2]) row.raw = rest[2];
  if (rest[4]) row.requestedAt = new Date(rest[4]);
  if (rest[7]) row.businessNumber = rest[7];
  return row;
}

const NOTHING: Rest = [];

/** The number of a line, as texts of lines are compared. */
export function keyIn(line: string): string {
  return line.slice(0, line.indexOf('\t'));
}

/** E.164 numbers are their own keys; what was kept as received may hold tabs and line breaks. */
export function keyOf(phone: string): string {
  return UNPRINTABLE.test(phone)
    ? phone.replaceAll(EACH_UNPRINTABLE, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
    : phone;
}

export function phoneOf(key: string): string {
  return key.includes('\\')
    ? key.replaceAll(/\\(..)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : key;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNPRINTABLE = /[\0-\x1f\\]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same
const EACH_UNPRINTABLE = /[\0-\x1f\\]/g;

type Rest = readonly [
  status?: EntryStatus | 0,
  reason?: string | 0,
  raw?: string | 0,
  evidence?: string | 0,
  requestedAt?: number,
  expiresAt?: number,
  externalReference?: string | 0,
  businessNumber?: string | 0,
];

/** '' when there is nothing but the number, as in most rows of most files. */
function restOf(row: EntryRow, defaults: RowDefaults): string {
  const rest = [
    row.status === defaults.status ? 0 : row.status,
    row.reason === defaults.reason ? 0 : (row.reason ?? 0),
    row.raw ?? 0,
    row.evidence ?? 0,
    row.requestedAt?.getTime() ?? 0,
    row.expiresAt?.getTime() ?? 0,
    row.externalReference ?? 0,
    row.businessNumber ?? 0,
  ];
  while (rest.at(-1) === 0) rest.pop();
  return rest.length > 0 ? JSON.stringify(rest) : '';
}
