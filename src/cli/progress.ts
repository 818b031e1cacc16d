import { SingleBar } from 'cli-progress';
import { EXIT } from './exit-codes.ts';
import { type Farewell, onInterrupt } from './interrupt.ts';
import type { Output } from './output.ts';

/** How far long work is. */
export interface Step {
  /** What is being done, such as `Reading the file`. */
  readonly what: string;
  readonly done: number;
  /** Null while nobody knows. */
  readonly total: number | null;
  readonly unit: 'rows' | 'bytes' | 'changes';
  /** A second. */
  readonly rate?: number | null;
  readonly estimatedEndAt?: string | null;
  /** For programs: what else belongs to it, such as the task's id. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Shows how far long work is. `stop` before anything else is written. */
export interface Progress {
  show(step: Step): void;
  stop(): void;
}

/** Shows progress while `work` runs; on Ctrl-C says how things stand, and ends the process with 5. */
export async function withProgress<T>(
  output: Output,
  farewell: () => Farewell,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = openProgress(output);
  const release = onInterrupt(output, EXIT.stopped, () => {
    progress.stop();
    return farewell();
  });
  try {
    return await work(progress);
  } finally {
    progress.stop();
    release();
  }
}

/** A bar where somebody watches, lines in the log of a job, objects with --json. */
function openProgress(output: Output): Progress {
  if (output.json) return new JsonProgress(output);
  return output.isWatched ? new BarProgress() : new LineProgress(output);
}

/** For what moves in small pieces: true when there is something to show that somebody could read. */
export function atMostEvery(ms: number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last < ms) return false;
    last = now;
    return true;
  };
}

class JsonProgress implements Progress {
  readonly #output: Output;
  constructor(output: Output) {
    this.#output = output;
  }

  show({ what, done, total, unit, rate = null, estimatedEndAt = null, facts }: Step): void {
    // Few and short: nobody needs to wait for the reader.
    void this.#output.tell({ type: 'progress', step: what, done, total, unit, rate, estimatedEndAt, ...facts });
  }

  stop(): void {}
}

const LINE_EVERY_MS = 5_000;
const LINE_EVERY_SHARE = 0.1;

/** A line for each new step, each further tenth, and every five seconds in which something moved. */
class LineProgress implements Progress {
  readonly #output: Output;
  #last: { what: string; done: number; share: number; at: number } | undefined;
  constructor(output: Output) {
    this.#output = output;
  }

  show(step: Step): void {
    const last = this.#last;
    const share = step.total ? step.done / step.total : 0;
    // A step may count in its name, such as "Reading the file: 18,595 rows".
    const what = step.what.replaceAll(/\d+/g, '');
    const isNew = last?.what !== what;
    const isFurther = last !== undefined && step.done > last.done;
    const isEnd = isFurther && step.done === step.total;
    const isDue = isFurther && (share - last.share >= LINE_EVERY_SHARE || Date.now() - last.at >= LINE_EVERY_MS);
    if (!isNew && !isEnd && !isDue) return;
    this.#last = { what, done: step.done, share, at: Date.now() };
    this.#output.note(textsOf(step).join(', '));
  }

  stop(): void {}
}

const REDRAW_PER_SECOND = 5;

class BarProgress implements Progress {
  #bar: SingleBar | undefined;

  show(step: Step): void {
    const total = step.total ?? 0;
    const end = step.estimatedEndAt ? Math.round((Date.parse(step.estimatedEndAt) - Date.now()) / 1000) : null;
    const left = end === null ? [] : [`${duration(Math.max(0, end))} left`];
    const [what, ...numbers] = textsOf(step);
    const shown = { what, rest: [...numbers, ...left].join(', ') };
    // Without a total the bar stays empty, and the numbers tell.
    const value = Math.min(step.done, total);
    if (this.#bar) {
      this.#bar.setTotal(total);
      this.#bar.update(value, shown);
    } else {
      this.#bar = newBar();
      this.#bar.start(total, value, shown);
    }
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function newBar(): SingleBar {
  return new SingleBar({
    format: '{what} {bar} {percentage}%  {rest}',
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    barsize: 24,
    fps: REDRAW_PER_SECOND,
    hideCursor: true,
    // It would keep Ctrl-C from ending the process.
    gracefulExit: false,
    stream: process.stderr,
    emptyOnZero: true,
  });
}

/** What is done, how much of how much, and how fast: as far as there is something to tell. */
function textsOf({ what, done, total, unit, rate }: Step): string[] {
  const [shown, name] = unit === 'bytes' ? [bytes, ''] : [(value: number) => grouped(Math.round(value)), ` ${unit}`];
  return [
    what,
    ...(total === null ? (done > 0 ? [`${shown(done)}${name}`] : []) : [`${shown(done)} of ${shown(total)}${name}`]),
    ...(rate ? [`${shown(rate)}/s`] : []),
  ];
}

export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function bytes(value: number): string {
  return value < 2 ** 20 ? `${(value / 2 ** 10).toFixed(1)} KiB` : `${(value / 2 ** 20).toFixed(1)} MiB`;
}

function duration(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
