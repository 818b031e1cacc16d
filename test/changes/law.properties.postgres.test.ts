import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { verifyLog } from '../../src/changes/verify-log.ts';
import type { Authority, EntryRow, EntrySource, EntryStatus, EntryVerb } from '../../src/changes/write-call.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { keyOf, LawModel, type ModelEntry } from './law-model.ts';
import { readTable, replayLog } from './log-replay.ts';
import { callOf, type LogServer, newLogEnvironment, openLogServer, phoneOf } from './log-world.ts';

let server: LogServer;
/** What the draws have led to: a test that meets only refusals of what isn't there would prove nothing. */
const seen = new Set<string>();
beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  server = await openLogServer(url);
});

const verbs: readonly EntryVerb[] = ['ADD', 'ADD', 'ADD', 'EDIT', 'APPROVE', 'UNAPPROVE', 'REMOVE', 'EXPIRE'];
const sources: readonly EntrySource[] = ['MANUAL', 'API', 'SMS_KEYWORD', 'SMS_PHRASE', 'IVR'];
const statuses: readonly EntryStatus[] = ['PENDING', 'APPROVED', 'PERMANENT'];
const authorities: readonly Authority[] = ['STAFF', 'COMPLIANCE', 'CONTACT', 'SYSTEM'];
const time = (...years: number[]) => fc.constantFrom(...years.map((year) => new Date(Date.UTC(year, 3, 5))));

/** One row as drawn; which entry it names is known only when it runs. */
const row = fc.record({
  verb: fc.constantFrom(...verbs),
  phone: fc.nat(1),
  listId: fc.constantFrom(1, 1, 2, 2, 3),
  source: fc.constantFrom(...sources),
  status: fc.constantFrom(...statuses),
  optedOut: fc.boolean(),
  reason: fc.constantFrom(null, 'asked', 'wrong number'),
  evidence: fc.constantFrom(null, 'call 17'),
  requestedAt: time(2023, 2024),
  // The first is due, so that the sweep finds something.
  expiresAt: fc.option(time(2020, 2090, 2095)),
  externalReference: fc.constantFrom(null, 'crm 1'),
  edits: fc.integer({ min: 1, max: 31 }),
  /** Which of the caller's entries a change is about; mostly one that was there. */
  pick: fc.option(fc.nat(99), { freq: 12 }),
});

/** One caller's call on numbers of its own, so that calls may meet in one group and still have one right answer. */
const call = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 6 }),
  renumber: fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(5) }),
  authority: fc.constantFrom(...authorities),
  reason: fc.constantFrom(null, 'because'),
  evidence: fc.constantFrom(null, 'letter'),
});

const round = fc.record({ enforcePending: fc.boolean(), calls: fc.array(call, { minLength: 1, maxLength: 3 }) });

// Without those so rare that a run may miss them; adding, lifting and several-rows.postgres.test.ts have each.
const mustBeSeen = [
  ...['ADDED', 'RAISED', 'ALREADY_LISTED', 'SKIPPED'].map((code) => `ADD ${code}`),
  ...['REMOVE', 'EDIT', 'APPROVE', 'UNAPPROVE', 'EXPIRE'].map((verb) => `${verb} CHANGED`),
  ...['PERMANENT', 'OPTED_OUT', 'NOT_OPTED_OUT', 'REASON'].map((why) => `REMOVE REFUSED_${why}`),
  'EDIT REFUSED_PERMANENT',
  'EDIT REFUSED_REASON',
  'APPROVE REFUSED_OPTED_OUT',
  'REMOVE NOT_FOUND',
];

type Drawn = typeof row extends fc.Arbitrary<infer T> ? T : never;

test('random calls do what rules.md R1 says, and the log alone tells the same table (R1.1-R1.6, R2.1, P2.1, P3.3)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 4, maxLength: 14, size: 'max' }), async (rounds) => {
      const environment = await newLogEnvironment(server.database);
      const model = new LawModel();
      const ids = new Map<string, string>();
      for (const { enforcePending, calls } of rounds) {
        if (model.enforcePending !== enforcePending) await enforce(environment, enforcePending);
        model.enforcePending = enforcePending;
        await Promise.all(
          calls.map(async ({ rows: drawn, renumber, authority, reason, evidence }, caller) => {
            const rows = rowsOf(drawn, caller, renumber, ids);
            const codes = model.write(rows, { authority, hasReason: reason !== null, hasEvidence: evidence !== null });
            for (const [n, { verb }] of rows.entries()) seen.add(`${verb} ${codes[n]}`);
            const facts = rows.map(({ phone }) => model.facts(phone));
            const outcome = await server.log.write(callOf(environment, { authority, reason, evidence, rows }));
            expect(outcome.rows.map(({ code }) => code)).toEqual(codes);
            expect(outcome.rows.map((one) => one.facts)).toEqual(facts);
            for (const [n, { entryId }] of outcome.rows.entries())
              if (codes[n] === 'ADDED') ids.set(keyOf(rows[n]!), entryId!);
          }),
        );
      }
      await compare(environment, model);
    }),
    { numRuns: 80, endOnFailure: true },
  );
  expect([...seen].sort()).toEqual(expect.arrayContaining(mustBeSeen));
}, 60_000);

function enforce(environmentId: number, on: boolean): Promise<unknown> {
  return server.database.write.query('UPDATE environment SET settings = $2 WHERE id = $1', [
    environmentId,
    { enforcePending: on },
  ]);
}

function rowsOf(
  drawn: readonly Drawn[],
  caller: number,
  renumber: number | null,
  ids: ReadonlyMap<string, string>,
): EntryRow[] {
  const rows = new Map<string, EntryRow>();
  for (const one of drawn) {
    const isText = one.source.startsWith('SMS_');
    const fresh = { phone: phoneOf(caller * 100 + one.phone), listId: one.listId, source: one.source };
    const known = one.verb === 'ADD' || one.pick === null ? [] : entriesOf(caller, ids);
    const entry = known.length === 0 ? fresh : known[one.pick! % known.length]!;
    rows.set(keyOf(entry), {
      ...entry,
      verb: one.verb,
      ...(one.verb === 'ADD' ? {} : { entryId: ids.get(keyOf(entry)) ?? '999999999' }),
      status: one.status,
      endUserOptedOut: one.optedOut && isText,
      reason: one.reason,
      evidence: one.evidence,
      requestedAt: one.requestedAt,
      expiresAt: one.expiresAt,
      externalReference: one.externalReference,
      edits: one.edits,
    });
  }
  const own = [...rows.values()];
  if (renumber === null) return own;
  // R1.6: a removal from the old number and an addition to another one, which sorts before it or after it.
  const { verb: _, ...from } = own[0]!;
  const others = [0, 1, 2].map((n) => phoneOf(caller * 100 + n)).filter((phone) => phone !== from.phone);
  const { entryId: __, ...to } = { ...from, phone: others[renumber % 2]! };
  const old = { ...from, entryId: ids.get(keyOf(from)) ?? '999999999' };
  return [
    { ...old, verb: 'REMOVE' },
    { ...to, verb: 'ADD', needs: 0 },
  ];
}

function entriesOf(caller: number, ids: ReadonlyMap<string, string>): Pick<EntryRow, 'phone' | 'listId' | 'source'>[] {
  const phones = new Set([0, 1, 2].map((n) => phoneOf(caller * 100 + n)));
  return [...ids.keys()]
    .map((key) => key.split(' ') as [string, string, EntrySource])
    .filter(([phone]) => phones.has(phone))
    .map(([phone, listId, source]) => ({ phone, listId: Number(listId), source }));
}

async function compare(environmentId: number, model: LawModel): Promise<void> {
  const sql = server.database.read;
  const table = await readTable(sql, environmentId);
  const { entries, facts } = await replayLog(sql, environmentId);
  const sorted = (all: Iterable<ModelEntry>) => [...all].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const plain = [...table.values()].map(({ id: _, ...entry }) => entry);
  expect(sorted(plain)).toEqual(sorted(model.entries.values()));
  expect(sorted(entries.values())).toEqual(sorted(plain));
  for (const [phone, last] of facts) expect(last).toBe(model.facts(phone));
  expect(await counters(environmentId)).toEqual(model.counts());
  expect(await verifyLog(sql, environmentId)).toMatchObject({ firstBadPosition: null, problem: null });
}

async function counters(environmentId: number): Promise<Record<string, number>> {
  const { rows } = await server.database.read.query<{ key: string; count: string }>(
    `SELECT list_id || ' ' || status || ' ' || source AS key, count FROM entry_count WHERE environment_id = $1 AND count <> 0`,
    [environmentId],
  );
  return Object.fromEntries(rows.map(({ key, count }) => [key, Number(count)]));
}
