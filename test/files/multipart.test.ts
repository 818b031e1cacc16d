import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { ask, MIB, random, SERVER_SECRET, sha256, slowly, storedBytes } from './file-door.ts';

const MAX = 3 * MIB;
let server: Quietline;
let world: World;
let staff: Client;

beforeAll(async () => {
  server = await startQuietline({ settings: { SERVER_SECRET, MAX_MULTIPART_BYTES: String(MAX) } });
  world = await newEnvironment(server);
  staff = await world.as('INTEGRATOR');
});

const UPLOAD_FILE = /* GraphQL */ `
  mutation ($input: UploadFileInput!) {
    uploadFile(input: $input) {
      upload { id name size isComplete expiresAt }
      cursor
      notice
      userErrors { code message path }
    }
  }
`;

interface FormParts {
  readonly operations?: string;
  readonly map?: string;
  readonly files?: readonly File[];
}

function form(parts: FormParts): FormData {
  const made = new FormData();
  const operations = { query: UPLOAD_FILE, variables: { input: { file: null } } };
  made.set('operations', parts.operations ?? JSON.stringify(operations));
  made.set('map', parts.map ?? '{"0":["variables.input.file"]}');
  for (const [n, file] of (parts.files ?? [new File(['x'], 'list.csv')]).entries()) made.set(String(n), file);
  return made;
}

const send = (body: FormData, as?: Client) => ask(server, '/graphql', { method: 'POST', body, ...(as && { as }) });
const codeOf = async (answer: Response) => (await answer.json()).errors[0].extensions.code as string;

describe('a small file inside a GraphQL request', () => {
  test('is kept byte by byte', async () => {
    const bytes = random(2 * MIB + 1);
    const answer = await send(form({ files: [new File([bytes], 'folder/Liste ü.csv')] }), staff);
    const { uploadFile } = (await answer.json()).data;
    expect(uploadFile).toEqual({
      upload: {
        id: expect.any(String),
        name: 'Liste ü.csv',
        size: bytes.length,
        isComplete: true,
        expiresAt: expect.any(String),
      },
      cursor: expect.any(String),
      notice: null,
      userErrors: [],
    });
    expect(sha256(await storedBytes(server, world.environmentId, uploadFile.upload.id))).toBe(sha256(bytes));
  });

  test('answers the place where the log stands, and changes nothing there; sent again it is another upload', async () => {
    const variables = { input: { file: new File(['+14155550123'], 'a.csv'), name: 'mine.csv' } };
    const first = await staff.expectOk(UPLOAD_FILE, variables);
    const second = await staff.expectOk(UPLOAD_FILE, variables);
    expect(first.uploadFile.upload).toMatchObject({ name: 'mine.csv', size: 12 });
    expect(second.uploadFile.upload.id).not.toBe(first.uploadFile.upload.id);
    expect(second.uploadFile.cursor).toBe(first.uploadFile.cursor);
  });

  test('is refused without an Authorization header, whoever sends the form (CSRF)', async () => {
    const answer = await send(form({}));
    expect([answer.status, await codeOf(answer)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect((await send(form({}), server.withToken('ql_live_nonsense'))).status).toBe(401);
  });

  test('is refused beyond MAX_MULTIPART_BYTES: by what it announces, and by what comes', async () => {
    const announced = await send(form({ files: [new File([random(MAX)], 'large.csv')] }), staff);
    expect(announced.status).toBe(413);
    expect((await announced.json()).errors[0].message).toContain(
      `${MAX} bytes (MAX_MULTIPART_BYTES). Send the file to POST /upload.`,
    );
    const unsent = slowly(server, 'POST /graphql', {
      authorization: `Bearer ${staff.token}`,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': String(MAX + 1),
    });
    expect(await unsent.answer).toMatch(/^HTTP\/1\.1 413 /);
    const counted = slowly(server, 'POST /graphql', {
      authorization: `Bearer ${staff.token}`,
      'content-type': 'multipart/form-data; boundary=x',
      'transfer-encoding': 'chunked',
    });
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), random(MIB), Buffer.from('\r\n')]);
    for (let n = 0; n < 4; n += 1) void counted.send(chunk).catch(() => undefined);
    expect(await counted.answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*MAX_MULTIPART_BYTES/);
  });

  test('comes alone, and by the specification', async () => {
    const two = form({ files: [new File(['x'], 'a.csv'), new File(['y'], 'b.csv')] });
    const wrong: FormData[] = [
      two,
      form({ operations: '{"query": ' }),
      form({ operations: 'null' }),
      form({ operations: '[]' }),
      form({ map: '{"0": 5}' }),
      form({ map: 'nonsense' }),
    ];
    for (const body of wrong) expect((await send(body, staff)).status).toBe(400);
    const [polluted] = [form({ map: '{"0":["__proto__.polluted"]}' })];
    await send(polluted!, staff);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(server.log()).not.toContain('unexpected error');
  });

  test.each([
    ['a numeric step', '{"0":["variables.i.4294967294"]}'],
    ['a place that is not null', '{"0":["variables.text"]}'],
    ['a place that is not there', '{"0":["variables.input.other"]}'],
    ['a place outside the variables', '{"0":["query"]}'],
    ['several paths', '{"0":["variables.input.file","variables.input.name"]}'],
    ['several entries', '{"0":["variables.input.file"],"1":["variables.input.name"]}'],
    ['no entry', '{}'],
    ['a prototype', '{"0":["variables.__proto__.file"]}'],
    ['a prototype of its own making', '{"0":["variables.own.__proto__"]}'],
    ['a constructor', '{"0":["variables.constructor.prototype"]}'],
  ])('is put in one place that waits for it: %s is refused', async (_, map) => {
    const operations = `{"query":${JSON.stringify(UPLOAD_FILE)},"variables":{"i":[],"text":"x","own":{"__proto__":null},"input":{"file":null,"name":null}}}`;
    const answer = await send(form({ operations, map }), staff);
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'INVALID_MULTIPART']);
    expect((await send(form({ operations: operations.replace('"i":[],', '') }), staff)).status).toBe(200);
  });

  test('is no text, and no part of the query', async () => {
    await staff.expectError('BAD_USER_INPUT', UPLOAD_FILE, { input: { file: '+14155550123' } });
    await staff.expectError('BAD_USER_INPUT', 'mutation { uploadFile(input: { file: "x" }) { userErrors { code } } }');
  });

  test('is refused to those who may not import, and within the bounds of uploads', async () => {
    const input = { file: new File(['x'], 'a.csv') };
    await (await world.as('AGENT')).expectError('FORBIDDEN', UPLOAD_FILE, { input });
    const small = await startQuietline({ settings: { MAX_UPLOAD_BYTES: '1024', MAX_STORED_UPLOAD_BYTES: '1024' } });
    const admin = await (await newEnvironment(small)).as('ADMIN');
    await admin.expectError('TOO_LARGE', UPLOAD_FILE, { input: { file: new File([random(1025)], 'a.csv') } });
    await admin.expectOk(UPLOAD_FILE, { input: { file: new File([random(1000)], 'a.csv') } });
    const full = await admin.expectError('STORAGE_FULL', UPLOAD_FILE, {
      input: { file: new File([random(25)], 'a.csv') },
    });
    expect(full.data.uploadFile).toMatchObject({ upload: null, cursor: null });
  });
});
