import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrate.ts';
import { compiled } from '../start/compiled.ts';
import { startPostgresServer } from './postgres-server.ts';
import { runSql, withDatabase } from './test-database.ts';

/** Before the first test file: one PostgreSQL, and in it a migrated template that each file copies; and the sources compiled. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const starting = startPostgresServer();
  compiled('src/main.ts');
  const server = await starting;
  const prefix = `quietline_test_${randomBytes(4).toString('hex')}`;
  const template = `${prefix}_template`;
  const folder = mkdtempSync(join(tmpdir(), 'quietline-template-'));
  const teardown = async () => {
    await dropDatabases(server.url, prefix);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
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
  project.provide('embeddedTemplate', join(folder, 'template'));
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
