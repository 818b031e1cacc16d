import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { compiled } from '../start/compiled.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Ended {
  readonly name: string;
  readonly code: string | null;
  readonly looking: string | null;
  readonly ms: number;
  readonly rssMb: number;
}

/** Reading has no more heap than this; what a bomb would unpack to is 200 MB to 1 GB. */
const HEAP = '--max-old-space-size=96';
const MOST_RSS_MB = 400;

it('bombs end in a clear error, in bounded memory and time', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [HEAP, compiled('test/spreadsheets/bombs-child.ts')]);
  const ended = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Ended);
  expect(Object.fromEntries(ended.map(({ name, code, looking }) => [name, [code, looking]]))).toEqual({
    'a billion empty lines': ['TOO_MANY_LINES', null],
    'rows of commas without end': ['TOO_MANY_LINES', null],
    'a quote that is never closed, in a gigabyte': ['UNCLOSED_QUOTE', null],
    'a line of a gigabyte': ['LINE_TOO_LONG', null],
    'a gigabyte of commas in one line': ['LINE_TOO_LONG', null],
    'a sheet that unpacks to a thousand times its size': ['BOMB', 'BOMB'],
    'and says that it is small': ['DAMAGED', 'DAMAGED'],
    'and says that it is large': ['BOMB', 'BOMB'],
    // A look takes only the texts that the first rows name.
    'shared texts without end': ['TOO_LARGE', null],
    'one text without end': ['LINE_TOO_LONG', null],
    'cells at the far end of each row': ['BOMB', null],
    'elements in each other without end': ['BOMB', 'BOMB'],
    'attributes without end': ['LINE_TOO_LONG', 'LINE_TOO_LONG'],
    'a billion laughs': ['BOMB', 'BOMB'],
    'an entity of its own': ['DAMAGED', 'DAMAGED'],
    'ten thousand parts': ['BOMB', 'BOMB'],
    'parts that share their bytes': ['BOMB', 'BOMB'],
    'two parts of one name': ['BOMB', 'BOMB'],
  });
  expect(Math.max(...ended.map(({ rssMb }) => rssMb))).toBeLessThan(MOST_RSS_MB);
  // Most take milliseconds; ten million empty rows take a second or a few. Without bounds each would take minutes.
  expect(ended.filter(({ ms }) => ms > 60_000)).toEqual([]);
});
