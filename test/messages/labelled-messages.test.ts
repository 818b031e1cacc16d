import { expect, test } from 'vitest';
import { labelledMessages, scoreOf, splitOf, understood } from './labelled-messages.ts';

const all = labelledMessages();
const written = all.filter(({ id }) => id.startsWith('m'));

test('the set is as large, as hard and as divided as it says', () => {
  expect(written.length).toBeGreaterThanOrEqual(600);
  expect(written.filter(({ label }) => label === 'NONE').length / written.length).toBeGreaterThan(0.45);
  expect(written.filter(({ text, split }) => splitOf(text) !== split)).toEqual([]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(new Set(written.map(({ kind, text }) => kind + text)).size).toBe(written.length);
});

test.each([
  ...['tune', 'untouched', 'fresh', 'fresh2', 'fresh3', 'fresh4', 'fresh5', 'fresh7', 'tuning'].map(
    (split) => [split, 0.97] as const,
  ),
  // As many ways to say it as its author could think of; what is still missed would take a rule for each.
  ['fresh6', 0.9] as const,
])('opt-outs of the split %s are found: precision and recall', (split, recall) => {
  const score = scoreOf(all.filter((message) => message.split === split));
  expect(score.n).toBeGreaterThan(150);
  expect(score.precision).toBeGreaterThanOrEqual(0.97);
  expect(score.recall).toBeGreaterThanOrEqual(recall);
  expect(score.highPrecision).toBeGreaterThanOrEqual(0.97);
});

test('what an opt-out speaks of is read, calls or texts, for 19 of 20', () => {
  const found = all
    .filter(({ label, channels }) => label === 'OPT_OUT' && channels !== '?')
    .map((message) => ({ message, channels: understood(message).channels }));
  const right = found.filter(
    ({ message, channels }) => (channels.length === 2 ? 'BOTH' : (channels[0] ?? '-')) === message.channels,
  );
  expect(right.length / found.length).toBeGreaterThan(0.95);
});

test('the language is the one that the writer wrote', () => {
  const wrong = all.filter((message) => {
    const { language } = understood(message);
    return (
      message.language !== 'mix' && message.label === 'OPT_OUT' && language !== null && language !== message.language
    );
  });
  expect(wrong.length / all.length).toBeLessThan(0.02);
});
