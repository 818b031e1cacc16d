import type { VerdictWarning } from '../../suppression-index/verdict.ts';
import { warningSentence } from '../../suppression-index/verdict-sentence.ts';
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
  /** Callable rows with a number whose consent doesn't suffice; null when it wasn't asked about. */
  readonly withoutConsentCount: number | null;
  readonly warnings: readonly VerdictWarning[];
  /** Null before the first batch. */
  readonly cursor: string | null;
}

export function scrubReport(task: TaskRow): ScrubReport {
  const { CALLABLE = 0, BLOCKED = 0, INVALID = 0, WITHOUT_CONSENT = 0 } = task.counts;
  const input = task.input as unknown as ScrubInput;
  const result = task.result as ScrubResult | null;
  return {
    task,
    input,
    checkedCount: CALLABLE + BLOCKED + INVALID,
    callableCount: CALLABLE,
    blockedCount: BLOCKED,
    invalidCount: INVALID,
    withoutConsentCount: input.messageType ? WITHOUT_CONSENT : null,
    warnings: result?.isCampaignUnknown ? [{ code: 'UNKNOWN_CAMPAIGN' }] : [],
    cursor: result?.cursor ?? null,
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

function found(report: ScrubReport): string {
  const { checkedCount, callableCount, blockedCount, invalidCount, withoutConsentCount, input } = report;
  const contact = `${input.direction === 'OUTBOUND' ? 'outbound' : 'inbound'} ${input.channel === 'CALL' ? 'calls' : 'texts'}`;
  const parts = [
    `${number(callableCount)} may be contacted`,
    `${number(blockedCount)} ${blockedCount === 1 ? 'is' : 'are'} blocked`,
  ];
  if (invalidCount > 0)
    parts.push(`${number(invalidCount)} ${invalidCount === 1 ? 'has' : 'have'} a number that can't be read`);
  const split = `${rows(checkedCount)} checked for ${contact}: ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}.`;
  const lacking = withoutConsentCount
    ? [
        `${rows(withoutConsentCount)} of those that may be contacted ${withoutConsentCount === 1 ? 'lacks' : 'lack'} sufficient consent.`,
      ]
    : [];
  return [split, ...lacking, ...report.warnings.map(warningSentence)].join(' ');
}

function rows(count: number): string {
  return `${number(count)} ${count === 1 ? 'row' : 'rows'}`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
