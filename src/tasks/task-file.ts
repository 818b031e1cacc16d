import type { Database, Sql } from '../db/database.ts';
import { mediaTypeOf } from '../domain/files/file-name.ts';
import { findTaskFile } from '../domain/files/find-task-file.ts';
import {
  appendPart,
  completeStoredFile,
  createStoredFile,
  type FilePurpose,
  keepStoredFile,
  PART_BYTES,
} from '../domain/files/stored-files.ts';
import { type RunningTask, TaskFailure, type TaskProgress } from './task-handler.ts';

/** How long what a task made can be fetched. */
const KEPT_MS = 7 * 86_400_000;
/** How long an unfinished file waits for its task to go on: what a cancelled one leaves may be gigabytes. */
const UNFINISHED_MS = 2 * 86_400_000;

/**
 * The file that a task writes. What is written is kept in memory until `save` appends it in the transaction of the
 * checkpoint: after a crash the file ends where the checkpoint says. It's found again by its task, so there is one
 * however often the task is claimed.
 */
export class TaskFile {
  readonly #task: RunningTask;
  readonly #id: string;
  #size: number;
  #texts: string[] = [];
  #length = 0;

  private constructor(task: RunningTask, file: { id: string; size: number }) {
    this.#task = task;
    this.#id = file.id;
    this.#size = file.size;
  }

  static async open(
    database: Database,
    task: RunningTask,
    file: { purpose: FilePurpose; name: string },
  ): Promise<TaskFile> {
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
    return new TaskFile(task, found);
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

  static completeAll(files: readonly TaskFile[], progress: TaskProgress): Promise<void> {
    return TaskFile.#saveAll(files, progress, (sql, file) =>
      completeStoredFile(sql, file.#task.environmentId, file.#id, KEPT_MS),
    );
  }

  static async #saveAll(
    files: readonly TaskFile[],
    progress: TaskProgress,
    andThen: (sql: Sql, file: TaskFile) => Promise<void>,
  ): Promise<void> {
    const parts = files.map((file) => ({ file, bytes: Buffer.from(file.#texts.join('')), size: file.#size }));
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
    });
    for (const { file, size } of parts) {
      file.#size = size;
      file.#texts = [];
      file.#length = 0;
    }
  }
}

function expired(): TaskFailure {
  return new TaskFailure('FILE_GONE', 'The file of this task expired before it was done: start the task again.');
}
