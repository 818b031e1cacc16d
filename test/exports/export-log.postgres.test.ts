import { expect, test } from 'vitest';
import { beginningOfLog, endOfLog } from '../../src/domain/exports/export-cursor.ts';
import type { LogExportTask } from '../../src/domain/exports/start-log-export.ts';
import { logExportHandler } from '../../src/tasks/export-log.ts';
import { add, newLogEnvironment, openLogServer, phoneOf, writer } from '../changes/log-world.ts';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { batches, claim, fileOf, finish, newTask } from './claims.ts';
import { verifyExportedLog } from './independent-verifier.ts';

test('killed after every batch, the file is the one of an uninterrupted run, and verifies (design.md, "Storage")', async () => {
  const { url, drop } = await createTestDatabase();
  onceEnded('a test database', drop);
  const server = await openLogServer(url);
  const { database } = server;
  const environmentId = await newLogEnvironment(database);
  const write = writer(server, environmentId);
  for (let n = 0; n < 5; n += 1)
    await write(Array.from({ length: 1_000 }, (_, row) => add(phoneOf(n * 1_000 + row), { reason: `reason ${row}` })));
  const cursor = await endOfLog(database.read, environmentId);
  const input: LogExportTask = {
    after: beginningOfLog(cursor.epoch),
    cursor,
    format: { kind: 'NDJSON', isForSpreadsheet: true },
  };
  const start = () => newTask(database, environmentId, { kind: 'LOG_EXPORT', input });
  const handler = logExportHandler({ database });

  const whole = await start();
  await batches((await claim(database, handler)).work);
  await finish(database, whole);
  const killed = await start();
  // What is written behind the place of the start isn't in the file.
  await write([add(phoneOf(9_000))]);
  let claims = 0;
  while (!(await batches((await claim(database, handler)).work, 1))) claims += 1;

  const file = await fileOf(database, environmentId, killed);
  expect(claims).toBeGreaterThan(2);
  expect(file.equals(await fileOf(database, environmentId, whole))).toBe(true);
  expect(verifyExportedLog(file.toString())).toEqual({ after: 0, position: cursor.position, hash: cursor.hash });
  const { rows } = await database.read.query('SELECT rows_done::int, rows_total::int FROM task WHERE id = $1', [
    killed,
  ]);
  expect(rows).toEqual([{ rows_done: cursor.position, rows_total: cursor.position }]);
});
