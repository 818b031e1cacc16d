import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../src/domain/spreadsheets/detect-format.ts';
import { localFile } from '../../src/domain/spreadsheets/file-source.ts';
import { previewFile } from '../../src/domain/spreadsheets/preview-file.ts';
import { UnreadableFileError } from '../../src/domain/spreadsheets/unreadable-file-error.ts';
import { fixturePath } from '../fixtures/make-fixtures.ts';
import { textFiles } from '../fixtures/text-files.ts';
import { unreadableFiles } from '../fixtures/unreadable-files.ts';
import { workbookFiles } from '../fixtures/workbook-files.ts';
import { allRows, bytesFile, lines } from './sources.ts';

const readable = [...textFiles, ...workbookFiles];

describe.each(readable)('$file', ({ file, bytes, format, rows, emptyRows = 0 }) => {
  it('is read as it must be', async () => {
    const source = localFile(fixturePath(file), file);
    const found = await detectFormat(source);
    expect(found).toMatchObject(format);
    const stats = { emptyRows: 0 };
    expect(await lines(source, found, { stats })).toEqual(rows);
    expect(stats.emptyRows).toBe(emptyRows);
  });

  it('is read the same however it comes in pieces', async () => {
    for (const size of [1, 2, 3, 7]) {
      const source = bytesFile(bytes, size);
      const found = await detectFormat(source);
      expect(found).toMatchObject(format);
      expect(await lines(source, found)).toEqual(rows);
    }
  });
});

const guessable = readable.filter(({ guess }) => guess);

it.each(guessable)('$file: shows what its columns are for', async ({ file, rows, guess }) => {
  const preview = await previewFile(localFile(fixturePath(file), file), { defaultCountry: 'US' });
  const found = Object.entries(preview.guess).filter(([, column]) => column !== null);
  expect(Object.fromEntries(found)).toEqual(guess);
  expect(preview.estimatedRows).toBe(rows.length);
});

describe.each(unreadableFiles)('$file', ({ file, code, message }) => {
  it('is refused with what to do', async () => {
    const source = localFile(fixturePath(file), file);
    const read = async () => allRows(source, await detectFormat(source));
    const error = await read().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UnreadableFileError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

it('the files are those that make-fixtures.ts writes', () => {
  for (const { file, bytes } of [...readable, ...unreadableFiles])
    expect(readFileSync(fixturePath(file)).equals(bytes), `${file}: run make-fixtures.ts`).toBe(true);
});
