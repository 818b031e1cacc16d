import { beforeAll, expect, test, vi } from 'vitest';
import type { Client } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { databaseRows } from './database-rows.ts';
import { runOperator, type ServerProcess, startServerProcess } from './server-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let url: string;
let servers: readonly ServerProcess[];

beforeAll(async () => {
  const database = await createTestDatabase({ empty: true });
  url = database.url;
  onceEnded('a test database', database.drop);
  servers = [1, 2, 3].map(() => startServerProcess({ DATABASE_URL: url }));
  await Promise.all(servers.map(({ listening }) => listening));
});

const whoIs = async (client: Client) =>
  (await client.expectOk('{ viewer { role environment { key } } }')).viewer as {
    role: string;
    environment: { key: string };
  };

test('servers that start at once on an empty database all come up; one migrates it, one shows keys (P3.4)', async () => {
  for (const server of servers) expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  const migrating = servers.filter((server) => server.stdout().includes('Applied a migration'));
  expect(migrating).toHaveLength(1);
  const [migrations] = await databaseRows<{ all: number; once: number }>(
    url,
    'SELECT count(*)::int AS all, count(DISTINCT migration_name)::int AS once FROM _prisma_migrations WHERE finished_at IS NOT NULL',
  );
  expect(migrations!.all).toBe(migrations!.once);
  expect(await databaseRows(url, 'SELECT 1 FROM account')).toHaveLength(1);
  expect(await databaseRows(url, 'SELECT 1 FROM instance')).toHaveLength(1);

  const showing = servers.filter((server) => server.keys().length > 0);
  expect(showing).toHaveLength(1);
  for (const server of servers) {
    const viewers = await Promise.all(showing[0]!.keys().map((key) => whoIs(server.client(key))));
    expect(viewers).toEqual([
      { role: 'ADMIN', environment: { key: 'production' } },
      { role: 'ADMIN', environment: { key: 'sandbox' } },
    ]);
  }
});

test('the operator makes accounts and keys while servers run, and they are good at once', async () => {
  const settings = { DATABASE_URL: url };
  const created = await runOperator(settings, 'accounts', 'create', 'Acme Ltd');
  expect(created.exitCode).toBe(0);
  const [production, sandbox] = created.stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[1]);
  const made = runOperator(
    settings,
    ...[
      'keys',
      'create',
      '--account',
      'Acme Ltd',
      '--environment',
      'production',
      '--role',
      'DIALER',
      '--name',
      'Dialer 1',
    ],
  );
  const [listed, dialer] = await Promise.all([runOperator(settings, 'accounts', 'list'), made]);
  expect(listed).toMatchObject({
    exitCode: 0,
    stdout: '1\tmain\tproduction,sandbox\n2\tAcme Ltd\tproduction,sandbox\n',
  });
  expect(dialer).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ql_live_\w{36}\n$/) });

  for (const server of servers) {
    expect(await whoIs(server.client(production))).toEqual({ role: 'ADMIN', environment: { key: 'production' } });
    expect(await whoIs(server.client(sandbox))).toEqual({ role: 'ADMIN', environment: { key: 'sandbox' } });
    expect(await whoIs(server.client(dialer.stdout.trim()))).toEqual({
      role: 'DIALER',
      environment: { key: 'production' },
    });
  }
  const [first] = servers;
  const { apiKeys } = await first!
    .client(production)
    .expectOk('{ apiKeys(first: 1) { nodes { name createdBy { name } } } }');
  expect(apiKeys.nodes).toEqual([{ name: 'Dialer 1', createdBy: { name: expect.stringMatching(/operator/i) } }]);
});

test('SIGTERM ends each of them with 0', async () => {
  const exits = await Promise.all(servers.map((server) => server.kill('SIGTERM')));
  expect(exits).toEqual(servers.map(() => ({ code: 0, signal: null })));
});
