import { storable } from '../text-limits.ts';

const MAX_FILE_NAME_LENGTH = 200;

const mediaTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  ndjson: 'application/x-ndjson; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xls: 'application/vnd.ms-excel',
};

/** A file's name as people read it: without folders and control characters, its end kept when it is too long. */
export function readFileName(text: string | null | undefined): string {
  const name = storable(text?.replaceAll(/\p{Cc}|\p{Cf}/gu, ' ').replace(/^.*[/\\]/s, '')) ?? 'upload';
  return name.slice(-MAX_FILE_NAME_LENGTH).toWellFormed();
}

/** By the name's ending: what clients say of files is mostly wrong. */
export function mediaTypeOf(name: string): string {
  return mediaTypes[name.split('.').at(-1)!.toLowerCase()] ?? 'application/octet-stream';
}
