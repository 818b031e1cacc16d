import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { migrate } from '../../../src/db/migrate.ts';
import { runSql, withDatabase } from '../../support/test-database.ts';

/** What COPY of the same rows costs, into the same tables with the same indexes, triggers and keys. */
export interface CopyCost {
  readonly fileOrderMs: number;
  readonly sortedMs: number;
}

const parents = ['account', 'environment', 'list', 'actor', 'text_value', 'task'];
const measured = ['entry', 'change_set', 'change'];

/** Takes the rows that an import left in `source`, and copies them into fresh databases: as in the file (in no order), and sorted. */
export async function measureCopy(adminUrl: string, source: string, folder: string): Promise<CopyCost> {
  const files = new Map<string, string>();
  const client = await connected(withDatabase(adminUrl, source));
  const orders: Record<string, string> = { change_set: 'position', change: 'position' };
  for (const table of [...parents, ...measured.slice(1)])
    files.set(
      table,
      await copyOut(
        client,
        folder,
        table,
        `SELECT * FROM ${table} ${orders[table] ? `ORDER BY environment_id, ${orders[table]}` : ''}`,
      ),
    );
  files.set('entry random', await copyOut(client, folder, 'entry-random', 'SELECT * FROM entry ORDER BY md5(phone)'));
  files.set(
    'entry sorted',
    await copyOut(client, folder, 'entry-sorted', 'SELECT * FROM entry ORDER BY environment_id, phone'),
  );
  await client.end();
  const cost = {
    fileOrderMs: await copyIn(adminUrl, files, 'random'),
    sortedMs: await copyIn(adminUrl, files, 'sorted'),
  };
  for (const path of files.values()) rmSync(path);
  return cost;
}

async function copyOut(client: pg.Client, folder: string, name: string, query: string): Promise<string> {
  const path = join(folder, `${name}.copy`);
  await pipeline(client.query(copyTo(`COPY (${query}) TO STDOUT`)), createWriteStream(path));
  return path;
}

async function copyIn(
  adminUrl: string,
  files: ReadonlyMap<string, string>,
  order: 'random' | 'sorted',
): Promise<number> {
  const name = `bench_copy_${order}`;
  await runSql(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name}`);
  const url = withDatabase(adminUrl, name);
  await migrate({ url });
  const client = await connected(url);
  const load = async (table: string, path: string) =>
    pipeline(createReadStream(path), client.query(copyFrom(`COPY ${table} FROM STDIN`)));
  for (const table of parents) await load(table, files.get(table)!);
  await client.query('CHECKPOINT');
  const began = performance.now();
  await load('entry', files.get(`entry ${order}`)!);
  for (const table of measured.slice(1)) await load(table, files.get(table)!);
  const ms = performance.now() - began;
  await client.end();
  await runSql(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  return ms;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
