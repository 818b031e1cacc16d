import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Viewer } from '../../src/auth/viewer.ts';
import type { WriteCall } from '../../src/changes/write-call.ts';
import { OverloadedError } from '../../src/changes/write-errors.ts';
import { FileCleaner } from '../../src/domain/files/forget-files.ts';
import { Uploads } from '../../src/domain/files/uploads.ts';
import { importReport } from '../../src/domain/imports/import-report.ts';
import type { StartImportInput } from '../../src/domain/imports/import-request.ts';
import { importSummary } from '../../src/domain/imports/import-summary.ts';
import { startImport } from '../../src/domain/imports/start-import.ts';
import { undoImport } from '../../src/domain/imports/undo-import.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import { cancelTask } from '../../src/domain/tasks/cancel-task.ts';
import { findTasks } from '../../src/domain/tasks/task-row.ts';
import { importHandler } from '../../src/tasks/import/import-handler.ts';
import { undoImportHandler } from '../../src/tasks/import/undo-handler.ts';
import { Spool } from '../../src/tasks/spool.ts';
import { anotherServer, type Installation, installation, newAccount } from '../accounts/installation.ts';
import { claim, finish } from '../exports/claims.ts';
import { onceEnded } from '../support/leftovers.ts';

const silent = { warn() {} };
let servers: readonly Installation[];
let spool: Spool;
let spoolDir: string;

beforeAll(async () => {
  const first = await installation();
  servers = [first, await anotherServer(first.url)];
  spoolDir = mkdtempSync(join(tmpdir(), 'quietline-spool-test-'));
  onceEnded('a spool folder', async () => rmSync(spoolDir, { recursive: true, force: true }));
  spool = new Spool(spoolDir);
});

const list = { id: 1, key: 'DNC', blocks: 3 };
const phone = (n: number) => `+1415${2_000_000 + n}`;
/** In no order, with duplicates, faults (which no file may have that lifts, R6.4) and warnings. */
const file = (from: number, to: number, hasFaults = true) => {
  const lines = ['phone,reason,until'];
  for (let n = from; n <= to; n += 1) {
    const m = from + ((n * 7919) % (to - from + 1));
    lines.push(`${phone(m)},Line ${m},${n % 400 === 0 ? 'soon' : ''}`);
    if (n % 97 === 0) lines.push(`${phone(n)},Again,`, ...(hasFaults ? [`not a number ${n},,`] : []));
  }
  return lines.join('\n');
};

async function start(viewer: Viewer, text: string, more: Partial<StartImportInput> = {}): Promise<string> {
  const { database, log } = servers[0]!;
  const limits = { maxUploadBytes: 1e9, maxStoredUploadBytes: 1e12 };
  const uploads = new Uploads({ database, log, limits, cleaner: new FileCleaner({ database, log: silent }) });
  const { id } = await uploads.store(viewer, { name: 'list.csv', bytes: Buffer.from(text) });
  const input = {
    upload: id,
    list: 'DNC',
    columns: { phone: 0, reason: 1, expiresAt: 2 },
    review: 'APPROVED',
    mode: 'ADD',
    asOptOuts: false,
    isDryRun: false,
    ...more,
  } as const;
  const settings = defaultSettings;
  return (await startImport(viewer, input, { log, database, settings, list, now: new Date('2026-11-25') })).taskId;
}

/**
 * Works at the environment's task; whoever has kept so many checkpoints dies, each third before it could keep any, and
 * the other server goes on.
 */
async function work(taskId: string, batchesEach: number): Promise<number> {
  for (let claims = 1; ; claims += 1) {
    const { database, log } = servers[claims % 2]!;
    const { rows } = await database.read.query<{ kind: string }>('SELECT kind FROM task WHERE id = $1', [taskId]);
    const services = { database, log, spool, batchRows: 100 };
    const handler = rows[0]!.kind === 'IMPORT' ? importHandler(services) : undoImportHandler(services);
    const { work } = await claim(database, handler);
    const dies = batchesEach === 1 && claims % 3 === 1 ? 'EARLY' : batchesEach;
    if (await steps(taskId, work, dies)) {
      await finish(database, taskId);
      return claims;
    }
    zombies.push({ taskId, work });
  }
}
/** Claims whose server is taken for dead, and isn't. */
const zombies: { taskId: string; work: AsyncGenerator<unknown, void> }[] = [];

/** Until so many checkpoints are kept, or just before the first; answers whether that was all. */
async function steps(taskId: string, work: AsyncGenerator<unknown, void>, most: number | 'EARLY'): Promise<boolean> {
  const checkpoint = async () =>
    (await servers[0]!.database.read.query('SELECT checkpoint FROM task WHERE id = $1', [taskId])).rows[0]!.checkpoint;
  let last = JSON.stringify(await checkpoint());
  for (let n = 0; most === 'EARLY' || n < most; ) {
    const { done, value } = await work.next();
    if (done) return true;
    const pause = value as { until: Promise<unknown> } | undefined;
    if (pause) await pause.until;
    else if (most === 'EARLY') return false;
    const now = JSON.stringify(await checkpoint());
    if (now !== last) n += 1;
    last = now;
  }
  return false;
}

/** All that an import leaves behind, but for ids and times. */
async function traces(environmentId: number, taskId: string) {
  const rows = async (text: string, ...values: unknown[]) =>
    (await servers[0]!.database.read.query(text, [environmentId, ...values])).rows;
  return {
    entries: await rows(
      `SELECT e.phone, e.status, e.active, t.body AS reason, e.import_id IS NOT NULL AS claimed, e.raw,
              (SELECT count(*)::int FROM import_claim c WHERE c.environment_id = e.environment_id AND c.entry_id = e.id) AS claims
         FROM entry e LEFT JOIN text_value t ON t.environment_id = e.environment_id AND t.id = e.reason_id
        WHERE e.environment_id = $1 ORDER BY e.phone`,
    ),
    log: await rows(
      `SELECT c.kind, e.phone, c.facts, c.position - (SELECT min(position) FROM change WHERE environment_id = $1 AND entry_id IS NOT NULL) AS place
         FROM change c JOIN entry e ON e.environment_id = c.environment_id AND e.id = c.entry_id
        WHERE c.environment_id = $1 ORDER BY c.position`,
    ),
    sets: await rows(
      `SELECT operation, position - first_position AS size FROM change_set WHERE environment_id = $1 AND task_id IS NOT NULL ORDER BY position`,
    ),
    task: await rows(
      `SELECT counts, rows_done, rows_total, checkpoint, result FROM task WHERE environment_id = $1 AND id = $2`,
      taskId,
    ),
    problems: await rows(
      `SELECT line, n, severity, code, raw FROM row_problem WHERE environment_id = $1 AND task_id = $2 ORDER BY line, n`,
      taskId,
    ),
    counters: await rows(
      `SELECT list_id, status, source, count FROM entry_count WHERE environment_id = $1 ORDER BY 1, 2, 3`,
    ),
  };
}

async function permanent(environmentId: number, ...phones: string[]): Promise<void> {
  const text = `UPDATE entry SET status = 'PERMANENT' WHERE environment_id = $1 AND phone = ANY ($2)`;
  await servers[0]!.database.write.query(text, [environmentId, phones]);
}

/** An import, a file that replaces it, a dry run of a third, and the undoing of the second. */
async function story(batchesEach: number) {
  const { admin } = await newAccount(servers[0]!, batchesEach > 1 ? 'Whole' : 'Killed');
  const { environmentId } = admin;
  const nightly = { origin: 'Vendor', mode: 'REPLACE', maxLiftedShare: 1 } as const;
  const steps: Record<string, Awaited<ReturnType<typeof traces>>> = {};
  const claims: number[] = [];
  const step = async (name: string, taskId: string) => {
    claims.push(await work(taskId, batchesEach));
    steps[name] = await traces(environmentId, taskId);
    return taskId;
  };
  await step('first', await start(admin, file(1, 700), nightly));
  // What no file lifts, and below no undo (R1.3).
  await permanent(environmentId, phone(1));
  const second = await step('second', await start(admin, file(301, 800, false), nightly));
  await step('dry', await start(admin, file(401, 1_000), { ...nightly, isDryRun: true }));
  const { log } = servers[0]!;
  await permanent(environmentId, phone(701));
  await step('undo', (await undoImport(admin, { importId: second, reason: 'Wrong' }, { log })).taskId);
  return { steps, claims };
}

test('invariant 9, exactly once in effect: killed after every batch, and gone on with by another server, all is as if nothing had happened', async () => {
  const whole = await story(Number.POSITIVE_INFINITY);
  expect(whole.claims).toEqual([1, 1, 1, 1]);
  const { first, second, undo } = whole.steps;
  expect(first!.task).toMatchObject([{ counts: { ROWS: 714, ADDED: 700, DUPLICATE: 7, INVALID: 7, WARNING: 1 } }]);
  expect(second!.task).toMatchObject([
    { counts: { ADDED: 100, ALREADY_LISTED: 400, CHANGED: 299, REFUSED_PERMANENT: 1 } },
  ]);
  expect(undo!.task).toMatchObject([{ counts: { CHANGED: 99, REFUSED_PERMANENT: 1 } }]);

  const killed = await story(1);
  expect(Math.min(...killed.claims.slice(0, 3))).toBeGreaterThan(3);
  for (const name of Object.keys(whole.steps)) expect(killed.steps[name], name).toEqual(whole.steps[name]);

  // Who was taken for dead writes nothing more.
  const outcomes = await Promise.all(
    zombies.map(({ taskId, work }) => steps(taskId, work, 1).catch((error: { code: string }) => error.code)),
  );
  expect(new Set(outcomes)).toEqual(new Set(['TASK_FENCED']));
  expect(zombies.length).toBeGreaterThan(10);
  // And what was spooled is gone with it.
  expect(readdirSync(join(spoolDir, readdirSync(spoolDir)[0]!))).toEqual(['owner.json']);
}, 60_000);

test('a database that is busy for a moment ends no claim, at none of its steps: the file is not read again', async () => {
  const { database, log } = servers[0]!;
  const { admin } = await newAccount(servers[0]!, 'Busy');
  const nightly = { origin: 'Vendor', mode: 'REPLACE', maxLiftedShare: 1 } as const;
  /** Claims it once, with a log that is busy at the second batch. */
  const workBusily = async (taskId: string, method: 'commit' | 'write') => {
    let calls = 0;
    const write = (call: WriteCall) => {
      calls += 1;
      return calls === 2 ? Promise.reject(new OverloadedError()) : log[method](call);
    };
    const busy = new Proxy(log, {
      get: (target, name) => (name === method ? write : target[name as 'commit' | 'write'].bind(target)),
    });
    const services = { database, log: busy, spool, batchRows: 100 };
    const handler = taskId === undone ? undoImportHandler(services) : importHandler(services);
    expect(await steps(taskId, (await claim(database, handler)).work, Number.POSITIVE_INFINITY)).toBe(true);
    await finish(database, taskId);
    expect(calls).toBeGreaterThan(2);
    return (await findTasks(database.read, admin, [taskId]))[0]!.counts;
  };
  let undone = '';
  const first = await start(admin, file(1, 300), nightly);
  expect(await workBusily(first, 'commit')).toMatchObject({ ADDED: 300 });
  const second = await start(admin, file(251, 300, false), nightly);
  expect(await workBusily(second, 'write')).toMatchObject({ ALREADY_LISTED: 50, CHANGED: 250 });
  const third = await start(admin, file(401, 700));
  await work(third, Number.POSITIVE_INFINITY);
  undone = (await undoImport(admin, { importId: third, reason: 'Wrong' }, { log })).taskId;
  expect(await workBusily(undone, 'write')).toMatchObject({ CHANGED: 300 });
});

test.each([
  ['the file itself', 'file'],
  ['what its thread sorts', 'rows-0'],
])('a full disk fails the import, and says which: %s', async (_, name) => {
  const { admin } = await newAccount(servers[0]!, `Full ${name}`);
  const taskId = await start(admin, file(1, 2_000));
  const folder = mkdtempSync(join(spoolDir, 'full-'));
  symlinkSync('/dev/full', join(folder, name));
  const full = { newFolder: async () => folder } as Spool;
  const { work } = await claim(servers[0]!.database, importHandler({ ...servers[0]!, spool: full }));
  await expect(steps(taskId, work, 9)).rejects.toMatchObject({
    name: 'TaskFailure',
    code: 'SPOOL_FULL',
    message: expect.stringContaining('SPOOL_DIR'),
  });
  await finish(servers[0]!.database, taskId);
});

test('cancelled in the middle, what was committed stays and is told, nothing more is written, and it can be undone', async () => {
  const { database, log } = servers[0]!;
  const { admin } = await newAccount(servers[0]!, 'Cancelled');
  const taskId = await start(admin, file(1, 700));
  await expect(undoImport(admin, { importId: taskId, reason: 'Wrong' }, { log })).rejects.toThrow(/cancel it first/);
  const claimed = await claim(database, importHandler({ database, log, spool, batchRows: 100 }));
  expect(await steps(taskId, claimed.work, 3)).toBe(false);
  await cancelTask(admin, taskId, { database });
  await expect(steps(taskId, claimed.work, 1)).rejects.toMatchObject({ code: 'TASK_FENCED' });

  const [task] = await findTasks(database.read, admin, [taskId]);
  const report = importReport(task!);
  expect(report).toMatchObject({ addedCount: 300, rowCount: 714, invalidCount: 7 });
  expect(task).toMatchObject({ state: 'CANCELLED', rowsTotal: 714 });
  expect(task!.rowsDone).toBe(300 + report.duplicateCount + 7);
  expect(importSummary(report)).toMatch(/^It was cancelled\. Until then: 300 numbers were added to DNC\./);
  const before = await traces(admin.environmentId, taskId);
  expect(before.entries).toHaveLength(300);

  const undo = (await undoImport(admin, { importId: taskId, reason: 'Wrong' }, { log })).taskId;
  await expect(undoImport(admin, { importId: taskId, reason: 'Wrong' }, { log })).rejects.toThrow(
    /being undone already/,
  );
  await work(undo, Number.POSITIVE_INFINITY);
  const after = await traces(admin.environmentId, undo);
  expect(after.task).toMatchObject([{ counts: { CHANGED: 300 } }]);
  expect(after.entries.filter(({ active }) => active)).toEqual([]);
});
