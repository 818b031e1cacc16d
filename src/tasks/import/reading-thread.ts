import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { UnreadableFileError } from '../../domain/spreadsheets/unreadable-file-error.ts';
import { readFile } from './read-file.ts';
import type { FromReading, ReadingJob } from './reading-messages.ts';

/**
 * The entry of the thread that reads an import's file: a million numbers are seconds of work, and the sockets' thread must
 * not wait for them. Its memory has a limit of its own, whatever the file holds.
 */
const PROGRESS_MS = 500;
/** As `nice` has it: where cores are scarce, whoever asks for a verdict goes first. */
const PRIORITY = 10;

const port = parentPort!;
let lastProgress = Date.now();

stepBack();
try {
  const file = await readFile(workerData as ReadingJob, {
    async problems(problems) {
      const taken = once(port, 'message');
      send({ kind: 'PROBLEMS', problems });
      await taken;
    },
    rows(rows) {
      if (Date.now() - lastProgress < PROGRESS_MS) return;
      lastProgress = Date.now();
      send({ kind: 'PROGRESS', rows });
    },
  });
  send({ kind: 'READ', file });
} catch (error) {
  if (!(error instanceof UnreadableFileError)) throw error;
  send({ kind: 'UNREADABLE', code: error.code, message: error.message });
}
// The port is open only while a message is awaited, so the thread ends here.

/** On Linux a thread has a priority of its own; elsewhere it stays as it is. */
function stepBack(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), PRIORITY);
  } catch {}
}

function send(message: FromReading): void {
  port.postMessage(message);
}
