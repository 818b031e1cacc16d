import { expect, test } from 'vitest';
import { rowChunks } from '../../src/domain/scrubs/row-chunks.ts';

test('a chunk holds few rows when they are wide, though nothing is in their cells', async () => {
  const cells = Array<string>(16_384).fill('');
  async function* wide() {
    for (let n = 0; n < 10; n += 1) yield Array.from({ length: 10 }, (_, row) => ({ line: n * 10 + row + 1, cells }));
  }
  const lines: number[] = [];
  for await (const chunk of rowChunks(wide(), { skip: 3, size: 5_000 })) {
    expect(chunk.length).toBeLessThanOrEqual(13);
    lines.push(...chunk.map(({ line }) => line));
  }
  expect(lines).toEqual(Array.from({ length: 97 }, (_, n) => n + 4));
});
