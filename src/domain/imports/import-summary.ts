import type { ImportReport } from './import-report.ts';

/** What an import came to, in a sentence or two for people. */
export function importSummary(report: ImportReport): string {
  const { task } = report;
  switch (task.state) {
    case 'QUEUED':
      return 'It has not begun yet.';
    case 'RUNNING':
      return task.rowsTotal === null
        ? 'The file is being read.'
        : `${number(task.rowsDone)} of ${number(task.rowsTotal)} rows are done.`;
    case 'FAILED':
      return `It could not go on. So far: ${soFar(report)}`;
    case 'CANCELLED':
      return `It was cancelled. Until then: ${soFar(report)}`;
    case 'DONE':
      return report.input.isDryRun ? `A dry run: nothing was changed. ${wouldBe(report)}` : became(report);
  }
}

function became(report: ImportReport): string {
  const { rowCount, addedCount, raisedCount, alreadyListedCount, liftedCount } = report;
  if (rowCount === 0) return sentences('The file has no rows.', ...lifted(report, 'were'));
  if (addedCount + raisedCount + liftedCount > 0)
    return sentences(taken(report, 'were'), ...lifted(report, 'were'), ...rest(report));
  if (alreadyListedCount === 0) return sentences('No row could be taken.', ...rest(report));
  return sentences(
    `Nothing new: ${all(alreadyListedCount)} on ${report.input.list.key} already.`,
    ...lifted(report, 'were'),
    ...rest(report),
  );
}

function wouldBe(report: ImportReport): string {
  const { rowCount, newlyBlockedCount } = report;
  if (rowCount === 0) return sentences('The file has no rows.', ...lifted(report, 'would be'));
  return sentences(
    taken(report, 'would be'),
    `${numbers(newlyBlockedCount ?? 0)} that nothing blocks now would be blocked.`,
    ...lifted(report, 'would be'),
    ...rest(report),
  );
}

function soFar(report: ImportReport): string {
  return sentences(taken(report, 'were'), ...lifted(report, 'were'), ...rest(report));
}

function taken({ addedCount, raisedCount, alreadyListedCount, input }: ImportReport, were: string): string {
  const raised = raisedCount > 0 ? `, ${number(raisedCount)} made stricter` : '';
  const there =
    alreadyListedCount > 0
      ? `; ${number(alreadyListedCount)} ${alreadyListedCount === 1 ? 'was' : 'were'} there already`
      : '';
  return `${numbers(addedCount)} ${one(addedCount, were)} added to ${input.list.key}${raised}${there}.`;
}

function lifted({ liftedCount, keptCount, input }: ImportReport, were: string): string[] {
  if (input.mode !== 'REPLACE' || liftedCount + keptCount === 0) return [];
  const kept = keptCount > 0 ? `, and ${number(keptCount)} ${one(keptCount, were)} kept` : '';
  return [`Of what the file lacks ${number(liftedCount)} ${one(liftedCount, were)} lifted${kept}.`];
}

function rest({ duplicateCount, invalidCount, warningCount }: ImportReport): string[] {
  return [
    ...(duplicateCount > 0
      ? [`${rows(duplicateCount)} ${duplicateCount === 1 ? 'repeats' : 'repeat'} a number of the file.`]
      : []),
    ...(invalidCount > 0 ? [`${rows(invalidCount)} could not be read: see rowProblems.`] : []),
    ...(warningCount > 0 ? [`${number(warningCount)} ${warningCount === 1 ? 'warning' : 'warnings'}.`] : []),
  ];
}

function all(count: number): string {
  return count === 1 ? 'the one number of the file was' : `all ${number(count)} numbers of the file were`;
}

function one(count: number, were: string): string {
  return count === 1 && were === 'were' ? 'was' : were;
}

function numbers(count: number): string {
  return `${number(count)} ${count === 1 ? 'number' : 'numbers'}`;
}

function rows(count: number): string {
  return `${number(count)} ${count === 1 ? 'row' : 'rows'}`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}

function sentences(...parts: readonly string[]): string {
  return parts.join(' ');
}
