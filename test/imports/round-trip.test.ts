import { expect, test } from 'vitest';
import { fetched, startEntryExport } from '../exports/export-story.ts';
import { add, list } from '../graphql/entry-story.ts';
import type { Client } from '../support/client.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { importFile, upload } from './import-story.ts';

/** What would run in a spreadsheet, break a CSV, or be taken for something else. */
const texts = [
  '=HYPERLINK("http://evil.example","x")',
  "+1 415 555 0100; then 'quoted'",
  '-7',
  "'already protected",
  "'=one more",
  'line one\r\nline, two;\t"three"',
  '＝full-width',
  '@cmd',
  'ünï©ödé 📵',
];

interface Kept {
  readonly phone: string;
  readonly reason: string | null;
  readonly evidence: string | null;
  readonly externalReference: string | null;
  readonly expiresAt: string | null;
  readonly requestedAt: string;
}

async function entriesOf(by: Client): Promise<Kept[]> {
  const { edges } = await list(by, { first: 100 });
  const kept = ({ phone, reason, evidence, externalReference, expiresAt, requestedAt }: Kept) => ({
    phone,
    reason,
    evidence,
    externalReference,
    expiresAt,
    requestedAt,
  });
  return edges.map(({ node }: { node: Kept }) => kept(node)).sort((a: Kept, b: Kept) => (a.phone < b.phone ? -1 : 1));
}

test('export -> import gives the same set, although the file is safe to open in a spreadsheet', async () => {
  const server = await startQuietline();
  const from = await (await newEnvironment(server)).as('COMPLIANCE');
  await add(from, {
    entries: texts.map((text, n) => ({
      phone: `+141555501${10 + n}`,
      reason: text,
      evidence: text.toUpperCase(),
      externalReference: text,
      expiresAt: n % 2 ? '2099-01-31T09:00:00Z' : null,
      requestedAt: '2026-03-04T05:06:07.089Z',
    })),
  });
  const { task } = await startEntryExport(from, { format: 'CSV' });
  const { text } = await fetched(server, from, task.id);

  const to = await (await newEnvironment(server)).as('COMPLIANCE');
  const { previewImport } = await to.expectOk(
    `query ($upload: ID!) { previewImport(input: { upload: $upload }) {
       guess { phone reason evidence expiresAt requestedAt externalReference businessNumber } } }`,
    { upload: await upload(server, to, text) },
  );
  const columns = Object.fromEntries(Object.entries(previewImport.guess).filter(([, column]) => column !== null));
  const imported = await importFile(server, to, text, { columns, review: 'APPROVED' });
  expect(imported.import).toMatchObject({ addedCount: texts.length, invalidCount: 0, warningCount: 0 });
  expect(await entriesOf(to)).toEqual(await entriesOf(from));
});
