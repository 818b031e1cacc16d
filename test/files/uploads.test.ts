import { Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { databaseRows } from '../start/database-rows.ts';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { ask, begin, MIB, patch, random, rawId, SERVER_SECRET, sha256, slowly, storedBytes } from './file-door.ts';

const MAX = 4 * MIB;
let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline({ settings: { SERVER_SECRET, MAX_UPLOAD_BYTES: String(MAX) } });
  world = await newEnvironment(server);
  staff = await world.as('INTEGRATOR');
});

const UPLOAD = /* GraphQL */ `
  query ($id: ID!) { node(id: $id) { __typename ... on Upload { name size isComplete expiresAt } } }
`;
const post = (path: string, init: Parameters<typeof ask>[2] = {}) =>
  ask(server, path, { as: staff, method: 'POST', ...init });
const problemOf = async (answer: Response) =>
  (await answer.json()).errors[0] as { message: string; extensions: { code: string } };
const head = (path: string, init = {}) => post(path, { method: 'HEAD', ...init });
const storedRow = (id: string) =>
  databaseRows(
    (server.storage as { url: string }).url,
    'SELECT size, expires_at > now() AS "isKept" FROM stored_file WHERE id = $1',
    [rawId(id)],
  );
const codeOf = async (answer: Response) => (await problemOf(answer)).extensions.code;
/** Without an announced length, as from a pipe. */
const piped = (bytes: Uint8Array, chunk = 100_000) => {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, n) =>
    bytes.subarray(n * chunk, (n + 1) * chunk),
  );
  return { body: Readable.toWeb(Readable.from(chunks)) as ReadableStream, duplex: 'half' } as RequestInit;
};

describe('a file as the body of a request', () => {
  test('is kept byte by byte, and known to GraphQL by the id that comes back', async () => {
    const bytes = random(2 * MIB + 123);
    const answer = await post('/upload?name=folder/Liste%20%C3%BC.csv', { body: bytes });
    expect(answer.status).toBe(201);
    const made = await answer.json();
    expect(made).toEqual({ upload: expect.any(String), name: 'Liste ü.csv', size: bytes.length, isComplete: true });
    const { node } = await staff.expectOk(UPLOAD, { id: made.upload });
    expect(node).toMatchObject({ __typename: 'Upload', name: 'Liste ü.csv', size: bytes.length, isComplete: true });
    expect(Date.parse(node.expiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect(sha256(await storedBytes(server, world.environmentId, made.upload))).toBe(sha256(bytes));
  });

  test('may come by PUT (curl -T), without a length, without a name, and be empty', async () => {
    const bytes = random(MIB + 1);
    const put = await post('/upload?name=list.csv', { method: 'PUT', ...piped(bytes) });
    const { upload, size } = await put.json();
    expect(size).toBe(bytes.length);
    expect(sha256(await storedBytes(server, world.environmentId, upload))).toBe(sha256(bytes));
    expect(await (await post('/upload')).json()).toMatchObject({ name: 'upload', size: 0, isComplete: true });
  });

  test('is refused when it is too large: by what it announces, and by what comes', async () => {
    for (const body of [{ body: random(MAX + 1) }, piped(random(MAX + 1))]) {
      const answer = await post('/upload', body);
      expect(answer.status).toBe(413);
      const { message, extensions } = await problemOf(answer);
      expect(extensions.code).toBe('TOO_LARGE');
      expect(message).toContain(`${MAX} bytes here (MAX_UPLOAD_BYTES)`);
    }
    const headers = { authorization: `Bearer ${staff.token}`, 'content-length': String(MAX + 1) };
    expect(await slowly(server, 'POST /upload', headers).answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('is refused in a form, and packed', async () => {
    const form = new FormData();
    form.set('file', new File(['+14155550123'], 'list.csv'));
    const answer = await post('/upload', { body: form });
    expect(answer.status).toBe(415);
    expect((await problemOf(answer)).message).toContain('--data-binary');
    expect((await post('/upload', { body: 'x', headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
  });
});

describe('a resumable upload (tus 1.0)', () => {
  test('is begun, sent in pieces and complete with its last byte', async () => {
    const bytes = random(2 * MIB + 7);
    const path = await begin(server, staff, bytes.length, 'Liste ü.csv');
    const first = await patch(server, staff, path, 0, bytes.subarray(0, 1_500_000));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '1500000']);
    expect(first.headers.get('tus-resumable')).toBe('1.0.0');
    const id = path.split('/').at(-1);
    const { node } = await staff.expectOk(UPLOAD, { id });
    expect(node).toMatchObject({ name: 'Liste ü.csv', size: 1_500_000, isComplete: false });
    const told = await head(path);
    expect(Object.fromEntries(told.headers)).toMatchObject({
      'upload-offset': '1500000',
      'upload-length': String(bytes.length),
      'cache-control': 'no-store',
      'upload-expires': expect.stringContaining('GMT'),
    });
    expect((await patch(server, staff, path, 1_500_000, bytes.subarray(1_500_000))).status).toBe(204);
    expect((await staff.expectOk(UPLOAD, { id })).node).toMatchObject({ size: bytes.length, isComplete: true });
    expect(sha256(await storedBytes(server, world.environmentId, path))).toBe(sha256(bytes));
  });

  test('is where clients find it, also behind a proxy that takes a part of the path away', async () => {
    const publicUrl = 'https://example.com/quietline';
    const proxied = await startQuietline({
      database: server.storage,
      settings: { SERVER_SECRET, PUBLIC_URL: publicUrl },
    });
    expect(await begin(proxied, staff, 10)).toMatch(`${publicUrl}/upload/`);
    const whole = await ask(proxied, '/upload', { as: staff, method: 'POST', body: 'x' });
    expect(whole.headers.get('location')).toBe(`${publicUrl}/upload/${(await whole.json()).upload}`);
  });

  test('answers 409 with the right offset to a wrong one, and takes nothing', async () => {
    const path = await begin(server, staff, 10);
    await patch(server, staff, path, 0, Buffer.from('abcd'));
    for (const wrong of [0, 3, 5]) {
      const answer = await patch(server, staff, path, wrong, Buffer.from('x'));
      expect([answer.status, answer.headers.get('upload-offset')]).toEqual([409, '4']);
      expect(await codeOf(answer)).toBe('OFFSET_CONFLICT');
    }
    expect((await head(path)).headers.get('upload-offset')).toBe('4');
  });

  test('of two that send the same place at once one is taken', async () => {
    const path = await begin(server, staff, 2 * MIB);
    const answers = await Promise.all([1, 2, 3].map(() => patch(server, staff, path, 0, random(MIB))));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409]);
    expect((await head(path)).headers.get('upload-offset')).toBe(String(MIB));
  });

  test('may bring its first bytes along, and takes no more than it announced', async () => {
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-length': '4',
      'content-type': 'application/offset+octet-stream',
    };
    const answer = await post('/upload', { headers, body: 'abc' });
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([201, '3']);
    const path = answer.headers.get('location')!;
    expect((await patch(server, staff, path, 3, Buffer.from('de'))).status).toBe(413);
    expect((await patch(server, staff, path, 3, Buffer.from('d'))).status).toBe(204);
    expect((await patch(server, staff, path, 4, Buffer.from('e'))).status).toBe(413);
  });

  test('is refused beyond the largest size, and OPTIONS tells that and what can be done', async () => {
    const answer = await post('/upload', { headers: { 'upload-length': String(MAX + 1) } });
    expect([answer.status, await codeOf(answer)]).toEqual([413, 'TOO_LARGE']);
    const options = await ask(server, '/upload', { method: 'OPTIONS' });
    expect(options.status).toBe(204);
    expect(Object.fromEntries(options.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-max-size': String(MAX),
      'tus-extension': 'creation,creation-with-upload,expiration,termination',
    });
  });

  test('says what a request lacks', async () => {
    const path = await begin(server, staff, 10);
    const wrong: [number, string, Parameters<typeof ask>[2]][] = [
      [400, '/upload', { headers: { 'upload-length': '1e3' } }],
      [400, '/upload', { headers: { 'upload-defer-length': '1' } }],
      [412, '/upload', { headers: { 'upload-length': '1', 'tus-resumable': '0.2.2' } }],
      [415, path, { method: 'PATCH', body: 'x', headers: { 'upload-offset': '0' } }],
      [400, path, { method: 'PATCH', body: 'x', headers: { 'content-type': 'application/offset+octet-stream' } }],
      [405, path, { method: 'GET' }],
    ];
    for (const [status, where, init] of wrong) expect((await post(where, init)).status).toBe(status);
  });

  test('is gone when it is deleted, also by those who know POST alone', async () => {
    const paths = [await begin(server, staff, 10), await begin(server, staff, 10)] as const;
    expect((await post(paths[0], { method: 'DELETE' })).status).toBe(204);
    expect((await post(paths[1], { headers: { 'x-http-method-override': 'DELETE' } })).status).toBe(204);
    for (const path of paths) expect((await head(path)).status).toBe(404);
  });
});

describe('who may', () => {
  test('nobody without a key, and no role that may not import', async () => {
    const anonymous = await ask(server, '/upload', { method: 'POST', body: 'x' });
    expect([anonymous.status, await codeOf(anonymous)]).toEqual([401, 'UNAUTHENTICATED']);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    const unknown = await ask(server, '/upload', { method: 'POST', body: 'x', as: server.withToken('nonsense') });
    expect(unknown.status).toBe(401);
    const path = await begin(server, staff, 10);
    for (const role of ['AGENT', 'DIALER', 'AUDITOR', 'READ_ONLY'] as const) {
      const as = await world.as(role);
      const answer = await post('/upload', { as, body: 'x' });
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'FORBIDDEN']);
      for (const method of ['HEAD', 'DELETE']) expect((await post(path, { as, method })).status).toBe(403);
      expect((await patch(server, as, path, 0, Buffer.from('x'))).status).toBe(403);
    }
  });

  test('an upload of another environment is what there is none of (invariant 8)', async () => {
    const path = await begin(server, staff, 10);
    const other = await world.sandbox.as('ADMIN');
    const none = `/upload/${Buffer.from('Upload:00000000-0000-4000-8000-000000000000').toString('base64url')}`;
    const seen = await Promise.all(
      [path, none, '/upload/nonsense'].map(async (where) => {
        const answer = await patch(server, other, where, 0, Buffer.from('x'));
        return [answer.status, await answer.text()];
      }),
    );
    expect(seen[0]![0]).toBe(404);
    expect(new Set(seen.map(String)).size).toBe(1);
    expect((await other.expectOk(UPLOAD, { id: path.split('/').at(-1) })).node).toBeNull();
  });

  test('nobody but whoever began it sees it, goes on with it or deletes it', async () => {
    const path = await begin(server, await world.as('ADMIN'), 10);
    const id = path.split('/').at(-1)!;
    for (const other of [staff, await world.as('COMPLIANCE')]) {
      const answers = [
        await head(path, { as: other }),
        await patch(server, other, path, 0, Buffer.from('+1')),
        await post(path, { as: other, method: 'DELETE' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect((await other.expectOk(UPLOAD, { id })).node).toBeNull();
    }
    expect(await storedRow(id)).toMatchObject([{ size: '0', isKept: true }]);
  });

  test('what a task has made is no upload', async () => {
    const path = await begin(server, staff, 10);
    const id = path.split('/').at(-1)!;
    const { url } = server.storage as { url: string };
    await databaseRows(url, `UPDATE stored_file SET purpose = 'EXPORT' WHERE id = $1`, [rawId(path)]);
    expect((await patch(server, staff, path, 0, Buffer.from('x'))).status).toBe(404);
    expect((await staff.expectOk(UPLOAD, { id })).node).toBeNull();
  });

  test('browsers of allowed origins may, and read what they need', async () => {
    const origin = 'https://app.example.com';
    const open = await startQuietline({
      database: server.storage,
      settings: { SERVER_SECRET, ALLOWED_ORIGINS: origin },
    });
    const asked = {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'upload-offset',
    };
    const preflight = await ask(open, '/upload/x', { method: 'OPTIONS', headers: asked });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('upload-offset');
    expect(preflight.headers.get('access-control-expose-headers')).toContain('location');
    expect((await ask(open, '/download/x', { method: 'OPTIONS', headers: { origin } })).status).toBe(204);
  });
});

test('who lost the id of an upload finds it among their own, complete or not, the newest first', async () => {
  const here = await newEnvironment(server);
  const [mine, others] = [await here.as('INTEGRATOR'), await here.as('ADMIN')];
  const UPLOADS = '{ uploads { id name size expectedSize isComplete createdAt } }';
  expect((await mine.expectOk(UPLOADS)).uploads).toEqual([]);
  const path = await begin(server, mine, 10);
  await patch(server, mine, path, 0, Buffer.from('phone'));
  const whole = await (
    await ask(server, '/upload?name=b.csv', { as: mine, method: 'POST', body: Buffer.from('phone') })
  ).json();
  await ask(server, '/upload?name=c.csv', { as: others, method: 'POST', body: Buffer.from('phone') });
  const { uploads } = await mine.expectOk(UPLOADS);
  expect(uploads).toEqual([
    { id: whole.upload, name: 'b.csv', size: 5, expectedSize: 5, isComplete: true, createdAt: expect.any(String) },
    expect.objectContaining({ size: 5, expectedSize: 10, isComplete: false }),
  ]);
  expect(path).toContain(uploads[1].id);
  expect((await ask(server, path, { as: mine, method: 'DELETE' })).status).toBe(204);
  expect((await mine.expectOk(UPLOADS)).uploads).toHaveLength(1);
  await (await here.as('AGENT')).expectError('FORBIDDEN', UPLOADS);
});
