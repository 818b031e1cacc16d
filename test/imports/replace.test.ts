import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approve, list, phonesOf } from '../graphql/entry-story.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { untilEnded } from '../support/tasks.ts';
import { newEnvironment } from '../support/world.ts';
import { headOf, importFile, reportOf, start, upload } from './import-story.ts';

let server: Quietline;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline();
});
beforeEach(async () => {
  staff = await (await newEnvironment(server)).as('COMPLIANCE');
});

const numbers = (...last: number[]) => last.map((n) => `+1415555${String(n).padStart(4, '0')}`);
const file = (...last: number[]) => numbers(...last).join('\n');
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const listed = async () => phonesOf(await list(staff, { first: 100 })).sort();
const nightly = { mode: 'REPLACE', origin: 'Vendor nightly', review: 'APPROVED' } as const;

describe('R6.4: REPLACE', () => {
  test('lifts what the origin has had and the new file lacks, and says so in the log', async () => {
    const first = await importFile(server, staff, file(...range(1, 20)), nightly);
    expect(first.import).toMatchObject({ addedCount: 20, liftedCount: 0, origin: 'Vendor nightly', mode: 'REPLACE' });
    const second = await importFile(server, staff, file(...range(2, 21)), nightly);
    expect(second).toMatchObject({ rowsDone: 21, rowsTotal: 21 });
    expect(second.import).toMatchObject({ addedCount: 1, alreadyListedCount: 19, liftedCount: 1, keptCount: 0 });
    expect(second.import.summary).toBe(
      '1 number was added to DNC; 19 were there already. Of what the file lacks 1 was lifted.',
    );
    expect(await listed()).toEqual(numbers(...range(2, 21)));
    const { auditLog } = await staff.expectOk('{ auditLog(first: 2) { nodes { kind operation reason } } }');
    expect(auditLog.nodes[0]).toEqual({
      kind: 'ENTRY_REMOVED',
      operation: 'startImport',
      reason: 'No longer in the file of Vendor nightly',
    });
    // Once more: what was lifted is gone, and nothing more is.
    const third = await importFile(server, staff, file(...range(2, 21)), nightly);
    expect(third.import).toMatchObject({
      addedCount: 0,
      liftedCount: 0,
      summary: expect.stringMatching(/^Nothing new/),
    });
  });

  test('changes nothing above the share that may be lifted, and tells the figures', async () => {
    await importFile(server, staff, file(...range(1, 20)), nightly);
    const head = await headOf(staff);
    const task = await start(staff, { upload: await upload(server, staff, file(...range(1, 17), 30)), ...nightly });
    expect(await untilEnded(staff, task)).toMatchObject({ state: 'FAILED', failure: { code: 'TOO_MANY_LIFTED' } });
    const { failure, import: report } = await reportOf(staff, task);
    expect(failure.message).toBe(
      'Vendor nightly has listed 20 numbers on DNC, and this file would lift 3 of them (15%): at most 10% may be lifted. If the file is complete, import it with a higher maxLiftedShare. Nothing was changed.',
    );
    expect(report).toMatchObject({ rowCount: 18, addedCount: 0, liftedCount: 0 });
    expect(await headOf(staff)).toBe(head);
    const more = await importFile(server, staff, file(...range(1, 17), 30), { ...nightly, maxLiftedShare: 0.15 });
    expect(more.import).toMatchObject({ addedCount: 1, liftedCount: 3 });
  });

  const fails = async (csv: string, input: object) => {
    const task = await start(staff, { upload: await upload(server, staff, csv), ...nightly, ...input });
    expect(await untilEnded(staff, task)).toMatchObject({ state: 'FAILED' });
    return (await reportOf(staff, task)).failure;
  };

  test('lifts nothing while a row could not be read: it may be any of the numbers that seem to lack', async () => {
    await importFile(server, staff, file(...range(1, 20)), nightly);
    const head = await headOf(staff);
    const rounded = `${file(...range(1, 18))}\n1.41556E+10\n1.41556E+10`;
    const remedy =
      '2 rows could not be read, and each may be a number that the file seems to lack. Mend these rows (see rowProblems) or drop them, then send the file again.';
    expect(await fails(rounded, { maxLiftedShare: 1 })).toEqual({
      code: 'UNREADABLE_ROWS',
      message: `This file must not replace the earlier ones: ${remedy} Nothing was changed.`,
    });
    const dry = await importFile(server, staff, rounded, { ...nightly, isDryRun: true });
    expect(dry.logLines.at(-1)).toMatchObject({ level: 'WARN', message: `A real import would be refused: ${remedy}` });
    expect(await headOf(staff)).toBe(head);
    // Nothing lacks: the row is one that nobody knew.
    const more = await importFile(server, staff, `${file(...range(1, 21))}\nbad`, nightly);
    expect(more.import).toMatchObject({ addedCount: 1, invalidCount: 1, liftedCount: 0 });
  });

  test('lifts nothing while a quotation mark that was forgotten may have swallowed the rows that seem to lack', async () => {
    const here = await (await newEnvironment(server)).as('COMPLIANCE');
    await importFile(server, here, 'phone,reason\n+14155550901,a\n+14155550902,b\n+14155550903,c\n', nightly);
    const broken = 'phone,reason\n+14155550901,"a\n+14155550902,b\n+14155550903,c"\n';
    const columns = { phone: 0, reason: 1 };
    const dry = await importFile(server, here, broken, { ...nightly, columns, maxLiftedShare: 1, isDryRun: true });
    expect(dry.import).toMatchObject({ rowCount: 1, warningCount: 1 });
    expect(dry.logLines.at(-1)).toMatchObject({
      level: 'WARN',
      message: expect.stringContaining(
        '2 rows could not be read, and each may be a number that the file seems to lack',
      ),
    });
  });

  test.each([
    ['a header alone', 'phone\n', /the file has no rows/],
    ['another column', 'bad\n'.repeat(30), /none of the 30 rows has a readable number/],
  ])('refuses a file that nothing can be read of, at any share, and its dry run: %s', async (_, csv, message) => {
    await importFile(server, staff, file(1, 2), nightly);
    const head = await headOf(staff);
    const failure = { code: 'NOTHING_READABLE', message: expect.stringMatching(message) };
    expect(await fails(csv, { maxLiftedShare: 1 })).toEqual(failure);
    expect(await fails(csv, { maxLiftedShare: 1, isDryRun: true })).toEqual(failure);
    expect(await headOf(staff)).toBe(head);
  });

  test('a row with a past expiry is in the file: its number does not lack', async () => {
    await importFile(server, staff, file(1, 2, 3), nightly);
    const [one, two] = numbers(1, 2);
    const columns = { phone: 0, expiresAt: 1 };
    const csv = `${one},\n${two},2020-01-31`;
    const after = await importFile(server, staff, csv, { ...nightly, columns, maxLiftedShare: 1 });
    expect(after.import).toMatchObject({ alreadyListedCount: 1, invalidCount: 1, liftedCount: 1 });
    expect(await listed()).toEqual(numbers(1, 2));
  });

  test("keeps what another import claims, what somebody changed by hand, and what is permanent; others' origins are others'", async () => {
    await importFile(server, staff, file(...range(1, 20)), nightly);
    await importFile(server, staff, file(1, 50), { origin: 'Other vendor' });
    await importFile(server, staff, file(51), nightly.origin ? { origin: 'Third' } : {});
    const entryOf = async (phone: string) =>
      (await list(staff, { filterBy: { numberContains: phone.slice(-7) } })).edges[0].node.id;
    await staff.expectOk(
      'mutation ($input: UpdateEntryInput!) { updateEntry(input: $input) { userErrors { message } } }',
      { input: { entryId: await entryOf(numbers(2)[0]!), reason: 'Spoke with them', changeReason: 'Noted' } },
    );
    await approve(staff, { phones: { list: 'DNC', numbers: numbers(3) } }, { permanently: true });
    const input = { ...nightly, maxLiftedShare: 0.5 };
    const dry = await importFile(server, staff, file(...range(5, 20)), { ...input, isDryRun: true });
    const real = await importFile(server, staff, file(...range(5, 20)), input);
    expect(real.import).toMatchObject({ liftedCount: 1, keptCount: 3 });
    expect(dry.import).toMatchObject({ liftedCount: 1, keptCount: 3 });
    expect(await listed()).toEqual(numbers(1, 2, 3, ...range(5, 20), 50, 51));
    // What was kept is no longer the origin's, but for the permanent one: the next file has nothing more to lift.
    const again = await importFile(server, staff, file(...range(5, 20)), input);
    expect(again.import).toMatchObject({ liftedCount: 0, keptCount: 1 });
  });

  test('an ADD of the same origin lifts nothing and is replaced with it; another list is another matter', async () => {
    await importFile(server, staff, file(1, 2), { origin: 'Vendor nightly' });
    await importFile(server, staff, file(2, 3), { origin: 'Vendor nightly' });
    await importFile(server, staff, file(9), { origin: 'Vendor nightly', list: 'SPAM' });
    const replaced = await importFile(server, staff, file(2), { ...nightly, maxLiftedShare: 1 });
    expect(replaced.import).toMatchObject({ alreadyListedCount: 0, raisedCount: 1, liftedCount: 2 });
    expect(await listed()).toEqual(numbers(2, 9));
  });
});

describe('a dry run', () => {
  test('answers what the import then does, counts who would be newly blocked, and changes nothing', async () => {
    await importFile(server, staff, file(1, 2), { review: 'FOR_REVIEW' });
    await importFile(server, staff, file(3), { list: 'SPAM' });
    const before = await headOf(staff);
    const csv = `${file(1, 2, 3, 4, 5, 5)}\nx`;
    const dry = await importFile(server, staff, csv, { review: 'APPROVED', isDryRun: true });
    expect(dry).toMatchObject({ state: 'DONE', rowsDone: 7, rowsTotal: 7 });
    expect(await headOf(staff)).toBe(before);
    expect(await listed()).toEqual(numbers(1, 2, 3));
    // 3 is blocked on SPAM for inbound contacts; 1 and 2 are blocked already.
    expect(dry.import).toMatchObject({
      isDryRun: true,
      newlyBlockedCount: 2,
      summary:
        'A dry run: nothing was changed. 3 numbers would be added to DNC, 2 made stricter. 2 numbers that nothing blocks now would be blocked. 1 row repeats a number of the file. 1 row could not be read: see rowProblems.',
    });
    const real = await importFile(server, staff, csv, { review: 'APPROVED' });
    const figures = ['rowCount', 'addedCount', 'raisedCount', 'alreadyListedCount', 'duplicateCount', 'invalidCount'];
    for (const figure of figures) expect(real.import[figure], figure).toBe(dry.import[figure]);
    expect(real.import).toMatchObject({ addedCount: 3, raisedCount: 2 });
  });

  test('of a file that would lift too much says so and is done', async () => {
    await importFile(server, staff, file(...range(1, 10)), nightly);
    const dry = await importFile(server, staff, file(1), { ...nightly, isDryRun: true });
    expect(dry.import).toMatchObject({ liftedCount: 9, alreadyListedCount: 1 });
    expect(dry.logLines.at(-1)).toMatchObject({
      level: 'WARN',
      message: expect.stringContaining('A real import would be refused: at most 10% may be lifted'),
    });
    expect(await listed()).toHaveLength(10);
  });

  test('R1.5: pending entries block nobody where they are not enforced', async () => {
    await staff.expectOk('mutation { updateSettings(input: { enforcePending: false }) { userErrors { code } } }');
    const forReview = await importFile(server, staff, file(1), { isDryRun: true });
    expect(forReview.import).toMatchObject({ addedCount: 1, newlyBlockedCount: 0 });
    const approved = await importFile(server, staff, file(1), { isDryRun: true, review: 'APPROVED' });
    expect(approved.import).toMatchObject({ addedCount: 1, newlyBlockedCount: 1 });
  });
});
