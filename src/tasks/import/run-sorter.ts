import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How much is sorted in memory at once (invariant 10). */
export interface RunLimits {
  readonly rows: number;
  readonly characters: number;
}

const LIMITS: RunLimits = { rows: 20_000, characters: 4 * 2 ** 20 };

/**
 * Sorts more lines than memory holds: what has gathered is sorted and written to a file of its own, a run; `mergeRuns`
 * reads all runs as one. Lines are compared as JavaScript compares texts; none holds a line break.
 */
export class RunSorter {
  readonly #folder: string;
  readonly #name: string;
  readonly #limits: RunLimits;
  readonly #runs: string[] = [];
  #lines: string[] = [];
  #characters = 0;

  constructor(folder: string, name: string, limits: RunLimits = LIMITS) {
    this.#folder = folder;
    this.#name = name;
    this.#limits = limits;
  }

  /** Answers a promise only when a run is full, and then has to be awaited. */
  add(line: string): Promise<void> | undefined {
    this.#lines.push(line);
    this.#characters += line.length;
    const isFull = this.#lines.length >= this.#limits.rows || this.#characters >= this.#limits.characters;
    return isFull ? this.#write() : undefined;
  }

  /** The runs' paths, when nothing more comes. */
  async finish(): Promise<string[]> {
    if (this.#lines.length > 0) await this.#write();
    return this.#runs;
  }

  async #write(): Promise<void> {
    const path = join(this.#folder, `${this.#name}-${this.#runs.length}`);
    this.#runs.push(path);
    const lines = this.#lines.sort();
    this.#lines = [];
    this.#characters = 0;
    await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  }
}
