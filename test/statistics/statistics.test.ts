import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { roles } from '../../src/auth/permissions.ts';
import { createCampaign, report } from '../calls/call-story.ts';
import { addOne } from '../graphql/entry-story.ts';
import { statementsOf } from '../graphql/statements.ts';
import { importFile, undo } from '../imports/import-story.ts';
import { nextPhone, text } from '../messages/message-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  ATTEMPTS,
  dayFrom,
  dayPasses,
  entrySeries,
  IMPORTS,
  OPT_OUTS,
  rangeDocument,
  tablesOf,
  today,
} from './statistics-story.ts';

let server: Quietline;
let tables: pg.Client;
beforeAll(async () => {
  server = await startQuietline();
  tables = await tablesOf(server);
});

test('opt-outs per day, campaign and source: each request once, however many lists it came to', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  await createCampaign(admin, 'spring');
  const [a, b, c] = [nextPhone(), nextPhone(), nextPhone()];
  await text(admin, a, 'STOP'); // on DNT and DNC
  await text(admin, a, 'STOP'); // a repetition
  await text(admin, b, 'please stop texting me');
  await dayPasses(tables, world);
  await report(admin, c, { direction: 'OUTBOUND', campaign: 'spring', addToDnc: true });
  await text(admin, b, 'Hello');
  await addOne(admin, nextPhone());
  const from = dayFrom(await today(admin), -2);
  const ask = async (groupBy: string[]) => (await admin.expectOk(OPT_OUTS, { from, groupBy })).statistics.optOuts;
  const [all] = await ask([]);
  expect(all).toMatchObject({ campaign: null, source: null, count: 3 });
  expect(all.days.map(({ count }: { count: number }) => count)).toEqual([0, 2, 1]);
  const both = await ask(['CAMPAIGN', 'SOURCE']);
  expect(both.map(({ campaign, source, count }: never) => [campaign, source, count])).toEqual([
    [null, 'SMS_KEYWORD', 1],
    [null, 'SMS_PHRASE', 1],
    [{ key: 'spring' }, 'CALL_ACTION', 1],
  ]);
  expect(both[2].days.map(({ count }: { count: number }) => count)).toEqual([0, 0, 1]);
});

test('imports by the day on which they ended; dry runs do not count', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const file = (...last: string[]) => last.map((n) => `+1415555${n}`).join('\n');
  const first = await importFile(server, staff, file('0001', '0002', '0003', '0002'));
  await dayPasses(tables, world);
  await importFile(server, staff, `${file('0003', '0004')}\nnonsense`);
  await importFile(server, staff, file('0005'), { isDryRun: true });
  await undo(staff, first.id);
  const { imports } = (await staff.expectOk(IMPORTS, { from: dayFrom(await today(staff), -2) })).statistics;
  const volume = (importCount: number, rowCount: number, addedCount: number, more: object = {}) => ({
    importCount,
    rowCount,
    addedCount,
    raisedCount: 0,
    alreadyListedCount: 0,
    duplicateCount: 0,
    invalidCount: 0,
    liftedCount: 0,
    ...more,
  });
  const { days, ...sum } = imports;
  expect(days.map(({ day: _, ...counts }: { day: string }) => counts)).toEqual([
    volume(0, 0, 0),
    volume(1, 4, 3, { duplicateCount: 1 }),
    volume(1, 3, 1, { alreadyListedCount: 1, invalidCount: 1 }),
  ]);
  expect(sum).toEqual(volume(2, 7, 4, { duplicateCount: 1, alreadyListedCount: 1, invalidCount: 1 }));
});

test('a range is 30 days unless asked, ends today at the latest, and has at most 400', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const last = await today(staff);
  const ask = async (variables: object) => {
    const { from, to, entries } = (await staff.expectOk(rangeDocument, variables)).statistics;
    expect([from, to]).toEqual([entries[0].days[0].day, entries[0].days.at(-1).day]);
    return [from, to, entries[0].days.length];
  };
  expect(await ask({})).toEqual([dayFrom(last, -29), last, 30]);
  expect(await ask({ to: '2026-03-01' })).toEqual(['2026-01-31', '2026-03-01', 30]);
  expect(await ask({ from: '2024-02-28', to: '2024-03-01' })).toEqual(['2024-02-28', '2024-03-01', 3]);
  expect(await ask({ from: last, to: dayFrom(last, 20) })).toEqual([last, last, 1]);
  expect(await ask({ from: dayFrom(last, -399) })).toEqual([dayFrom(last, -399), last, 400]);
  for (const [variables, message] of [
    [{ from: dayFrom(last, -400) }, /at most 400 days, and 401/],
    [{ from: '2026-02-02', to: '2026-02-01' }, /`from` is after `to`/],
    [{ from: dayFrom(last, 1) }, /begins after today/],
  ] as const) {
    const { errors } = await staff.expectError('BAD_USER_INPUT', rangeDocument, variables);
    expect(errors[0]!.message).toMatch(message);
  }
  await staff.expectError('BAD_USER_INPUT', rangeDocument, { from: '2026-02-30' });
});

test('more points than a chart can show are refused, and the totals are still answered', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const last = await today(staff);
  await tables.query(
    `INSERT INTO attempt_daily (environment_id, day, campaign_id, list_id, direction, channel, decision, count)
     SELECT $1, $2, k, 0, 'OUTBOUND', 'CALL', 'ALLOW', 1 FROM generate_series(1, 51) k`,
    [world.environmentId, last],
  );
  const variables = { from: dayFrom(last, -399), groupBy: ['CAMPAIGN'] };
  const { data, errors } = await staff.query(ATTEMPTS, variables);
  expect(data.statistics.attempts).toBeNull();
  expect(errors[0]).toMatchObject({ message: expect.stringMatching(/more than 20000 points/) });
  const TOTALS = ATTEMPTS.replace(/days \{.*?\}/, '');
  expect((await staff.expectOk(TOTALS, variables)).statistics.attempts).toHaveLength(51);
});

test('everybody with a role may see statistics, nobody else, and only those of their environment', async () => {
  const [world, other] = [await newEnvironment(server), await newEnvironment(server)];
  await addOne(await world.as('COMPLIANCE'), '+14155550001');
  for (const role of roles) {
    expect((await entrySeries(await world.as(role)))[0]!.count).toBe(1);
    expect((await entrySeries(await other.as(role)))[0]!.count).toBe(0);
  }
  await server.anonymous().expectError('UNAUTHENTICATED', rangeDocument);
});

test('statistics are read from counters: no entry, message, attempt or change is looked at', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  // Everything that there is, over the longest range: it is no query that is too complex.
  const volume =
    'importCount rowCount addedCount raisedCount alreadyListedCount duplicateCount invalidCount liftedCount';
  const ALL = `query ($from: Date) { statistics(from: $from) {
    from to
    entries(groupBy: [LIST, STATUS, SOURCE]) { list { key name } status source count days { day count change } }
    optOuts(groupBy: [CAMPAIGN, SOURCE]) { campaign { key name } source count days { day count } }
    attempts(groupBy: [LIST, CAMPAIGN, CHANNEL, DIRECTION]) {
      list { key name } campaign { key name } channel direction allowedCount blockedCount days { day allowedCount blockedCount }
    }
    imports { ${volume} days { day ${volume} } }
  } }`;
  const from = dayFrom(await today(staff), -399);
  const sent = await statementsOf(() => staff.expectOk(ALL, { from }));
  // The server has statements of its own going; those of the statistics name the range.
  const reads = sent.filter(({ values }) => values.includes(from));
  expect(reads).toHaveLength(4);
  for (const { text: statement } of reads) {
    expect(statement).toMatch(/FROM (?:entry_count|opt_out_daily|attempt_daily|task)\b/);
    expect(statement).not.toMatch(/\b(?:FROM|JOIN) (?:entry|message|attempt|change|call_fact)\b/);
  }
});
