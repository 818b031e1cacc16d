import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import { Turnstile } from '../../suppression-index/turnstile.ts';
import { actorOf } from '../caller.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { mediaTypeOf, readFileName } from './file-name.ts';
import type { FileCleaner } from './forget-files.ts';
import {
  appendPart,
  completeStoredFile,
  createStoredFile,
  discardStoredFile,
  findStoredFile,
  PART_BYTES,
  type StoredFileInfo,
  uploadsBy,
} from './stored-files.ts';

const DAY_MS = 86_400_000;
/** How long an upload waits for its import or scrub. */
export const UPLOAD_KEPT_MS = 7 * DAY_MS;
/** How long one that isn't complete waits for the rest of its bytes. */
const UNFINISHED_KEPT_MS = DAY_MS;
const MAX_UNFINISHED = 100;
const MAX_LISTED = 100;
/** Parts written at once: the connections for writing are there for changes first (P3.2). */
const WRITES_AT_ONCE = 3;
/** The first half of the lock under which uploads of one environment are begun; the second is the environment. */
const BEGIN_LOCK = 1_970_423_911;

export interface UploadLimits {
  readonly maxUploadBytes: number;
  /** Of all uploads of one environment together, those that were only announced included. */
  readonly maxStoredUploadBytes: number;
}

/** What comes in: files of an environment, by whoever may import there, within the bounds of the server. */
export class Uploads {
  readonly #database: Database;
  readonly #log: Pick<ChangeLog, 'actorId'>;
  readonly #limits: UploadLimits;
  readonly #cleaner: Pick<FileCleaner, 'clean'>;
  readonly #writing = new Turnstile(WRITES_AT_ONCE);

  constructor(options: {
    database: Database;
    log: Pick<ChangeLog, 'actorId'>;
    limits: UploadLimits;
    cleaner: Pick<FileCleaner, 'clean'>;
  }) {
    this.#database = options.database;
    this.#log = options.log;
    this.#limits = options.limits;
    this.#cleaner = options.cleaner;
  }

  get maxBytes(): number {
    return this.#limits.maxUploadBytes;
  }

  /** Begins an upload of so many bytes; null when nobody knows how many there will be. @throws UserProblemError, ForbiddenError */
  async begin(viewer: Viewer, upload: { name: string | null; size: number | null }): Promise<StoredFileInfo> {
    requirePermission(viewer, 'file:import');
    const { environmentId } = viewer;
    const name = readFileName(upload.name);
    this.#refuseTooLarge(upload.size ?? 0);
    const createdById = await this.#log.actorId(environmentId, actorOf(viewer));
    return this.#database.transaction(async (sql) => {
      await this.#refuseTooMany(sql, environmentId, upload.size ?? Math.min(PART_BYTES, this.maxBytes));
      const id = await createStoredFile(sql, {
        environmentId,
        purpose: 'UPLOAD',
        name,
        mediaType: mediaTypeOf(name),
        createdById,
        declaredSize: upload.size,
        keptMs: UNFINISHED_KEPT_MS,
      });
      if (upload.size === 0) await completeStoredFile(sql, environmentId, id, UPLOAD_KEPT_MS);
      return (await findStoredFile(sql, environmentId, id))!;
    });
  }

  /** Null when the viewer has begun no such upload, or it has expired: whatever else there is isn't theirs. @throws ForbiddenError */
  async find(viewer: Viewer, id: string): Promise<StoredFileInfo | null> {
    requirePermission(viewer, 'file:import');
    const { environmentId } = viewer;
    const file = await findStoredFile(this.#database.read, environmentId, id);
    if (file?.purpose !== 'UPLOAD') return null;
    return file.createdById === (await this.#log.actorId(environmentId, actorOf(viewer))) ? file : null;
  }

  /** What the viewer has sent in and what is still there, finished or not: the newest 100. @throws ForbiddenError */
  async mine(viewer: Viewer): Promise<StoredFileInfo[]> {
    requirePermission(viewer, 'file:import');
    const { environmentId } = viewer;
    const createdById = await this.#log.actorId(environmentId, actorOf(viewer));
    return uploadsBy(this.#database.read, environmentId, createdById, MAX_LISTED);
  }

  /**
   * Appends at most PART_BYTES; they are durable when it answers the new size. The last byte completes the upload.
   * @throws UserProblemError, OffsetConflictError, StoredFileGoneError
   */
  async append(file: StoredFileInfo, start: number, bytes: Uint8Array): Promise<number> {
    const { environmentId, id, declaredSize } = file;
    const end = start + bytes.length;
    if (declaredSize === null) this.#refuseTooLarge(end);
    else if (end > declaredSize) throw moreThanAnnounced(declaredSize);
    return this.#writing.pass(async () => {
      // One of unknown length has room for a part at a time. So has each of the others, whatever they find at once.
      if (declaredSize === null) this.#refuseFull(await this.#kept(this.#database.write, environmentId), 0);
      if (end !== declaredSize) return appendPart(this.#database.write, environmentId, id, start, bytes);
      return this.#database.transaction(async (sql) => {
        const size = await appendPart(sql, environmentId, id, start, bytes);
        await completeStoredFile(sql, environmentId, id, UPLOAD_KEPT_MS);
        return size;
      });
    });
  }

  /** The client has said that this was all. @throws StoredFileGoneError */
  async complete({ environmentId, id }: StoredFileInfo): Promise<void> {
    await completeStoredFile(this.#database.write, environmentId, id, UPLOAD_KEPT_MS);
  }

  /** A whole file that is in memory already. @throws UserProblemError, ForbiddenError */
  async store(viewer: Viewer, { name, bytes }: { name: string | null; bytes: Uint8Array }): Promise<StoredFileInfo> {
    const file = await this.begin(viewer, { name, size: bytes.length });
    try {
      for (let start = 0; start < bytes.length; ) {
        start = await this.append(file, start, bytes.subarray(start, start + PART_BYTES));
      }
    } catch (error) {
      await this.discard(file);
      throw error;
    }
    return (await this.find(viewer, file.id)) ?? file;
  }

  /** Ends an upload that nobody wants; its bytes are deleted soon after. */
  async discard({ environmentId, id }: StoredFileInfo): Promise<void> {
    await discardStoredFile(this.#database.write, environmentId, id);
    void this.#cleaner.clean();
  }

  #refuseTooLarge(size: number): void {
    if (size <= this.maxBytes) return;
    const message = `A file may have at most ${this.maxBytes} bytes here (MAX_UPLOAD_BYTES): split it.`;
    throw new UserProblemError(problem('TOO_LARGE', 'input.file', message));
  }

  /** One by one in each environment: two that begin at once must not both take the last place. */
  async #refuseTooMany(sql: Sql, environmentId: number, bytes: number): Promise<void> {
    await sql.query('SELECT pg_advisory_xact_lock($1, $2)', [BEGIN_LOCK, environmentId]);
    const kept = await this.#kept(sql, environmentId);
    if (kept.unfinished >= MAX_UNFINISHED) {
      const message = `${MAX_UNFINISHED} uploads of this environment were begun and not finished: finish them, or delete them (DELETE /upload/<id>). Each ends by itself a day after it began.`;
      throw new UserProblemError(problem('TOO_MANY', 'input.file', message));
    }
    this.#refuseFull(kept, bytes);
  }

  async #kept(sql: Sql, environmentId: number): Promise<KeptUploads> {
    const { rows } = await sql.query<KeptUploads>(KEPT, [environmentId, PART_BYTES, this.maxBytes]);
    return rows[0]!;
  }

  /** `bytes` are what comes on top of what is kept or promised. */
  #refuseFull(kept: KeptUploads, bytes: number): void {
    const { maxStoredUploadBytes: most } = this.#limits;
    if (Number(kept.bytes) + bytes <= most) return;
    const next = kept.nextEnd ? ` The next one ends at ${kept.nextEnd.toISOString()}.` : '';
    const message = `The uploads of this environment take ${kept.bytes} of ${most} bytes (MAX_STORED_UPLOAD_BYTES), and this one doesn't fit into the rest: delete one of yours that is done with (DELETE /upload/<id>), or wait. Each ends by itself 7 days after it came, or 6 hours after its import or scrub was done.${next}`;
    throw new UserProblemError(problem('STORAGE_FULL', 'input.file', message));
  }
}

function moreThanAnnounced(size: number): UserProblemError {
  const message = `More bytes came than the ${size} that were announced: begin another upload with the right length.`;
  return new UserProblemError(problem('TOO_LARGE', 'input.file', message));
}

interface KeptUploads {
  readonly bytes: string;
  readonly unfinished: number;
  /** When room comes back by itself; null when nothing of what is kept ends. */
  readonly nextEnd: Date | null;
}

// Until its bytes are deleted an expired file takes what it has. One that grows takes what it may become; nobody knows that
// of one without a length, which takes its next part, too, and looks anew before each.
const KEPT = `
  SELECT coalesce(sum(CASE WHEN complete OR expires_at <= clock_timestamp() THEN size ELSE coalesce(declared_size, least(size + $2::bigint, $3::bigint)) END), 0) AS bytes,
         (count(*) FILTER (WHERE NOT complete AND expires_at > clock_timestamp()))::int AS unfinished,
         min(expires_at) FILTER (WHERE expires_at > clock_timestamp()) AS "nextEnd"
    FROM stored_file WHERE environment_id = $1 AND purpose = 'UPLOAD'`;
