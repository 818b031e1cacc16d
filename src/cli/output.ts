import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { EXIT } from './exit-codes.ts';

/** One line for programs: what it is stands in `type`; the last one is a `result` or an `error`. */
export interface JsonLine {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** What was asked for goes to standard output, everything else to standard error. */
export class Output {
  readonly json: boolean;
  readonly #stdout: Writable;
  readonly #stderr: Writable & { isTTY?: boolean };

  constructor(json: boolean, stdout: Writable = process.stdout, stderr: Writable = process.stderr) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
    // Who reads has read enough, as `head` does.
    stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.usage));
  }

  /** To the one who reads standard output; answers when there is room for more. */
  async tell(line: JsonLine, ...texts: readonly string[]): Promise<void> {
    const lines = this.json ? [JSON.stringify(line)] : texts;
    if (lines.length === 0) return;
    if (!this.#stdout.write(`${lines.join('\n')}\n`)) await once(this.#stdout, 'drain');
  }

  /** To the person at the terminal, or into the log of a job. */
  note(text: string): void {
    if (!this.json) this.#stderr.write(`${text}\n`);
  }

  /** Whether somebody watches standard error. */
  get isWatched(): boolean {
    return !this.json && this.#stderr.isTTY === true;
  }
}
