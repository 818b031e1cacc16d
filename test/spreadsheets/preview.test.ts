import { expect, it } from 'vitest';
import { detectFormat } from '../../src/domain/spreadsheets/detect-format.ts';
import { type PreviewOptions, previewFile } from '../../src/domain/spreadsheets/preview-file.ts';
import { inlineRows, workbookBytes } from '../fixtures/workbook-bytes.ts';
import { allRows, bytesFile, repeatedFile, textFile } from './sources.ts';

const now = Date.UTC(2026, 10, 25);

function preview(text: string, options: Partial<PreviewOptions> = {}) {
  return previewFile(textFile(text), { defaultCountry: 'US', now, ...options });
}

it('shows format, columns, samples and why', async () => {
  const rows = Array.from({ length: 30 }, (_, n) => `Name ${n % 7},${n === 3 ? 'no number' : 4155550100 + n},\n`);
  const shown = await preview(`Name,Phone,Empty\n${rows.join('')}`);
  expect(shown).toMatchObject({
    format: { kind: 'CSV', encoding: 'UTF8', delimiter: ',', headerLine: 1 },
    estimatedRows: 30,
    columns: [
      { index: 0, name: 'Name', samples: ['Name 0', 'Name 1', 'Name 2', 'Name 3', 'Name 4'], phoneShare: 0 },
      { index: 1, name: 'Phone', samples: ['4155550100', '4155550101', '4155550102', 'no number', '4155550104'] },
      { index: 2, name: 'Empty', samples: [], phoneShare: 0 },
    ],
    guess: { phone: 1, reason: null },
    phoneReason:
      'Column B ("Phone") holds the phone numbers: its name says so, and 29 of its first 30 values read as phone numbers.',
  });
  expect(shown.columns[1]!.phoneShare).toBeCloseTo(29 / 30);
  expect(shown.rows).toHaveLength(20);
  expect(shown.rows[0]).toEqual({ line: 2, cells: ['Name 0', '4155550100', ''] });
});

it.each([
  ['by content when names say nothing', 'a,b\nx,4155550101\ny,4155550102\n', { phone: 1 }],
  [
    'by name among several with numbers',
    'Lead ID,Mobile\n4155550101,4155550102\n4155550103,4155550104\n',
    { phone: 1, externalReference: 0 },
  ],
  ['by numbers that Excel turned', 'x,4.155550101E9\ny,4155550102.0\n', { phone: 1 }],
  ['the fuller of two', 'Phone 1,Phone 2\n,4155550101\n4155550103,4155550102\n', { phone: 1 }],
  ['not by dates and prices', '20260304,2026-03-04,19.99\n20260305,2026-03-05,29.99\n', { requestedAt: 1 }],
  ['by the country of the environment', '612345678,x\n612345679,y\n', { phone: 0 }, 'ES'],
  [
    'names in camel case and snake case',
    'phoneNumber,opt_out_date,expiresAt,EvidenceURL,externalId\n',
    { phone: 0, requestedAt: 1, expiresAt: 2, evidence: 3, externalReference: 4 },
  ],
  [
    'Spanish names',
    'Número de teléfono;Motivo;Grabación;Fecha de vencimiento;Fecha de solicitud;Referencia;Número de empresa\n',
    { phone: 0, reason: 1, evidence: 2, expiresAt: 3, requestedAt: 4, externalReference: 5, businessNumber: 6 },
  ],
  [
    'dates and links by content',
    '4155550101,2026-03-04,2027-01-01,https://a.example/1\n4155550102,2026-03-05,2028-01-01,http://a.example/2\n',
    { phone: 0, requestedAt: 1, expiresAt: 2, evidence: 3 },
  ],
  [
    'one number all the way down as the business number',
    `${[1, 2, 3, 4].map((n) => `4155550100,415555010${n}\n`).join('')}`,
    { phone: 1, businessNumber: 0 },
  ],
  ['nothing in a table without numbers', 'city,people\nSpringfield,12\nShelbyville,7\n', {}],
] as const)('guesses columns: %s', async (_, text, expected, defaultCountry: 'US' | 'ES' = 'US') => {
  const { guess } = await preview(text, { defaultCountry });
  expect(Object.fromEntries(Object.entries(guess).filter(([, column]) => column !== null))).toEqual(expected);
});

it('does not look into the cells of columns far to the right, which would take seconds', async () => {
  const names = Array.from({ length: 300 }, (_, n) => (n === 250 ? 'Phone' : `Column ${n}`));
  const row = names.map((_, n) => 4155550101 + n).join(',');
  const { columns, guess } = await preview(`${names.join(',')}\n${row}\n${row}\n`);
  expect(columns).toHaveLength(300);
  expect(columns[199]).toMatchObject({ phoneShare: 1 });
  expect(columns[250]).toMatchObject({ name: 'Phone', samples: ['4155550351'], phoneShare: 0 });
  expect(guess.phone).toBe(0);
});

it('says which other columns hold numbers, and when none does', async () => {
  const two = await preview('Home,Phone\n4155550101,4155550102\n4155550103,4155550104\n');
  expect(two.phoneReason).toMatch(
    /^Column B .* Phone numbers are also in: Column A \("Home"\)\. Import the file once for each/,
  );
  const none = await preview('city\nSpringfield\n');
  expect(none.phoneReason).toBe('No column looks like phone numbers. Say which one holds them.');
});

it('reads only the beginning of a large file, and estimates the rest', async () => {
  const unit = Buffer.from('4155550101,Asked not to be called\n'.repeat(1_000));
  const file = repeatedFile(unit, 3_000);
  let end = 0;
  const counting = {
    ...file,
    stream(start = 0, to = file.size) {
      end = Math.max(end, to);
      return file.stream(start, to);
    },
  };
  const shown = await previewFile(counting, { defaultCountry: 'US' });
  expect(end).toBeLessThanOrEqual(256 * 1024);
  expect(Math.abs(shown.estimatedRows! - 3_000_000) / 3_000_000).toBeLessThan(0.01);
  expect(shown.size).toBe(unit.length * 3_000);
});

it('is not misled by a sign that its sample cuts in two', async () => {
  for (let shift = 0; shift < 4; shift++) {
    const text = `${'x'.repeat(shift)}📵é€,4155550101\n`.repeat(20_000);
    expect(await detectFormat(textFile(text))).toMatchObject({ encoding: 'UTF8', delimiter: ',' });
  }
});

it.each([
  ['that Excel is told', 'sep=:\nPhone:Note\n4155550101:a\n', ':'],
  ['that is none, for NUL can’t be stored', 'sep=\0\nPhone,Note\n4155550101,a\n', ','],
  ['that only the header has', 'Phone,Reason\n4155550101\n4155550102\n4155550103\n4155550104\n', ','],
])('finds the delimiter %s', async (_, text, delimiter) => {
  expect(await detectFormat(textFile(text))).toMatchObject({ delimiter });
});

it('takes what a person says before what it finds', async () => {
  const text = 'Phone;Note\n4155550101;a\n';
  expect(await detectFormat(textFile(text), { hasHeader: false })).toMatchObject({ headerLine: null });
  expect(await detectFormat(textFile(text), { headerLine: 2 })).toMatchObject({ headerLine: 2 });
  expect(await detectFormat(textFile(text), { delimiter: ',' })).toMatchObject({ delimiter: ',' });
  expect(await detectFormat(textFile(text), { encoding: 'WINDOWS1252' })).toMatchObject({ encoding: 'WINDOWS1252' });
  expect(await detectFormat(textFile('\n4155550101\n'), { hasHeader: true })).toMatchObject({ headerLine: 2 });
});

it.each([
  [{ delimiter: 'TAB' }, 'input.delimiter'],
  [{ delimiter: '"' }, 'input.delimiter'],
  [{ delimiter: '\0' }, 'input.delimiter'],
  [{ delimiter: '\ud800' }, 'input.delimiter'],
  [{ headerLine: 0 }, 'input.headerLine'],
  [{ headerLine: 2 }, 'input.headerLine'],
])('refuses hints that can’t be so: %j', async (hints, path) => {
  const refused = detectFormat(textFile('4155550101\n'), hints);
  await expect(refused).rejects.toMatchObject({ problems: [{ code: 'INVALID_VALUE', path: path.split('.') }] });
});

it.each([
  ['unknown words above the first number', 'Kundin,Rufnr\nx,4155550101\n', 1],
  ['a bad number right below the header', 'number,channel\ngarbage,phone\n4155550102,phone\n', 1],
  ['the upper of two rows with as many names', 'Kontakt,date\ngarbage,note\n4155550102,x\n', 1],
  ['the row that names the numbers, with fewer names', 'created,note,\nwho,y,Phone\na,b,4155550101\n', 2],
  ['not in a row whose words are in others too', 'unknown,mobile\n4155550102,mobile\n', null],
  ['no number where the first one is missing', 'x,unknown\ny,4155550102\n', null],
  ['a title without names of columns', 'Our list\n4155550101\n', 1],
])('finds the header: %s', async (_, text, headerLine) => {
  expect(await detectFormat(textFile(text))).toMatchObject({ headerLine });
});

it('"first column of the first sheet, ignore the rest" needs no more than the format', async () => {
  const bytes = workbookBytes({
    sheets: [
      {
        name: 'List',
        rows: inlineRows([
          ['Do not call', 'x'],
          ['+14155550101', 'y'],
          ['+14155550102', 'z'],
        ]),
      },
      { name: 'Other', rows: inlineRows([['+14155550199']]) },
    ],
  });
  const file = bytesFile(bytes);
  const rows = await allRows(file, await detectFormat(file));
  expect(rows.map(({ cells }) => cells[0])).toEqual(['+14155550101', '+14155550102']);
});
