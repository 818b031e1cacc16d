import { ask } from '../import/import-run.ts';
import type { ServerUnderTest } from '../import/server-under-test.ts';

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const statistics = (selection: string, days = 30) => `{ statistics(from: "${day(days - 1)}") { ${selection} } }`;

const entries = 'entries(groupBy: [LIST, STATUS, SOURCE]) { list { key } status source count days { day count } }';
const optOuts = 'optOuts(groupBy: [CAMPAIGN]) { campaign { key } count days { day count } }';
const attempts = 'attempts(groupBy: [LIST]) { list { key } blockedCount days { day blockedCount } }';
const imports = 'imports { rowCount addedCount days { day rowCount addedCount } }';
const requests = 'nodes { dueOn state entry { phone list { key } requestedAt } }';

/** What dashboards ask. */
export const questions: Readonly<Record<string, string>> = {
  'nothing: what any question costs': '{ viewer { __typename } }',
  'entries now, by list, status and source': statistics(
    'entries(groupBy: [LIST, STATUS, SOURCE]) { list { key } status source count }',
  ),
  'entries over 30 days, by list, status and source': statistics(entries),
  'entries over 400 days, by list': statistics('entries(groupBy: [LIST]) { list { key } days { day count } }', 400),
  'opt-outs over 30 days, by campaign': statistics(optOuts),
  'opt-outs over 400 days, by campaign and source': statistics(
    'optOuts(groupBy: [CAMPAIGN, SOURCE]) { campaign { key } source count }',
    400,
  ),
  'blocked attempts over 30 days, by list': statistics(attempts),
  'attempts over 400 days, by list, campaign and channel': statistics(
    'attempts(groupBy: [LIST, CAMPAIGN, CHANNEL]) { list { key } campaign { key } channel blockedCount }',
    400,
  ),
  'imports over 30 days': statistics(imports),
  'imports over 400 days': statistics(imports, 400),
  'a dashboard: all of it over 30 days': statistics(
    `entries(groupBy: [LIST]) { list { key } count days { day count } } ${optOuts} ${attempts} ${imports}`,
  ),
  'optOutDeadlines: 20 requests': `{ optOutDeadlines(first: 20) { ${requests} } }`,
  'optOutDeadlines: 20 of what is due soon': `{ optOutDeadlines(first: 20, state: DUE_SOON) { ${requests} } }`,
  'optOutDeadlines: the totals': '{ optOutDeadlines(first: 1) { totals { overdue dueSoon waiting isExact } } }',
};

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/**
 * Every question in turn, one after the other, over HTTP, on a server that has answered each before: whatever else the
 * machine does meets all of them alike.
 */
export async function measureAll({ url, keys }: ServerUnderTest, calls: number): Promise<Percentiles[]> {
  const documents = Object.values(questions);
  const times: number[][] = documents.map(() => []);
  for (let round = -20; round < calls; round++)
    for (const [n, query] of documents.entries()) {
      const began = performance.now();
      await ask(url, keys.production, query);
      if (round >= 0) times[n]!.push(performance.now() - began);
    }
  return times.map((taken) => {
    taken.sort((a, b) => a - b);
    const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))]!;
    return { p50: at(0.5), p99: at(0.99) };
  });
}
