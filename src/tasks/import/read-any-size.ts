import { UnreadableFileError } from '../../domain/spreadsheets/unreadable-file-error.ts';
import { Turnstile } from '../../suppression-index/turnstile.ts';
import { startWorker } from '../../worker-thread.ts';
import { TaskFailure } from '../task-handler.ts';
import { type ReadingListener, readFile } from './read-file.ts';
import type { FromReading, ReadFile, ReadingJob, ToReading } from './reading-messages.ts';

/** Of a text: read in a few milliseconds, a small part of what it takes to start a thread. */
const SMALL_BYTES = 32 * 1024;
/** What reading may take besides the runs that it sorts; a file that needs more isn't a list of numbers. */
const MEMORY_MB = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };
/** At once on this server: with that memory, and a core each. */
const threads = new Turnstile(2);

/**
 * Reads a file: here when it is small, else in a thread of its own.
 * @throws TaskFailure when the file can't be read by anybody; the signal's reason when it is aborted; what the listener throws
 */
export async function readAnySize(
  job: ReadingJob,
  size: number,
  listener: ReadingListener,
  signal: AbortSignal,
): Promise<ReadFile> {
  // A small workbook may unpack to a large one.
  if (size > SMALL_BYTES || job.format.kind !== 'CSV') {
    return threads.pass(() => readInThread(job, listener, signal), signal);
  }
  try {
    return await readFile(job, listener);
  } catch (error) {
    throw error instanceof UnreadableFileError ? new TaskFailure(error.code, error.message) : error;
  }
}

/**
 * Reads a file in a thread of its own.
 * @throws as above
 */
async function readInThread(job: ReadingJob, listener: ReadingListener, signal: AbortSignal): Promise<ReadFile> {
  signal.throwIfAborted();
  const worker = startWorker(new URL('./reading-thread', import.meta.url), {
    workerData: job,
    resourceLimits: MEMORY_MB,
  });
  let abort = () => {};
  try {
    return await new Promise<ReadFile>((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort);
      worker.on('message', (message: FromReading) => {
        if (message.kind === 'PROBLEMS') {
          const taken: ToReading = { kind: 'TAKEN' };
          listener.problems(message.problems).then(() => worker.postMessage(taken), reject);
        } else if (message.kind === 'PROGRESS') listener.rows(message.rows);
        else if (message.kind === 'READ') resolve(message.file);
        else reject(new TaskFailure(message.code, message.message));
      });
      worker.on('error', (error) => reject(isOutOfMemory(error) ? tooMuchMemory() : error));
      worker.on('exit', (code) => reject(new Error(`The reading thread ended early (exit code ${code})`)));
    });
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooMuchMemory(): TaskFailure {
  return new TaskFailure(
    'TOO_LARGE',
    'Reading this file takes more memory than an import may have: its cells are too large. Keep the columns that are needed, and upload it again.',
  );
}
