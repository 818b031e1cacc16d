import { randomUUID } from 'node:crypto';
import type { Sql } from '../../db/database.ts';
import { OffsetConflictError, StoredFileGoneError } from './stored-file-errors.ts';

/** UPLOAD came from a client; the others were made by a task. */
export type FilePurpose = 'UPLOAD' | 'EXPORT' | 'CALLABLE' | 'BLOCKED';

/** A file in the database, where every server has it, in parts that fit into memory. */
export interface StoredFileInfo {
  readonly environmentId: number;
  readonly id: string;
  readonly purpose: FilePurpose;
  readonly name: string;
  readonly mediaType: string;
  /** Bytes so far. */
  readonly size: number;
  /** Bytes as announced; null when nobody said. */
  readonly declaredSize: number | null;
  readonly isComplete: boolean;
  readonly createdById: number;
  readonly taskId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface NewStoredFile extends Pick<StoredFileInfo, 'environmentId' | 'purpose' | 'name' | 'mediaType'> {
  readonly createdById: number;
  readonly declaredSize?: number | null;
  readonly taskId?: string | null;
  readonly keptMs: number;
}

/** The most bytes of one part: what is in memory of a file at once. */
export const PART_BYTES = 2 ** 20;

/** Read at once: bytes come as text of twice the length, and large texts stay in memory until a full collection. */
const READ_BYTES = 2 ** 18;

/** Makes an empty file, and answers its id. */
export async function createStoredFile(sql: Sql, file: NewStoredFile): Promise<string> {
  const id = randomUUID();
  await sql.query(CREATE, [
    file.environmentId,
    id,
    file.purpose,
    file.name,
    file.mediaType,
    file.declaredSize ?? null,
    file.createdById,
    file.taskId ?? null,
    file.keptMs,
  ]);
  return id;
}

/** A file by its id; null when there is none in this environment, or it has expired. */
export async function findStoredFile(sql: Sql, environmentId: number, id: string): Promise<StoredFileInfo | null> {
  if (!isUuid(id)) return null;
  const { rows } = await sql.query<StoredFileRow>(FIND, [environmentId, id]);
  return rows[0] ? infoOf(rows[0]) : null;
}

/** What somebody has sent in and what hasn't expired, the newest first, at most so many. */
export async function uploadsBy(
  sql: Sql,
  environmentId: number,
  createdById: number,
  most: number,
): Promise<StoredFileInfo[]> {
  return (await sql.query<StoredFileRow>(UPLOADS_BY, [environmentId, createdById, most])).rows.map(infoOf);
}

function infoOf(row: StoredFileRow): StoredFileInfo {
  const declaredSize = row.declaredSize === null ? null : Number(row.declaredSize);
  return { ...row, size: Number(row.size), declaredSize };
}

type StoredFileRow = Omit<StoredFileInfo, 'size' | 'declaredSize'> & { size: string; declaredSize: string | null };

/**
 * Appends at most PART_BYTES that begin at `start`, in one statement that holds the file's row until its transaction ends:
 * of two that append to one place, one does. Answers the new size.
 * @throws OffsetConflictError when `start` isn't where the file ends
 * @throws StoredFileGoneError
 */
export async function appendPart(
  sql: Sql,
  environmentId: number,
  id: string,
  start: number,
  bytes: Uint8Array,
): Promise<number> {
  if (bytes.length > PART_BYTES) throw new RangeError(`A part has at most ${PART_BYTES} bytes, not ${bytes.length}`);
  const { rows } = await sql.query<{ size: string }>(APPEND, [environmentId, id, start, bytes]);
  if (rows[0]) return Number(rows[0].size);
  const file = await findStoredFile(sql, environmentId, id);
  throw file ? new OffsetConflictError(file.size) : new StoredFileGoneError();
}

/**
 * Nothing is appended any more. `keptMs` is how long from now it stays, when that isn't what it was made with.
 * @throws StoredFileGoneError
 */
export async function completeStoredFile(
  sql: Sql,
  environmentId: number,
  id: string,
  keptMs: number | null = null,
): Promise<void> {
  const { rowCount } = await sql.query(COMPLETE, [environmentId, id, keptMs]);
  if (rowCount === 0) throw new StoredFileGoneError();
}

/** Keeps a file for at least so long from now, such as one that waits for its task. @throws StoredFileGoneError */
export async function keepStoredFile(sql: Sql, environmentId: number, id: string, keptMs: number): Promise<void> {
  const { rowCount } = await sql.query(KEEP, [environmentId, id, keptMs]);
  if (rowCount === 0) throw new StoredFileGoneError();
}

/** Ends a file now: nobody finds it any more, and the FileCleaner deletes its bytes. */
export async function discardStoredFile(sql: Sql, environmentId: number, id: string): Promise<void> {
  await sql.query(DISCARD, [environmentId, id]);
}

/**
 * The bytes from `start` to before `end` (default all), a quarter of a MiB at once, and nothing read ahead.
 * @throws StoredFileGoneError also in the middle: a file that expires while it is read never looks like a shorter one
 */
export async function* readStoredFile(
  sql: Sql,
  { environmentId, id }: Pick<StoredFileInfo, 'environmentId' | 'id'>,
  start = 0,
  end?: number,
): AsyncGenerator<Buffer> {
  const stop = end ?? (await findStoredFile(sql, environmentId, id))?.size;
  if (stop === undefined) throw new StoredFileGoneError();
  for (let offset = start; offset < stop; ) {
    const wanted = Math.min(READ_BYTES, stop - offset);
    const { rows } = await sql.query<{ bytes: Buffer }>(READ, [environmentId, id, offset, wanted]);
    const bytes = rows[0]?.bytes;
    if (!bytes || bytes.length === 0) throw new StoredFileGoneError();
    yield bytes;
    offset += bytes.length;
  }
}

/** Bytes of all files that tasks made for an environment. Until its bytes are deleted an expired one takes what it has. */
export async function storedResultBytes(sql: Sql, environmentId: number): Promise<number> {
  const { rows } = await sql.query<{ bytes: string }>(RESULT_BYTES, [environmentId]);
  return Number(rows[0]!.bytes);
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

const fromNow = (parameter: string) => `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`;
const THIS = 'environment_id = $1::int AND id = $2::uuid AND expires_at > clock_timestamp()';

const CREATE = `
  INSERT INTO stored_file (environment_id, id, purpose, name, media_type, declared_size, created_by_id, task_id, expires_at)
  VALUES ($1, $2, $3::file_purpose, $4, $5, $6, $7, $8, ${fromNow('$9')})`;

const INFO = `
  SELECT environment_id AS "environmentId", id, purpose, name, media_type AS "mediaType", size, declared_size AS "declaredSize",
         complete AS "isComplete", created_by_id AS "createdById", task_id AS "taskId", created_at AS "createdAt", expires_at AS "expiresAt"
    FROM stored_file`;
const FIND = `${INFO} WHERE ${THIS}`;
const UPLOADS_BY = `${INFO} WHERE environment_id = $1 AND created_by_id = $2 AND purpose = 'UPLOAD' AND expires_at > clock_timestamp()
   ORDER BY created_at DESC, id LIMIT $3`;

// Who waited for the row looks at it anew, as the first one left it.
const APPEND = `
  WITH grown AS (
    UPDATE stored_file SET size = size + octet_length($4::bytea) WHERE ${THIS} AND size = $3::bigint AND NOT complete RETURNING size),
  part AS (
    INSERT INTO file_part (environment_id, file_id, start, bytes)
    SELECT $1::int, $2::uuid, $3::bigint, $4::bytea FROM grown WHERE octet_length($4::bytea) > 0)
  SELECT size FROM grown`;

const COMPLETE = `
  UPDATE stored_file SET complete = true, expires_at = CASE WHEN $3::double precision IS NULL THEN expires_at ELSE ${fromNow('$3')} END
   WHERE ${THIS}`;

const KEEP = `UPDATE stored_file SET expires_at = greatest(expires_at, ${fromNow('$3')}) WHERE ${THIS}`;

const RESULT_BYTES = `
  SELECT coalesce(sum(size), 0) AS bytes FROM stored_file WHERE environment_id = $1 AND purpose <> 'UPLOAD'`;

// The column has milliseconds, and rounding would leave it for half of one.
const DISCARD = `
  UPDATE stored_file SET expires_at = date_trunc('milliseconds', clock_timestamp()) WHERE environment_id = $1 AND id = $2`;

// The part that holds the offset is the last one that begins at or before it.
const READ = `
  SELECT substring(bytes FROM ($3::bigint - start + 1)::int FOR $4::int) AS bytes FROM file_part
   WHERE environment_id = $1 AND file_id = $2 AND start <= $3::bigint ORDER BY start DESC LIMIT 1`;
