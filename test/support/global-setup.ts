import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrate.ts';
import { startPostgresServer } from './postgres-server.ts';
import { runSql, withDatabase } from './test-database.ts';

/** Before the first test file: one PostgreSQL, and in it a migrated template that each file copies. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgresServer();
  const prefix = `quietline_test_${randomBytes(4).toString('hex')}`;
  const template = `${prefix}_template`;
  const teardown = async () => {
    await dropDatabases(server.url, prefix);
    await server.stop();
  };
  try {
    await runSql(server.url, `CREATE DATABASE "${template}" TEMPLATE template0`);
    await migrate({ url: withDatabase(server.url, template) });
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('postgresUrl', server.url);
  project.provide('postgresTemplate', template);
  project.provide('postgresPrefix', prefix);
  return teardown;
}

/** Only a server of the developer's own keeps anything, but there it must not keep ours. */
async function dropDatabases(url: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of found.rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
