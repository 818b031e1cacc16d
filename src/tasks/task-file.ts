import type { Database, Sql } from '../db/database.ts';
import { mediaTypeOf } from '../domain/files/file-name.ts';
import { findTaskFile } from '../domain/files/find-task-file.ts';
import {
  appendPart,
  completeStoredFile,
  createStoredFile,
  discardStoredFile,
  type FilePurpose,
  keepStoredFile,
  PART_BYTES,
  storedResultBytes,
} from '../domain/files/stored-files.ts';
import { type RunningTask, TaskFailure, type TaskProgress } from './task-handler.ts';

/** How long what a task made can be fetched. */
const KEPT_MS = 7 * 86_400_000;
/** How long an unfinished file waits for its task to go on: what a cancelled one leaves may be gigabytes. */
const UNFINISHED_MS = 2 * 86_400_000;

export interface ResultServices {
  readonly database: Database;
  /** Of all files that tasks made for one environment; default as many as come. */
  readonly maxStoredResultBytes?: number | undefined;
}

/**
 * The file that a task writes. What is written is kept in memory until `save` appends it in the transaction of the
 * checkpoint: after a crash the file ends where the checkpoint says. It's found again by its task, so there is one
 * however often the task is claimed.
 */
export class TaskFile {
  readonly #task: RunningTask;
  readonly #id: string;
  readonly #services: ResultServices;
  #size: number;
  #texts: string[] = [];
  #length = 0;

  private constructor(services: ResultServices, task: RunningTask, file: { id: string; size: number }) {
    this.#task = task;
    this.#services = services;
    this.#id = file.id;
    this.#size = file.size;
  }

  static async open(
    services: ResultServices,
    task: RunningTask,
    file: { purpose: FilePurpose; name: string },
  ): Promise<TaskFile> {
    const { database } = services;
    const { environmentId } = task;
    const { purpose, name } = file;
    const find = () => findTaskFile(database.write, environmentId, task.id, purpose);
    let found = await find();
    if (!found) {
      if (task.checkpoint !== null) throw expired();
      const mediaType = mediaTypeOf(name);
      const made = { environmentId, purpose, name, mediaType, createdById: task.actorId, taskId: task.id };
      await task.save({}, async (sql) => void (await createStoredFile(sql, { ...made, keptMs: UNFINISHED_MS })));
      found = await find();
    }
    if (!found) throw expired();
    return new TaskFile(services, task, found);
  }

  write(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
  }

  /** Time to save: more would be more memory than a part needs. */
  get isFull(): boolean {
    return this.#length >= PART_BYTES;
  }

  /** Appends what was written, and keeps the progress that it is. */
  save(progress: TaskProgress): Promise<void> {
    return TaskFile.saveAll([this], progress);
  }

  /** The last save. From now on the file can be fetched. */
  complete(progress: TaskProgress): Promise<void> {
    return TaskFile.completeAll([this], progress);
  }

  /** The same for files of one task that grow together: none is ahead of the checkpoint, and none behind it. */
  static saveAll(files: readonly TaskFile[], progress: TaskProgress): Promise<void> {
    return TaskFile.#saveAll(files, progress, (sql, file) =>
      keepStoredFile(sql, file.#task.environmentId, file.#id, UNFINISHED_MS),
    );
  }

  /** `also` is done in the same transaction. */
  static completeAll(
    files: readonly TaskFile[],
    progress: TaskProgress,
    also: (sql: Sql) => Promise<void> = async () => {},
  ): Promise<void> {
    const complete = (sql: Sql, file: TaskFile) => completeStoredFile(sql, file.#task.environmentId, file.#id, KEPT_MS);
    return TaskFile.#saveAll(files, progress, complete, also);
  }

  static async #saveAll(
    files: readonly TaskFile[],
    progress: TaskProgress,
    andThen: (sql: Sql, file: TaskFile) => Promise<void>,
    also: (sql: Sql) => Promise<void> = async () => {},
  ): Promise<void> {
    const parts = files.map((file) => ({ file, bytes: Buffer.from(file.#texts.join('')), size: file.#size }));
    await TaskFile.#refuseTooMany(files, parts);
    await files[0]!.#task.save(progress, async (sql) => {
      for (const part of parts) {
        const { file, bytes } = part;
        // From the start again when the transaction is retried.
        part.size = file.#size;
        for (let at = 0; at < bytes.length; at += PART_BYTES) {
          const next = bytes.subarray(at, at + PART_BYTES);
          part.size = await appendPart(sql, file.#task.environmentId, file.#id, part.size, next);
        }
        await andThen(sql, file);
      }
      await also(sql);
    });
    for (const { file, size } of parts) {
      file.#size = size;
      file.#texts = [];
      file.#length = 0;
    }
  }

  /** Tasks that save at once may go past it together, by a part each. What doesn't fit ends: a part of a result is none. */
  static async #refuseTooMany(files: readonly TaskFile[], parts: readonly { bytes: Uint8Array }[]): Promise<void> {
    const more = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (more === 0) return;
    const { database, maxStoredResultBytes: most = Number.POSITIVE_INFINITY } = files[0]!.#services;
    const task = files[0]!.#task;
    const kept = await storedResultBytes(database.write, task.environmentId);
    if (kept + more <= most) return;
    await task.save({}, async (sql) => {
      for (const file of files) await discardStoredFile(sql, task.environmentId, file.#id);
    });
    throw storageFull(kept, most);
  }
}

function storageFull(kept: number, most: number): TaskFailure {
  return new TaskFailure(
    'STORAGE_FULL',
    `The files that tasks made for this environment take ${kept} of ${most} bytes (MAX_STORED_RESULT_BYTES), and there is no room for this one. Each ends by itself 7 days after it was made: start the task again then, or let the operator raise the limit.`,
  );
}

function expired(): TaskFailure {
  return new TaskFailure('FILE_GONE', 'The file of this task expired before it was done: start the task again.');
}
