import pg from 'pg';
import type { Client } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import type { Quietline } from '../support/quietline.ts';
import type { World } from '../support/world.ts';

/** The tables themselves, to count what the statistics must say, and to let days pass. */
export async function tablesOf(server: Quietline): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: (server.storage as { url: string }).url });
  await client.connect();
  onceEnded('a connection to the tables', () => client.end());
  return client;
}

/** Whatever was counted in this environment until now was counted a day earlier. */
export async function dayPasses(tables: pg.Client, { environmentId }: World): Promise<void> {
  // From the oldest on, so that no day meets the one before.
  for (const table of ['entry_daily', 'opt_out_daily', 'attempt_daily']) {
    const { rows } = await tables.query(
      `SELECT DISTINCT day::text FROM ${table} WHERE environment_id = $1 ORDER BY day`,
      [environmentId],
    );
    for (const { day } of rows)
      await tables.query(`UPDATE ${table} SET day = day - 1 WHERE environment_id = $1 AND day = $2::date`, [
        environmentId,
        day,
      ]);
  }
  await tables.query("UPDATE task SET finished_at = finished_at - interval '1 day' WHERE environment_id = $1", [
    environmentId,
  ]);
}

const ENTRIES = /* GraphQL */ `
  query Entries($from: Date, $to: Date, $groupBy: [EntryGroup!]) {
    statistics(from: $from, to: $to) {
      from to
      entries(groupBy: $groupBy) { list { key } status source count days { day count change } }
    }
  }
`;
export const entrySeries = async (by: Client, variables: object = {}) =>
  (await by.expectOk(ENTRIES, variables)).statistics.entries as EntrySeries[];

/** The same without their days, which is read otherwise. */
export const entryCounts = async (by: Client, variables: object = {}) =>
  (await by.expectOk(ENTRIES.replace(/days \{.*?\}/, ''), variables)).statistics.entries as Omit<EntrySeries, 'days'>[];

export interface EntrySeries {
  list: { key: string } | null;
  status: string | null;
  source: string | null;
  count: number;
  days: { day: string; count: number; change: number }[];
}

const RANGE =
  'query ($from: Date, $to: Date) { statistics(from: $from, to: $to) { from to entries { days { day } } } }';
export const rangeDocument = RANGE;

/** The day of the counters. */
export const today = async (by: Client): Promise<string> => (await by.expectOk(RANGE)).statistics.to;

/** Days before (or after) a day. */
export const dayFrom = (day: string, days: number) =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

export const OPT_OUTS = /* GraphQL */ `
  query OptOuts($from: Date, $groupBy: [OptOutGroup!]) {
    statistics(from: $from) { optOuts(groupBy: $groupBy) { campaign { key } source count days { day count } } }
  }
`;

export const ATTEMPTS = /* GraphQL */ `
  query Attempts($from: Date, $groupBy: [AttemptGroup!]) {
    statistics(from: $from) {
      attempts(groupBy: $groupBy) {
        list { key } campaign { key } channel direction allowedCount blockedCount days { day allowedCount blockedCount }
      }
    }
  }
`;

const VOLUME = 'importCount rowCount addedCount raisedCount alreadyListedCount duplicateCount invalidCount liftedCount';
export const IMPORTS = /* GraphQL */ `
  query Imports($from: Date) { statistics(from: $from) { imports { ${VOLUME} days { day ${VOLUME} } } } }
`;
