import { type LabelledMessage, labelledMessages, scoreOf } from './labelled-messages.ts';

/*
 * Prints how well the detector finds opt-outs: for every split, language and kind. Examples of what it gets wrong are shown
 * of the splits that rules may be tuned on, and of no other: who looks at the rest can't measure with it any more.
 */
const all = labelledMessages();
const MAY_BE_SEEN = new Set(['tune', 'tuning']);

console.log('split      language kind     n    TP   FP   FN  precision recall | HIGH alone: precision recall');
for (const [split, ofSplit] of groups(all, ({ split }) => split)) {
  for (const [part, messages] of groups(ofSplit, ({ language, kind }) => `${language.padEnd(8)} ${kind}`))
    row(split, part, messages);
  row(split, 'all', ofSplit);
}
for (const { message, understanding } of scoreOf(all.filter(({ split }) => MAY_BE_SEEN.has(split))).wrong) {
  const words = understanding.decidedBy.map(({ text }) => JSON.stringify(text)).join(', ');
  console.log(
    `${message.id} is ${message.label}, read as ${understanding.meaning} ${understanding.rule ?? ''} ${words}: ${message.text}`,
  );
}

function row(split: string, part: string, messages: readonly LabelledMessage[]): void {
  const score = scoreOf(messages);
  const counts = [score.n, score.truePositives, score.falsePositives, score.falseNegatives];
  const shares = [score.precision, score.recall, score.highPrecision, score.highRecall];
  console.log(
    [split.padEnd(10), part.padEnd(13), ...counts.map((count) => String(count).padStart(4))].join(' '),
    ...shares.map((share) => share.toFixed(3).padStart(8)),
  );
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const byKey = new Map<string, T[]>();
  for (const item of items) byKey.set(keyOf(item), [...(byKey.get(keyOf(item)) ?? []), item]);
  return [...byKey].sort(([a], [b]) => a.localeCompare(b));
}
