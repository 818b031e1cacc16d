import { expect, inject, test } from 'vitest';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase, runSql } from '../support/test-database.ts';
import { importKills } from './import-kills.ts';
import { seed } from './rounds.ts';

/** Once in `npm test`, as often as asked for by `npm run test:durability`. */
const kills = inject('durabilityRounds') ?? 1;

test(
  `exactly once in effect: a server on PostgreSQL is killed ${kills} times while it imports (seed ${seed})`,
  async () => {
    const { url, drop } = await createTestDatabase();
    onceEnded('a test database', drop);
    const endLeases = () => runSql(url, `UPDATE task SET lease_until = clock_timestamp() WHERE state = 'RUNNING'`);
    const figures = await importKills({ settings: { DATABASE_URL: url }, kills, seed, rows: 2_500, endLeases });
    console.log('PostgreSQL, SIGKILL of the server in an import:', JSON.stringify(figures));
    expect(figures.kills).toBe(kills);
  },
  120_000 + kills * 30_000,
);
