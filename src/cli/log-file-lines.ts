import { type CommandFailure, notIntact, wrongUse } from './failure.ts';

/** The lines of an exported log: PROTOCOL.md 60 to 68. */
/** A text that the chain covers by its commitment (PROTOCOL.md 66). */
export interface Committed {
  readonly commitment: string;
  readonly salt: string | null;
  readonly text: string | null;
}

export interface LogLine {
  readonly type: 'log';
  readonly format: number;
  readonly epoch: string;
  readonly after: number;
  readonly afterHash: string;
  readonly through: number;
  readonly throughHash: string;
}

export interface SetLine {
  readonly type: 'set';
  readonly id: string;
  readonly firstPosition: number;
  readonly position: number;
  readonly at: number;
  readonly actorId: number;
  readonly operation: string;
  readonly onBehalfOf: Committed | null;
  readonly reason: Committed | null;
  readonly evidence: Committed | null;
  readonly taskId: string | null;
  readonly previousHash: string;
  readonly hash: string;
}

export interface ChangeLine {
  readonly type: 'change';
  readonly position: number;
  readonly kind: string;
  readonly entryId: string | null;
  readonly listId: number | null;
  readonly number: Committed | null;
  readonly facts: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: Committed | null;
  readonly reasonBefore: Committed | null;
  readonly evidence: Committed | null;
  readonly evidenceBefore: Committed | null;
  readonly relatedPosition: number | null;
}

export interface EndLine {
  readonly type: 'end';
  readonly position: number;
  readonly hash: string;
}

export type Line = LogLine | SetLine | ChangeLine | EndLine;

/** @throws CommandFailure (USAGE) for what isn't an exported log */
export function readFirstLine(text: string): LogLine {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    if (line?.type === 'log' && line.format === 1) return line as LogLine;
  } catch {
    // Said below.
  }
  throw notAnExport();
}

/** @throws CommandFailure (NOT_INTACT) */
export function readLine(text: string, position: number): Line {
  try {
    const line = JSON.parse(text) as Line | null;
    if (typeof line === 'object' && line !== null) return line;
  } catch {
    // Said below.
  }
  throw notIntact(position, 'a line is no JSON object');
}

export function notAnExport(): CommandFailure {
  return wrongUse('The file is no exported log in NDJSON: get one with `quietline audit export -o log.ndjson`.');
}
