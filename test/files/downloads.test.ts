import { beforeAll, describe, expect, test } from 'vitest';
import { Seal } from '../../src/changes/cursor.ts';
import { Downloads, type OpenedDownload } from '../../src/domain/files/downloads.ts';
import { attachment, downloadRoutes, rangeOf } from '../../src/server/download-route.ts';
import type { Pace } from '../../src/server/pace.ts';
import { startToy } from '../server/toy-server.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { ask, linkTo, MIB, random, rawId, SERVER_SECRET, sha256, slowly } from './file-door.ts';

describe('a link to a stored file', () => {
  let server: Quietline;
  let world: World;
  const bytes = random(2 * MIB + 99);
  let id: string;
  let link: string;

  beforeAll(async () => {
    server = await startQuietline({ settings: { SERVER_SECRET } });
    world = await newEnvironment(server);
    const as = await world.as('ADMIN');
    const made = await ask(server, '/upload?name=Leads%20%E2%82%AC%20"x".csv', { as, method: 'POST', body: bytes });
    id = rawId((await made.json()).upload);
    link = linkTo(world.environmentId, id);
  });

  test('opens without a key, and gives the file by its name', async () => {
    const answer = await ask(server, link);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-length': String(bytes.length),
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="Leads _ _x_.csv"; filename*=UTF-8''Leads%20%E2%82%AC%20%22x%22.csv`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(bytes));
    const head = await ask(server, link, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  });

  test('gives parts, so that a download can go on', async () => {
    const part = await ask(server, link, { headers: { range: `bytes=${MIB - 5}-${MIB + 4}` } });
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes ${MIB - 5}-${MIB + 4}/${bytes.length}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(MIB - 5, MIB + 5));
    const rest = await ask(server, link, { headers: { range: 'bytes=2097152-' } });
    expect(Buffer.from(await rest.arrayBuffer())).toEqual(bytes.subarray(2 * MIB));
    const beyond = await ask(server, link, { headers: { range: 'bytes=99999999-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
  });

  test('is one answer for all that opens nothing: no link, another key, another environment, another file', async () => {
    const elsewhere = new Downloads({ seal: new Seal(random(32), 'download link v1'), sources: {} });
    const otherPurpose = new Seal(Buffer.from(SERVER_SECRET), 'page cursor v1');
    const wrong = [
      '/download/nonsense',
      elsewhere.link('STORED_FILE', Number(world.environmentId), id).url,
      `/download/${otherPurpose.seal(`STORED_FILE ${world.environmentId} 9999999999999 ${id}`)}`,
      linkTo(world.sandbox.environmentId, id),
      linkTo(world.environmentId, '00000000-0000-4000-8000-000000000000'),
      // Not at its end: the last letter's last bits say nothing.
      `${link.slice(0, -9)}${link.at(-9) === 'A' ? 'B' : 'A'}${link.slice(-8)}`,
    ];
    for (const url of wrong) {
      const answer = await ask(server, url);
      expect([url, answer.status, (await answer.json()).errors[0].extensions.code]).toEqual([url, 404, 'NOT_FOUND']);
    }
  });

  test('ends, and says that it was good once', async () => {
    const past = new Seal(Buffer.from(SERVER_SECRET), 'download link v1').seal(
      `STORED_FILE ${world.environmentId} ${Date.now()} ${id}`,
    );
    const answer = await ask(server, `/download/${past}`);
    expect(answer.status).toBe(410);
    expect((await answer.json()).errors[0]).toEqual({
      message: 'This link has expired: ask for the file again and get a new one.',
      extensions: { code: 'LINK_EXPIRED' },
    });
  });

  test('stands in no line of the log', async () => {
    await ask(server, link);
    expect(server.log()).not.toContain(link.split('/').at(-1));
  });
});

describe('a download that is made while it is sent', () => {
  const made = (content: Partial<OpenedDownload>): OpenedDownload => ({
    environmentId: 7,
    name: 'problems.csv',
    mediaType: 'text/csv',
    size: null,
    bytes: lines(3),
    ...content,
  });
  async function* lines(parts: number) {
    for (let n = 0; n < parts; n += 1) yield Buffer.from(`line ${n}\n`);
  }
  const serving = (content: (token: string) => OpenedDownload, lines: object[] = [], pace?: Pace) =>
    startToy({
      routes: downloadRoutes({
        open: async (token) => content(token),
        ...(pace && { pace }),
        log: { warn: (fields: object) => lines.push(fields) } as never,
      }),
    });

  test('comes without a length and without ranges', async () => {
    const toy = await serving(() => made({}));
    const answer = await fetch(`${toy.url}/download/x`, { headers: { range: 'bytes=0-1' } });
    expect([answer.status, answer.headers.get('content-length'), answer.headers.get('accept-ranges')]).toEqual([
      200,
      null,
      null,
    ]);
    expect(await answer.text()).toBe('line 0\nline 1\nline 2\n');
  });

  test('breaks off when it fails: never a file that only looks whole', async () => {
    const lines: object[] = [];
    async function* failing() {
      yield Buffer.from('line 0\n');
      throw new Error('the database is gone');
    }
    const toy = await serving(() => made({ bytes: failing() }), lines);
    const answer = await fetch(`${toy.url}/download/x`);
    await expect(answer.text()).rejects.toThrow();
    expect(lines).toEqual([{ err: new Error('the database is gone') }]);
  });

  test('leaves room for those of other environments, however many one asks for', async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(MIB);
    }
    const toy = await serving((token) => (token === 'other' ? made({ environmentId: 8 }) : made({ bytes: endless() })));
    const held = Array.from({ length: 16 }, () => slowly(toy, 'GET /download/x', {}));
    for (const { answer, socket } of held) {
      expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
      socket.pause();
    }
    expect((await fetch(`${toy.url}/download/x`)).status).toBe(503);
    expect(await (await fetch(`${toy.url}/download/other`)).text()).toContain('line 2');
    for (const { socket } of held) socket.destroy();
  });

  test('ends when its client hardly takes anything, and not when it is only slow to be made', async () => {
    let ended: (why: string) => void;
    const end = new Promise<string>((resolve) => {
      ended = resolve;
    });
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(MIB);
      } finally {
        ended('the client was too slow');
      }
    }
    async function* late() {
      yield* lines(1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield* lines(2);
    }
    const pace = { everyMs: 40, leastBytes: 1_000 };
    const toy = await serving((token) => made({ bytes: token === 'late' ? late() : endless() }), [], pace);
    const request = slowly(toy, 'GET /download/x', {});
    await request.answer;
    request.socket.pause();
    const whole = fetch(`${toy.url}/download/late`).then((answer) => answer.text());
    expect(await end).toBe('the client was too slow');
    expect(await whole).toBe('line 0\nline 0\nline 1\n');
  });

  test('is made no faster than the client takes it, and ends with the client (invariant 10)', async () => {
    let sent = 0;
    let ended: () => void;
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    async function* endless() {
      try {
        for (;;) {
          sent += 1;
          yield Buffer.alloc(MIB);
        }
      } finally {
        ended();
      }
    }
    const lines: object[] = [];
    const toy = await serving(() => made({ bytes: endless() }), lines);
    const request = slowly(toy, 'GET /download/x', {});
    await request.answer;
    request.socket.pause();
    // What the network's own buffers take; then it stands still.
    let before = -1;
    const stands = () => {
      const same = before === sent;
      before = sent;
      return same;
    };
    await expect.poll(stands, { interval: 100, timeout: 10_000 }).toBe(true);
    expect(sent).toBeLessThan(50);
    request.socket.destroy();
    await end;
    expect(lines).toEqual([]);
  });
});

test('names and ranges, whatever they hold', () => {
  expect(attachment('a\r\nb: c"\\%.csv')).toBe(
    `attachment; filename="a__b: c___.csv"; filename*=UTF-8''a%0D%0Ab%3A%20c%22%5C%25.csv`,
  );
  expect(attachment("x'(1)*\ud800.csv")).toBe(
    `attachment; filename="x'(1)*_.csv"; filename*=UTF-8''x%27%281%29%2A%EF%BF%BD.csv`,
  );
  expect(rangeOf('bytes=0-0', 10)).toEqual({ start: 0, end: 1 });
  expect(rangeOf('bytes=5-', 10)).toEqual({ start: 5, end: 10 });
  expect(rangeOf('bytes=-3', 10)).toEqual({ start: 7, end: 10 });
  expect(rangeOf('bytes=-30', 10)).toEqual({ start: 0, end: 10 });
  expect(rangeOf('bytes=5-99', 10)).toEqual({ start: 5, end: 10 });
  for (const header of [undefined, 'bytes=', 'bytes=-', 'bytes=3-2', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=x-']) {
    expect(rangeOf(header, 10)).toBeNull();
  }
  for (const header of ['bytes=10-', 'bytes=10-20', 'bytes=-0']) expect(rangeOf(header, 10)).toBe('UNSATISFIABLE');
});
