import { beforeAll, describe, expect, test } from 'vitest';
import type { EntryRow, RowCode, RowOutcome } from '../../src/changes/write-call.ts';
import { type Asking, nextPhone, openAsking } from './asking.ts';
import { add, on } from './log-world.ts';

let asking: Asking;
let imports = 0;

beforeAll(async () => {
  asking = await openAsking();
});

/** Lists the numbers as an import does. */
async function importing(importId: string, rows: readonly EntryRow[], of?: readonly string[]) {
  return asking.write(rows, { operation: 'startImport', claims: { importId, ...(of ? { of } : {}) } });
}

/** Gives up the claims of these imports on one entry. */
async function withdraw(row: EntryRow, outcome: RowOutcome | undefined, of: readonly string[]): Promise<RowCode> {
  const rows = [on(row, outcome, { verb: 'WITHDRAW' })];
  const [done] = await asking.write(rows, { operation: 'undoImport', reason: 'The wrong file', claims: { of } });
  return done!.code;
}

const nextImport = () => String(++imports);
const listing = (row: Partial<EntryRow> = {}) => add(nextPhone(), { source: 'IMPORT', ...row });

async function claimsOf(outcome: RowOutcome | undefined) {
  const { rows } = await asking.server.database.read.query<{ first: string | null; further: string[] }>(
    `SELECT e.import_id AS first, (SELECT coalesce(array_agg(k.import_id ORDER BY 1), '{}') FROM import_claim k WHERE k.entry_id = e.id) AS further
       FROM entry e WHERE e.id = $1`,
    [outcome!.entryId],
  );
  return rows[0];
}

describe("an import's claims (R6.3)", () => {
  test('the first stands in the entry, each further import is a further claim, and none is a change', async () => {
    const [a, b] = [nextImport(), nextImport()];
    const row = listing();
    const [entry] = await importing(a, [row]);
    await importing(a, [row]);
    const [met] = await importing(b, [row]);
    expect(met!.code).toBe('ALREADY_LISTED');
    expect(await claimsOf(entry)).toEqual({ first: a, further: [b] });
    expect(await asking.changesOf(row.phone)).toMatchObject([{ kind: 'ENTRY_ADDED' }]);
  });

  test('an entry is lifted when its last claim is withdrawn, and not before', async () => {
    const [a, b, c] = [nextImport(), nextImport(), nextImport()];
    const row = listing();
    const [entry] = await importing(a, [row]);
    await importing(b, [row]);
    await importing(c, [row]);
    expect(await withdraw(row, entry, [a])).toBe('KEPT_CLAIMED');
    expect(await claimsOf(entry)).toEqual({ first: b, further: [c] });
    expect(await withdraw(row, entry, [c])).toBe('KEPT_CLAIMED');
    expect(await withdraw(row, entry, [b])).toBe('CHANGED');
    expect(await asking.changesOf(row.phone)).toMatchObject([
      { kind: 'ENTRY_ADDED' },
      { kind: 'ENTRY_REMOVED', facts: '' },
    ]);
  });

  test('a removal ends every claim: added again, the entry is held by whoever adds it', async () => {
    const [a, b, c] = [nextImport(), nextImport(), nextImport()];
    const row = listing();
    const [entry] = await importing(a, [row]);
    await importing(b, [row]);
    await asking.write([on(row, entry, { verb: 'REMOVE' })], { reason: 'They asked us back' });
    await importing(c, [row]);
    expect(await claimsOf(entry)).toEqual({ first: c, further: [] });
    expect(await withdraw(row, entry, [c])).toBe('CHANGED');
  });

  test.each<[string, Partial<EntryRow> & Pick<EntryRow, 'verb'>]>([
    ['edited', { verb: 'EDIT', edits: 1, reason: 'Their lawyer wrote' }],
    ['approved', { verb: 'APPROVE', status: 'APPROVED' }],
  ])('an entry that somebody %s by hand is kept, and is no import’s any more', async (_what, change) => {
    const a = nextImport();
    const row = listing({ status: 'PENDING' });
    const [entry] = await importing(a, [row]);
    await asking.write([on(row, entry, change)]);
    expect(await withdraw(row, entry, [a])).toBe('KEPT_EDITED');
    expect(await claimsOf(entry)).toEqual({ first: null, further: [] });
    expect(await withdraw(row, entry, [a])).toBe('KEPT_EDITED');
  });

  test('an entry that another import raised is not edited by hand', async () => {
    const [a, b] = [nextImport(), nextImport()];
    const row = listing({ status: 'PENDING' });
    const [entry] = await importing(a, [row]);
    const [raised] = await importing(b, [{ ...row, status: 'APPROVED' }]);
    expect(raised!.code).toBe('RAISED');
    expect(await withdraw(row, entry, [a, b])).toBe('CHANGED');
  });

  test('what is permanent, or the person’s own, is refused as everywhere (R1.3, R1.4)', async () => {
    const a = nextImport();
    const [permanent, own] = [listing({ status: 'PERMANENT' }), listing({ endUserOptedOut: true, listId: 2 })];
    const outcomes = await importing(a, [permanent, own]);
    expect(await withdraw(permanent, outcomes[0], [a])).toBe('REFUSED_PERMANENT');
    expect(await withdraw(own, outcomes[1], [a])).toBe('REFUSED_OPTED_OUT');
    expect(await claimsOf(outcomes[0])).toEqual({ first: a, further: [] });
  });

  test('an import that replaces its origin’s earlier ones needs no further claim where they have one (R6.4)', async () => {
    const [monday, vendor, tuesday] = [nextImport(), nextImport(), nextImport()];
    const [first, second] = [listing(), listing()];
    const [mine] = await importing(monday, [first]);
    const [theirs] = await importing(vendor, [second]);
    await importing(monday, [second]);
    await importing(tuesday, [first, second], [monday]);
    expect(await claimsOf(mine)).toEqual({ first: monday, further: [] });
    expect(await claimsOf(theirs)).toEqual({ first: vendor, further: [monday] });
  });
});
