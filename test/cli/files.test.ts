import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { Commands } from './command.ts';
import { newFolder } from './folder.ts';

let server: Quietline;
let world: World;
let staff: Commands;
/** In an environment of its own, with some numbers listed. */
let other: Commands;
let folder: string;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = new Commands(server, await world.as('COMPLIANCE'));
  other = new Commands(server, await world.sandbox.as('COMPLIANCE'));
  await other.run('add', '+14155550100', '+14155550101', '--list', 'DNC', '--reason', '=1+1');
  await other.run('add', '+14155550102', '--list', 'SPAM');
});

beforeEach(() => {
  folder = newFolder();
});

function csv(...lines: string[]): string {
  const file = join(folder, 'list.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

test('a file is previewed, tried and imported; the preview is not sent twice', async () => {
  const file = csv('Customer;Phone;Why', 'Ann;(415) 555-0100;By mail', 'Bob;(415) 555-0101;By phone');
  const preview = await staff.json('import', file, '--preview');
  expect(preview).toMatchObject({
    exitCode: 0,
    last: {
      type: 'result',
      delimiter: ';',
      headerLine: 1,
      guess: { phone: 1 },
      columns: [
        { index: 0, name: 'Customer' },
        { index: 1, name: 'Phone' },
        { index: 2, name: 'Why' },
      ],
    },
  });
  const { upload } = preview.last;
  const tried = await staff.json('import', file, '--upload', upload, '--list', 'DNC', '--dry-run');
  expect(tried).toMatchObject({ exitCode: 0, last: { isDryRun: true, addedCount: 2, newlyBlockedCount: 2 } });
  expect(await staff.run('check', '+14155550100')).toMatchObject({ exitCode: 0 });

  const imported = await staff.json(
    'import',
    file,
    '--upload',
    upload,
    '--list',
    'DNC',
    '--reason-column',
    'why',
    '--approved',
  );
  expect(imported).toMatchObject({
    exitCode: 0,
    last: { type: 'result', addedCount: 2, invalidCount: 0, exitCode: 0 },
  });
  expect(imported.lines.every(({ type }) => type === 'progress')).toBe(true);
  expect(imported.lines.at(-1)).toMatchObject({ task: imported.last.task, kind: 'IMPORT', state: 'DONE', done: 2 });
  expect((await staff.json('check', '+14155550101')).last).toMatchObject({
    decision: 'BLOCK',
    message: expect.stringContaining('By phone'),
  });

  const lifted = await staff.run('undo', imported.last.task, '--reason', 'Wrong file');
  expect(lifted).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^2\tlifted\n/) });
});

test('invalid rows end with 3, are told, and are saved with line and reason', async () => {
  const file = csv('(415) 555-0110', '12', '415 555 0110', 'hello', '(415) 555-0111');
  const invalid = join(folder, 'invalid.csv');
  const { exitCode, stdout, stderr } = await staff.run(
    'import',
    file,
    '--list',
    'DNC',
    '--first-column',
    '--no-header',
    '--invalid-rows',
    invalid,
  );
  expect({ exitCode, lines: stdout.split('\n').slice(0, 6) }).toEqual({
    exitCode: 3,
    lines: ['5\trows', '2\tadded', '0\tmade stricter', '0\tlisted already', '1\tduplicates in the file', '2\tinvalid'],
  });
  // No terminal: a line for each step, and what it came to.
  expect(stderr).toMatch(/^Uploading, 0\.0 KiB of 0\.1 KiB\n/);
  expect(stderr).toMatch(/^Done, 5 of 5 rows/m);
  const rows = readFileSync(invalid, 'utf8').trimEnd().split(/\r?\n/);
  expect(rows).toHaveLength(3);
  expect(rows[1]).toMatch(/2.*12/);
  expect(rows[2]).toMatch(/4.*hello/);
  expect(existsSync(`${invalid}.part`)).toBe(false);
  // Whoever didn't think of it gets them later.
  const [, id] = /The import's id is (\S+)\.$/m.exec(stderr) ?? [];
  const fetched = await staff.run('tasks', 'fetch', id!);
  expect(fetched).toMatchObject({ exitCode: 0, stdout: readFileSync(invalid, 'utf8') });
});

test('a column is named by its place or its header; one that is not there is wrong use, with those that are', async () => {
  const file = csv('Home,Work', '(415) 555-0120,(415) 555-0121', '(415) 555-0122,(415) 555-0123');
  expect(await staff.json('import', file, '--list', 'DNC', '--phone-column', '2')).toMatchObject({
    exitCode: 0,
    last: { addedCount: 2 },
  });
  expect(await staff.run('check', '+14155550120')).toMatchObject({ exitCode: 0 });
  expect(await staff.run('check', '+14155550123')).toMatchObject({ exitCode: 10 });
  expect(await staff.run('import', file, '--list', 'DNC', '--phone-column', 'Mobile')).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('It has 1 (Home), 2 (Work).'),
  });
});

test('what the server or the command would refuse is refused before the file is sent', async () => {
  const file = csv('(415) 555-0130');
  for (const [args, problem] of [
    [[], '--list'],
    [['--list', 'DNC', '--replace'], '--origin'],
    [['--list', 'DNC', '--approved', '--permanent'], 'not both'],
  ] as const) {
    expect(await staff.run('import', file, ...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(problem),
    });
  }
  expect(await staff.run('import', join(folder, 'nowhere.csv'), '--list', 'DNC')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('ENOENT'),
  });
  const dialer = new Commands(server, await world.as('DIALER'));
  expect(await dialer.json('import', file, '--list', 'DNC')).toMatchObject({
    exitCode: 1,
    last: { type: 'error', code: 'FORBIDDEN' },
  });
  const odd = join(folder, 'old.xls');
  writeFileSync(odd, Buffer.from('d0cf11e0a1b11ae1', 'hex'));
  expect(await staff.run('import', odd, '--list', 'DNC')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/\.xlsx|CSV/),
  });
});

test('--detach prints the task, which can be watched, shown and listed afterwards', async () => {
  const file = csv('(415) 555-0140');
  const detached = await staff.run('import', file, '--list', 'DNC', '--first-column', '--no-header', '--detach');
  expect(detached).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\S+\n$/) });
  const id = detached.stdout.trim();
  const watched = await staff.json('tasks', 'watch', id);
  expect(watched).toMatchObject({
    exitCode: 0,
    last: { type: 'result', id, kind: 'IMPORT', state: 'DONE', import: { addedCount: 1 } },
  });
  expect((await staff.run('tasks', 'show', id)).stdout).toMatch(/^state\tDONE$.*^addedCount\t1$/ms);
  expect((await staff.run('tasks', '--kind', 'import')).stdout).toContain(`${id}\tIMPORT\tDONE\t1/1\t`);
  expect(await staff.json('tasks', 'cancel', id)).toMatchObject({
    exitCode: 1,
    last: { type: 'error', code: 'REFUSED' },
  });
  // Every row was good: there is nothing to save.
  expect(await staff.json('tasks', 'fetch', id, '-o', join(folder, 'invalid.csv'))).toMatchObject({
    exitCode: 1,
    last: { code: 'NO_FILE' },
  });
  expect(await staff.json('tasks', 'show', 'VGFzazo5OTk5OTk=')).toMatchObject({
    exitCode: 1,
    last: { code: 'NOT_FOUND' },
  });
});

test('entries are exported to a file or to standard output, and come back as the same set', async () => {
  const file = join(folder, 'dnc.csv');
  const exported = await other.json('export', '--list', 'DNC', '-o', file);
  expect(exported).toMatchObject({
    exitCode: 0,
    last: { type: 'result', file, format: 'CSV', rowCount: 2, cursor: expect.any(String) },
  });
  expect(readFileSync(file, 'utf8')).toContain("'=1+1");
  expect(existsSync(`${file}.part`)).toBe(false);
  const again = await other.json('import', file, '--list', 'DNC');
  expect(again).toMatchObject({ exitCode: 0, last: { rowCount: 2, invalidCount: 0 } });

  const raw = await other.run('export', '--list', 'DNC', '--raw');
  expect(raw).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('=1+1') });
  expect(raw.stdout).not.toContain("'=1+1");
  const ndjson = await other.run('export', '--list', 'SPAM', '--format', 'ndjson');
  expect(
    ndjson.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([expect.objectContaining({ phone: '+14155550102' })]);
  expect(ndjson.stderr).toMatch(/^Done, 1 of 1 rows/m);
  const empty = join(folder, 'empty.ndjson');
  expect(await other.json('export', '--list', 'DNT', '--format', 'ndjson', '-o', empty)).toMatchObject({
    exitCode: 0,
    last: { rowCount: 0 },
  });
  expect(readFileSync(empty, 'utf8')).toBe('');
  expect(await other.run('export', '--json')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('-o') });
  expect(await other.run('export', '-o', join(folder, 'no', 'where.csv'))).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('ENOENT'),
  });
});

test('a lead file is split into what may be contacted, untouched, and what may not, with why', async () => {
  const leads = join(folder, 'leads.csv');
  const [clean, blocked] = [join(folder, 'clean.csv'), join(folder, 'blocked.csv')];
  const rows = [
    'Name,Phone,Note',
    'Ann,(415) 555-0100,"a, b"',
    'Bob,(415) 555-0199," x "',
    'Cid,12,',
    'Dan,+1 415 555 0198,ü',
  ];
  writeFileSync(leads, `${rows.join('\n')}\n`);
  const args = ['scrub', leads, '-o', clean, '--blocked', blocked, '--channel', 'call'];
  const scrubbed = await other.json(...args);
  expect(scrubbed).toMatchObject({
    exitCode: 3,
    last: {
      type: 'result',
      checkedCount: 4,
      callableCount: 2,
      blockedCount: 1,
      invalidCount: 1,
      cursor: expect.any(String),
      file: clean,
      blockedFile: blocked,
    },
  });
  expect(readFileSync(clean, 'utf8')).toBe(`${[rows[0], rows[2], rows[4]].join('\n')}\n`);
  expect(readFileSync(blocked, 'utf8')).toMatch(/Ann.*BLOCKED.*DNC[\s\S]*Cid.*INVALID/);
  expect(await other.run('scrub', leads, '-o', clean)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--channel'),
  });
  const named = await other.json(...args, '--phone-column', 'Phone', '--phone-column', '3');
  expect(named).toMatchObject({ last: { callableCount: 0, checkedCount: 4 } });
});
