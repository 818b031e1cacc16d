import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import type { FileEncoding } from '../../src/domain/spreadsheets/file-format.ts';
import { windows1252 } from '../../src/domain/spreadsheets/text-encoding.ts';
import { textFiles } from '../fixtures/text-files.ts';
import { inlineRows, workbookBytes } from '../fixtures/workbook-bytes.ts';
import { list, phoneOf } from '../graphql/verdict-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { scrubbed } from './scrub-story.ts';

let server: Quietline;
let staff: Client;
const [listed, free, free2] = [phoneOf(1), phoneOf(2), phoneOf(3)];
const reason = `Do not call ${listed}: it is on the Do Not Call list since 3 March 2026 (Said ""no; never"").`;

beforeAll(async () => {
  server = await startQuietline();
  staff = await (await newEnvironment(server)).as('INTEGRATOR');
  await list(staff, 'DNC', [listed], { reason: 'Said "no; never"', requestedAt: '2026-03-03T00:00:00Z' });
});

test('every sign of a row stays: byte order mark, semicolons, quotes, line breaks in cells, blanks, CRLF, ragged rows', async () => {
  const header = 'Name;"Phone; mobile";Note\r\n';
  const rows = [
    `"O""Neil; Ann";${free};"two\r\nlines"\r\n`,
    `  Bob ;${listed};x\r\n`,
    `=1+1;'${free2};"""quoted"""\r\n`,
    `Zoë;${listed}\r\n`,
    `  Ann;${free};too;many;cells\r\n`,
    `"O""Neil; Ann";${free};"two\r\nlines"\r\n`,
    `last;${free2};no line end`,
  ];
  const { task, callable, blocked } = await scrubbed(server, staff, `\ufeff${header}${rows.join('')}`);
  expect(task.scrub).toMatchObject({ phoneColumns: [1], callableCount: 5, blockedCount: 2 });
  expect(callable).toBe(`\ufeff${header}${[0, 2, 4, 5, 6].map((n) => rows[n]).join('')}`);
  expect(blocked).toBe(
    `\ufeff${header.trimEnd()};"quietline_outcome";"quietline_reason";"quietline_lists";"quietline_line"\r\n` +
      `  Bob ;${listed};x;"BLOCKED";"${reason}";"DNC";"4"\r\n` +
      // Filled up, so that what was added stands below its name.
      `Zoë;${listed};;"BLOCKED";"${reason}";"DNC";"6"\r\n`,
  );
});

test('rows of a very wide table are not filled up: a small file would become a huge one', async () => {
  const file = `phone${','.repeat(1_000)}\n${listed}\n`;
  const { blocked } = await scrubbed(server, staff, file);
  expect(blocked).toContain(`\n${listed},"BLOCKED"`);
});

test('what stands above the header comes back in both files, and so does what tells Excel the delimiter', async () => {
  const above = 'sep=;\nLeads of March\nby;region\n';
  const file = `${above}name;phone\nAnn;${free}\nBob;${listed}\n`;
  const { callable, blocked } = await scrubbed(server, staff, file);
  expect(callable).toBe(`${above}name;phone\nAnn;${free}\n`);
  expect(blocked.startsWith(`${above}name;phone;"quietline_outcome"`)).toBe(true);
  expect(blocked).toContain(`\nBob;${listed};"BLOCKED"`);
  expect(blocked).toMatch(/;"6"\n$/);
});

/** Of a file's text what is no empty line. */
const filled = (text: string) =>
  text
    .split(/(?<=\r\n|\n|\r(?!\n))/)
    .filter((line) => !/^[\s,"\0]*$/.test(line))
    .join('');

test('the real-world files: when nobody is blocked they come back as they were, in UTF-8', async () => {
  for (const { file, bytes, format, rows } of textFiles) {
    const { task, callable, blocked } = await scrubbed(server, staff, bytes, { name: file, direction: 'INBOUND' });
    expect(task.scrub, file).toMatchObject({ checkedCount: rows.length, callableCount: rows.length });
    const encoding = ('encoding' in format && format.encoding) || 'UTF8';
    expect(filled(callable), file).toBe(filled(decoded(bytes, encoding)));
    expect(blocked, file).not.toContain('BLOCKED');
  }
}, 60_000);

function decoded(bytes: Buffer, encoding: FileEncoding): string {
  if (encoding === 'WINDOWS1252') return windows1252(bytes);
  const labels = { UTF8: 'utf-8', UTF16LE: 'utf-16le', UTF16BE: 'utf-16be' };
  return new TextDecoder(labels[encoding], { ignoreBOM: true }).decode(bytes);
}

test('a sheet becomes CSV, with the text of each cell', async () => {
  const rows = [
    ['Name', 'Phone'],
    ['=cmd, "x"', free],
    ['Bob', listed],
  ];
  const book = workbookBytes({ sheets: [{ name: 'Leads', rows: inlineRows(rows) }], deflated: true });
  const { task, callable, blocked } = await scrubbed(server, staff, book, { name: 'leads.xlsx' });
  expect(callable).toBe(`Name,Phone\r\n"=cmd, ""x""",${free}\r\n`);
  expect(parse(blocked)).toEqual([
    ['Name', 'Phone', 'quietline_outcome', 'quietline_reason', 'quietline_lists', 'quietline_line'],
    ['Bob', listed, 'BLOCKED', reason.replaceAll('""', '"'), 'DNC', '3'],
  ]);
  expect(task.scrub.callableFile).toMatchObject({ name: 'leads-callable.csv', mediaType: 'text/csv; charset=utf-8' });
});
