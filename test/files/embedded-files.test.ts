import { beforeAll, expect, test } from 'vitest';
import { FileCleaner } from '../../src/domain/files/forget-files.ts';
import { Uploads } from '../../src/domain/files/uploads.ts';
import { installation, newAccount } from '../accounts/installation.ts';
import { quiet } from '../db/support-log.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { ask, begin, MIB, offsetOf, patch, random, SERVER_SECRET, sha256, storedBytes } from './file-door.ts';

let server: Quietline;

beforeAll(async () => {
  server = await startQuietline({ database: 'pglite', settings: { SERVER_SECRET } });
});

test('files come in and go out on the embedded database too, and others are answered meanwhile', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('ADMIN');
  const bytes = random(3 * MIB + 1);
  const path = await begin(server, staff, bytes.length);
  expect((await patch(server, staff, path, 0, bytes.subarray(0, MIB + 5))).status).toBe(204);
  expect(await offsetOf(server, staff, path)).toBe(MIB + 5);
  const [rest, whole, check] = await Promise.all([
    patch(server, staff, path, MIB + 5, bytes.subarray(MIB + 5)),
    ask(server, '/upload?name=a.csv', { as: staff, method: 'POST', body: bytes }),
    staff.expectOk('{ check(phone: "+14155550123", channel: CALL) { decision } }'),
  ]);
  expect([rest.status, whole.status, check.check.decision]).toEqual([204, 201, 'ALLOW']);
  for (const kept of [(await whole.json()).upload, path]) {
    expect(sha256(await storedBytes(server, world.environmentId, kept))).toBe(sha256(bytes));
  }
  expect((await ask(server, path, { as: staff, method: 'DELETE' })).status).toBe(204);
  expect(await offsetOf(server, staff, path)).toBeNaN();
});

test('what was deleted there makes room for what comes', async () => {
  const here = await installation('pglite');
  const { database, log } = here;
  const { admin } = await newAccount(here);
  const cleaner = new FileCleaner({ database, log: quiet });
  const limits = { maxUploadBytes: 1e9, maxStoredUploadBytes: 1e12 };
  const uploads = new Uploads({ database, log, limits, cleaner });
  const diskBytes = async () => {
    const { rows } = await database.read.query<{ bytes: string }>(
      `SELECT pg_total_relation_size('file_part') AS bytes`,
    );
    return Number(rows[0]!.bytes);
  };
  for (let n = 0; n < 2; n += 1) {
    const file = await uploads.store(admin, { name: 'list.csv', bytes: random(2 * MIB) });
    expect(await diskBytes()).toBeGreaterThan(2 * MIB);
    await uploads.discard(file);
    await cleaner.clean();
    expect(await diskBytes()).toBeLessThan(MIB);
  }
});
