import { expect } from 'vitest';
import { reportOf, start, upload } from '../imports/import-story.ts';
import { type ServerProcess, startServerProcess } from '../start/server-process.ts';
import type { Client } from '../support/client.ts';
import { untilDone } from '../support/tasks.ts';
import { Random } from './random.ts';
import { expectIntactLog } from './reading.ts';

export interface ImportKills {
  /** Of the server: where its database is. */
  readonly settings: Readonly<Record<string, string>>;
  /** How often the server is killed in the middle of an import. */
  readonly kills: number;
  readonly seed: number;
  /** Rows of one file. */
  readonly rows: number;
  /** Ends the lease of the dead as its time would; the first kills wait for that time itself. */
  readonly endLeases?: (() => Promise<void>) | undefined;
}

/** What was shown, for the note. */
export interface ImportKillFigures {
  readonly kills: number;
  readonly files: number;
  readonly rows: number;
  readonly changes: number;
  /** From the kill until another process works at the import, where it waited for the lease; in ms. */
  readonly takenOverMs: readonly number[];
}

/** So many takeovers wait for the real lease. */
const REAL_LEASES = 2;
/** The issue: another server goes on within 35 s. */
const TAKEN_OVER_MS = 35_000;

/**
 * Exactly once in effect: imports files of one origin, each of which replaces the one before, while the server is killed
 * again and again; the same files are imported in another environment in peace. Entries, counts and log must be the same.
 */
export async function importKills(options: ImportKills): Promise<ImportKillFigures> {
  const random = new Random(options.seed);
  const story = new Story(options, random);
  await story.open();
  let files = 0;
  while (story.kills < options.kills) {
    files += 1;
    await story.importBoth(fileOf(options.rows, files, random));
  }
  const changes = await story.expectSame();
  await story.close();
  return { kills: story.kills, files, rows: files * options.rows, changes, takenOverMs: story.takenOverMs };
}

/** Numbers of which the next file lacks a few, in no order, with duplicates, faults and warnings. */
function fileOf(rows: number, file: number, random: Random): string {
  const first = file * Math.ceil(rows / 50);
  const lines = Array.from({ length: rows }, (_, n) => {
    const phone = `+1415${2_000_000 + first + ((n * 7919) % rows)}`;
    // A fault that leaves the number readable: no other file may lift what it lacks (R6.4).
    if (n % 101 === 0) return `${phone},${n},2020-01-31`;
    return `${phone},Row ${n % 5},${n % 211 === 0 ? 'soon' : ''}`;
  });
  for (let n = 0; n < rows / 100; n += 1) lines.push(lines[random.whole(0, rows - 1)]!);
  return `phone,reason,until\n${lines.join('\n')}`;
}

const IMPORT = {
  columns: { phone: 0, reason: 1, expiresAt: 2 },
  mode: 'REPLACE',
  origin: 'Vendor nightly',
  review: 'APPROVED',
} as const;

class Story {
  kills = 0;
  readonly takenOverMs: number[] = [];
  readonly #options: ImportKills;
  readonly #random: Random;
  #server!: ServerProcess;
  #keys: readonly string[] = [];
  /** Of the last peaceful import. */
  #durationMs = 0;

  constructor(options: ImportKills, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  async open(): Promise<void> {
    this.#server = startServerProcess({ LOG_LEVEL: 'warn', ...this.#options.settings });
    await this.#server.listening;
    if (this.#keys.length === 0) this.#keys = this.#server.keys();
  }

  close(): Promise<unknown> {
    return this.#server.kill('SIGTERM');
  }

  get #troubled(): Client {
    return this.#server.client(this.#keys[0]);
  }

  get #peaceful(): Client {
    return this.#server.client(this.#keys[1]);
  }

  /** In peace, then with kills; the reports must be the same. */
  async importBoth(file: string): Promise<void> {
    const began = performance.now();
    const peaceful = await this.#begin(this.#peaceful, file);
    await untilDone(this.#peaceful, peaceful, { within: 60_000 });
    this.#durationMs = performance.now() - began;

    const task = await this.#begin(this.#troubled, file);
    while (this.kills < this.#options.kills) {
      await new Promise((resolve) => setTimeout(resolve, this.#random.next() * this.#durationMs));
      const before = await reportOf(this.#troubled, task);
      if (before.state === 'DONE') break;
      await this.#kill(task, before.rowsDone);
    }
    await untilDone(this.#troubled, task, { within: 60_000 });
    const [one, other] = await Promise.all([reportOf(this.#troubled, task), reportOf(this.#peaceful, peaceful)]);
    expect(figuresOf(one)).toEqual(figuresOf(other));
    expect(one.rowsDone).toBe(one.rowsTotal);
  }

  async #begin(by: Client, file: string): Promise<string> {
    return start(by, { upload: await upload(this.#server, by, file), ...IMPORT });
  }

  async #kill(task: string, rowsDone: number): Promise<void> {
    await this.#server.kill('SIGKILL');
    const killed = Date.now();
    this.kills += 1;
    const { endLeases } = this.#options;
    const waits = endLeases !== undefined && this.#options.kills > 10 && this.takenOverMs.length < REAL_LEASES;
    if (!waits) await endLeases?.();
    await this.open();
    const after = await reportOf(this.#troubled, task);
    expect(after.rowsDone).toBeGreaterThanOrEqual(rowsDone);
    if (!waits || after.state === 'DONE') return;
    await expect
      .poll(async () => Date.parse((await reportOf(this.#troubled, task)).updatedAt), {
        timeout: TAKEN_OVER_MS + 5_000,
      })
      .toBeGreaterThan(killed);
    this.takenOverMs.push(Date.now() - killed);
    expect(this.takenOverMs.at(-1)).toBeLessThan(TAKEN_OVER_MS);
  }

  /** Entries and log of both environments, and an intact chain; answers how many changes there are. */
  async expectSame(): Promise<number> {
    const [one, other] = await Promise.all([tracesOf(this.#troubled), tracesOf(this.#peaceful)]);
    expect(one.entries).toEqual(other.entries);
    expect(one.changes).toEqual(other.changes);
    await expectIntactLog(this.#troubled);
    return one.changes.length;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as the document asks for it
function figuresOf({ import: report, state, step, rowsDone, rowsTotal, failure }: any) {
  const { rowProblemsFile: _, ...figures } = report;
  return { ...figures, state, step, rowsDone, rowsTotal, failure };
}

async function tracesOf(client: Client) {
  const entries = await walk(client, 'entries', 'phone status reason isActive expiresAt rawInput source');
  const kinds = 'filterBy: { kinds: [ENTRY_ADDED, ENTRY_RAISED, ENTRY_REMOVED] }';
  const changes = await walk(client, 'auditLog', 'kind phone operation reason', kinds);
  return { entries: entries.map((entry) => JSON.stringify(entry)).sort(), changes: changes.reverse() };
}

async function walk(client: Client, field: string, selection: string, argument = ''): Promise<unknown[]> {
  const query = `query Walk($after: String) {
    ${field}(first: 100, after: $after ${argument && `, ${argument}`}) { nodes { ${selection} } pageInfo { hasNextPage endCursor } }
  }`;
  const all: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const page: Record<string, { nodes: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } }> =
      await client.expectOk(query, { after });
    all.push(...page[field]!.nodes);
    if (!page[field]!.pageInfo.hasNextPage) return all;
    after = page[field]!.pageInfo.endCursor;
  }
}
