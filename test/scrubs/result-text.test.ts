import { expect, test } from 'vitest';
import { ResultText } from '../../src/domain/scrubs/result-text.ts';

test('what a scrub adds to a row runs in no spreadsheet, and the row stays as it came', () => {
  const block = { outcome: 'BLOCKED', reason: 'On DNC (x;=cmd)', lists: ['@A'] } as const;
  const text = new ResultText({ start: '', delimiter: ';', lineEnd: '\n', width: 0 });
  const row = { line: 2, cells: ['=1'], raw: '=1', lineEnd: '\n' };
  expect(text.blocked(row, block)).toBe(`=1;"BLOCKED";"On DNC (x;'=cmd)";"'@A";"2"\n`);
});
