import type pg from 'pg';

/** Three years of a list, its counters as the write function leaves them, and what else statistics are made of. */
export async function prepare(database: pg.Client, environmentId: number): Promise<void> {
  await database.query(
    `INSERT INTO campaign (environment_id, id, key, name) SELECT ${environmentId}, k, 'campaign-' || k, 'Campaign ' || k FROM generate_series(1, 20) k`,
  );
  await database.query(
    `INSERT INTO opt_out_daily (environment_id, day, campaign_id, source, count)
     SELECT ${environmentId}, ${TODAY} - d, k, s, 1 + (d * 7 + k) % 40
       FROM generate_series(0, 1094) d, generate_series(0, 20) k, unnest('{SMS_KEYWORD,SMS_PHRASE,CALL_ACTION,DISPOSITION,IVR,TRANSCRIPT}'::entry_source[]) s`,
  );
  await database.query(
    `INSERT INTO attempt_daily (environment_id, day, campaign_id, list_id, direction, channel, decision, count)
     SELECT ${environmentId}, ${TODAY} - d, k, l, 'OUTBOUND', c, decision, 1 + (d * 13 + k * 7 + l) % 5000
       FROM generate_series(0, 1094) d, generate_series(0, 20) k, unnest('{CALL,SMS}'::text[]) c,
            (VALUES (0, 'ALLOW'), (0, 'BLOCK'), (1, 'BLOCK'), (2, 'BLOCK'), (3, 'BLOCK')) AS v(l, decision)`,
  );
  await database.query(
    `INSERT INTO task (environment_id, kind, state, actor_id, authority, input, counts, finished_at)
     SELECT ${environmentId}, (CASE WHEN n % 4 = 0 THEN 'IMPORT' ELSE 'ENTRY_EXPORT' END)::task_kind, 'DONE', a.id, 'ADMIN', '{"isDryRun": false}',
            '{"ROWS": 10000, "ADDED": 9000, "ALREADY_LISTED": 900, "INVALID": 100}', clock_timestamp() - n * interval '80 minutes'
       FROM (SELECT id FROM actor WHERE environment_id = ${environmentId} LIMIT 1) a, generate_series(1, 20000) n`,
  );
  // What no statistic, no deadline and no sweep of what has expired reads is left out of the table: it would take most of the time.
  const { rows } = await database.query<{ name: string }>(
    `SELECT indexrelid::regclass AS name FROM pg_index
      WHERE indrelid = 'entry'::regclass AND indexrelid NOT IN ('entry_pkey'::regclass, 'entry_waiting'::regclass, 'entry_due'::regclass)`,
  );
  for (const { name } of rows) await database.query(`DROP INDEX ${name}`);
  await database.query('SET session_replication_role = replica');
}

/** Entries from number `first` through `last`: one in twenty waits for review, asked for within the last 40 days. */
export async function addEntries(
  database: pg.Client,
  environmentId: number,
  first: number,
  last: number,
): Promise<void> {
  await database.query(
    `INSERT INTO entry (environment_id, phone, list_id, source, status, requested_at, created_by_id, created_at, updated_at, salt)
     SELECT ${environmentId}, '+1' || (2000000000 + n::bigint), 1 + n % 3, s.sources[1 + n % 9],
            (CASE WHEN n % 20 = 0 THEN 'PENDING' WHEN n % 7 = 0 THEN 'PERMANENT' ELSE 'APPROVED' END)::entry_status,
            CASE WHEN n % 20 = 0 THEN now() - (n::bigint * 7919 % 3456000) * interval '1 second' ELSE at.day END, a.id, at.day, at.day, '\\x00'
       FROM (SELECT id FROM actor WHERE environment_id = ${environmentId} LIMIT 1) a,
            (SELECT enum_range(NULL::entry_source) AS sources) s, generate_series(${first}, ${last}) n
      CROSS JOIN LATERAL (SELECT (${TODAY} - (n::bigint * 104729 % 1095)::int)::timestamp AT TIME ZONE 'UTC' AS day) at`,
  );
}

/** The counters of what there is, as the write function and the migration leave them. */
export async function count(database: pg.Client, environmentId: number): Promise<void> {
  await database.query(`TRUNCATE entry_daily, entry_count`);
  await database.query(
    `INSERT INTO entry_daily (environment_id, day, list_id, status, source, delta)
     SELECT ${environmentId}, (created_at AT TIME ZONE 'UTC')::date, list_id, status, source, count(*) FROM entry WHERE active GROUP BY 2, 3, 4, 5`,
  );
  await database.query(
    `INSERT INTO entry_count (environment_id, list_id, status, source, count)
     SELECT ${environmentId}, list_id, status, source, sum(delta) FROM entry_daily GROUP BY 2, 3, 4`,
  );
  await database.query('VACUUM ANALYZE entry');
  await database.query('ANALYZE entry_daily, entry_count, opt_out_daily, attempt_daily, task');
}

const TODAY = "(clock_timestamp() AT TIME ZONE 'UTC')::date";
