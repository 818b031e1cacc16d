import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type CommandFailure, wrongUse } from './failure.ts';

/** `-` is standard input. @throws CommandFailure */
export async function openToRead(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  try {
    const opened = await open(file);
    if ((await opened.stat()).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    return opened.createReadStream();
  } catch (error) {
    throw cannotRead(file, error);
  }
}

export function cannotRead(file: string, error: unknown): CommandFailure {
  return wrongUse(`The file can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): ${file}`);
}

/** The texts between line feeds, and no other ends of lines: JSON may hold those that readline knows besides. */
export async function* linesOf(input: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const text of input.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = text.split('\n');
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** One number a line; empty lines are none. @throws CommandFailure */
export async function* readNumbers(file: string): AsyncGenerator<string> {
  for await (const line of linesOf(await openToRead(file))) {
    for (const part of line.split('\r')) {
      const number = part.replace(/^\uFEFF/, '').trim();
      if (number !== '') yield number;
    }
  }
}

/** Batches of at most `size`; the last one is shorter. */
export async function* inBatches<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
