import { beforeAll, describe, expect, test } from 'vitest';
import { databaseRows } from '../start/database-rows.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import {
  ask,
  begin,
  MIB,
  offsetOf,
  patch,
  random,
  rawId,
  SERVER_SECRET,
  sha256,
  slowly,
  slowPatch,
  storedBytes,
} from './file-door.ts';

let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline({ settings: { SERVER_SECRET, MAX_UPLOADS: '3' } });
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
});

const untilOffset = (path: string, atLeast: number) =>
  expect.poll(() => offsetOf(server, staff, path), { interval: 20, timeout: 5_000 }).toBeGreaterThanOrEqual(atLeast);

/** From wherever it stands to the end, as a client that resumes does. */
async function finish(at: Quietline, as: Client, path: string, bytes: Buffer<ArrayBuffer>): Promise<void> {
  for (let offset = await offsetOf(at, as, path); offset < bytes.length; ) {
    const answer = await patch(at, as, path, offset, bytes.subarray(offset));
    offset = answer.status === 204 ? bytes.length : await offsetOf(at, as, path);
  }
}

describe('what was interrupted goes on', () => {
  test('after the connection was cut: nothing that had come in whole parts is asked for again', async () => {
    const bytes = random(4 * MIB);
    const path = await begin(server, staff, bytes.length);
    const request = slowPatch(server, staff, path, 0, bytes.length);
    await request.send(bytes.subarray(0, 2.5 * MIB));
    await untilOffset(path, 2 * MIB);
    request.socket.resetAndDestroy();
    await finish(server, staff, path, bytes);
    expect(sha256(await storedBytes(server, world.environmentId, path))).toBe(sha256(bytes));
  });

  test('after its server stopped: everything that had come is kept, and another server takes the rest', async () => {
    const bytes = random(3 * MIB);
    const first = await startQuietline({ database: server.storage, settings: { SERVER_SECRET } });
    const path = await begin(first, staff, bytes.length);
    const request = slowPatch(first, staff, path, 0, bytes.length);
    await request.send(bytes.subarray(0, 1.5 * MIB));
    await untilOffset(path, MIB);
    await first.close();
    expect(await request.answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 5[\s\S]*SHUTTING_DOWN/i);
    expect(await offsetOf(server, staff, path)).toBeGreaterThan(MIB);
    await finish(server, staff, path, bytes);
    expect(sha256(await storedBytes(server, world.environmentId, path))).toBe(sha256(bytes));
  });

  test('but a whole file that was cut leaves nothing behind', async () => {
    const own = await newEnvironment(server);
    const admin = await own.as('ADMIN');
    const request = slowly(server, 'POST /upload?name=cut.csv', {
      authorization: `Bearer ${admin.token}`,
      'content-length': String(20 * MIB),
    });
    await request.send(random(3 * MIB));
    await expect.poll(() => rowsOf(own), { interval: 20, timeout: 5_000 }).toHaveLength(4);
    request.socket.resetAndDestroy();
    await expect.poll(() => rowsOf(own), { interval: 20, timeout: 5_000 }).toEqual([]);
  });

  test('and a key that is revoked meanwhile sends no more (P2.8)', async () => {
    const leaving = await world.withNewKey('INTEGRATOR');
    const path = await begin(server, leaving, 10 * MIB);
    const request = slowPatch(server, leaving, path, 0, 10 * MIB);
    await request.send(random(1.5 * MIB));
    await expect.poll(() => sizeOf(path), { interval: 20, timeout: 5_000 }).toBe(MIB);
    const admin = await world.as('ADMIN');
    const { apiKeys } = await admin.expectOk('{ apiKeys(first: 100) { nodes { id role } } }');
    const { id } = apiKeys.nodes.find(({ role }: { role: string }) => role === 'INTEGRATOR');
    await admin.expectOk(
      'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { isChanged userErrors { code message } } }',
      { id },
    );
    await request.send(random(2 * MIB));
    expect(await request.answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(await sizeOf(path)).toBe(MIB);
  });
});

/** The rows of an environment's files and of their parts, asked past every server. */
/** What has come of an upload, whosever it is. */
async function sizeOf(path: string): Promise<number> {
  const { url } = server.storage as { url: string };
  const rows = await databaseRows<{ size: string }>(url, 'SELECT size FROM stored_file WHERE id = $1', [rawId(path)]);
  return Number(rows[0]!.size);
}

async function rowsOf(of: World, at = server): Promise<unknown[]> {
  const { url } = at.storage as { url: string };
  const text = `SELECT id FROM stored_file WHERE environment_id = $1
    UNION ALL SELECT file_id FROM file_part WHERE environment_id = $1`;
  return databaseRows(url, text, [of.environmentId]);
}

describe('bounds', () => {
  test('one environment has half of the places, and is told when to come back', async () => {
    const open = [await begin(server, staff, 2 * MIB), await begin(server, staff, 2 * MIB)] as const;
    const held = open.map((path) => slowPatch(server, staff, path, 0, 2 * MIB));
    for (const request of held) await request.send(random(MIB));
    for (const path of open) await untilOffset(path, MIB);
    const refused = await ask(server, '/upload', { as: staff, method: 'POST', body: 'x' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    const others = await world.sandbox.as('ADMIN');
    expect((await ask(server, '/upload', { as: others, method: 'POST', body: 'x' })).status).toBe(201);
    for (const { socket } of held) socket.resetAndDestroy();
    await expect
      .poll(async () => (await ask(server, '/upload', { as: staff, method: 'POST', body: 'x' })).status, {
        interval: 20,
      })
      .toBe(201);
  });

  test('the bytes of all uploads of an environment, announced ones too; deleting makes room', async () => {
    const small = await startQuietline({
      settings: { SERVER_SECRET, MAX_UPLOAD_BYTES: '3000', MAX_STORED_UPLOAD_BYTES: '5000' },
    });
    const own = await newEnvironment(small);
    const as = await own.as('ADMIN');
    const path = await begin(small, as, 3000);
    const send = (bytes: number, who = as) => ask(small, '/upload', { as: who, method: 'POST', body: random(bytes) });
    expect((await send(1500)).status).toBe(201);
    const full = await send(501);
    expect(full.status).toBe(507);
    expect(await full.text()).toMatch(/take 4500 of 5000 bytes \(MAX_STORED_UPLOAD_BYTES\).*STORAGE_FULL/);
    expect((await send(501, await own.sandbox.as('ADMIN'))).status).toBe(201);
    expect((await ask(small, path, { as, method: 'DELETE' })).status).toBe(204);
    expect((await send(3000)).status).toBe(201);
  });

  test('of one without a length what it has and the next part: others fit beside it, and it ends where nothing is left', async () => {
    const small = await startQuietline({
      settings: { SERVER_SECRET, MAX_UPLOAD_BYTES: String(3 * MIB), MAX_STORED_UPLOAD_BYTES: String(4 * MIB) },
    });
    const own = await newEnvironment(small);
    const as = await own.as('ADMIN');
    const piped = slowly(small, 'POST /upload', {
      authorization: `Bearer ${as.token}`,
      'transfer-encoding': 'chunked',
    });
    const send = (bytes: Buffer) =>
      piped.send(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
    await send(random(MIB / 2));
    await expect.poll(() => rowsOf(own, small), { interval: 20 }).toHaveLength(1);
    expect((await ask(small, '/upload', { as, method: 'POST', body: random(2.5 * MIB) })).status).toBe(201);
    await send(random(2 * MIB));
    const full = await piped.answer;
    expect(full).toMatch(/^HTTP\/1\.1 507 [\s\S]*STORAGE_FULL/);
    const ends = /The next one ends at ([0-9TZ:.-]+)\./.exec(full)![1]!;
    expect(Math.abs(Date.parse(ends) - Date.now() - 86_400_000)).toBeLessThan(60_000);
  });

  test('a hundred that were begun and not finished', async () => {
    const own = await newEnvironment(server);
    const as = await own.as('ADMIN');
    const paths = [];
    for (let n = 0; n < 100; n += 1) paths.push(await begin(server, as, 10));
    const more = () => ask(server, '/upload', { as, method: 'POST', headers: { 'upload-length': '10' } });
    const refused = await more();
    expect(refused.status).toBe(429);
    expect(await refused.text()).toMatch(/100 uploads .* finish them, or delete them.*TOO_MANY/);
    await patch(server, as, paths[0]!, 0, random(10));
    expect((await more()).status).toBe(201);
  });
});
