import type { TaskRow } from '../tasks/task-row.ts';
import type { ScrubInput, ScrubResult } from './scrub-input.ts';

/** What a scrub has found: checked = callable + blocked + invalid. */
export interface ScrubReport {
  readonly task: TaskRow;
  readonly input: ScrubInput;
  readonly checkedCount: number;
  readonly callableCount: number;
  readonly blockedCount: number;
  readonly invalidCount: number;
  /** Null before the first batch. */
  readonly cursor: string | null;
}

export function scrubReport(task: TaskRow): ScrubReport {
  const { CALLABLE = 0, BLOCKED = 0, INVALID = 0 } = task.counts;
  return {
    task,
    input: task.input as unknown as ScrubInput,
    checkedCount: CALLABLE + BLOCKED + INVALID,
    callableCount: CALLABLE,
    blockedCount: BLOCKED,
    invalidCount: INVALID,
    cursor: (task.result as ScrubResult | null)?.cursor ?? null,
  };
}

/** What a scrub came to, in a sentence or two for people. */
export function scrubSummary(report: ScrubReport): string {
  switch (report.task.state) {
    case 'QUEUED':
      return 'It has not begun yet.';
    case 'RUNNING':
      return `${rows(report.checkedCount)} checked so far.`;
    case 'FAILED':
      return 'It could not go on, and no row was let through.';
    case 'CANCELLED':
      return 'It was cancelled, and no row was let through.';
    case 'DONE':
      return report.checkedCount === 0 ? 'The file has no rows.' : found(report);
  }
}

function found({ checkedCount, callableCount, blockedCount, invalidCount, input }: ScrubReport): string {
  const contact = `${input.direction === 'OUTBOUND' ? 'outbound' : 'inbound'} ${input.channel === 'CALL' ? 'calls' : 'texts'}`;
  const parts = [
    `${number(callableCount)} may be contacted`,
    `${number(blockedCount)} ${blockedCount === 1 ? 'is' : 'are'} blocked`,
  ];
  if (invalidCount > 0)
    parts.push(`${number(invalidCount)} ${invalidCount === 1 ? 'has' : 'have'} a number that can't be read`);
  return `${rows(checkedCount)} checked for ${contact}: ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}.`;
}

function rows(count: number): string {
  return `${number(count)} ${count === 1 ? 'row' : 'rows'}`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
