import { expect } from 'vitest';
import { type ServerProcess, startServerProcess } from '../start/server-process.ts';
import type { Client } from '../support/client.ts';
import { Adding, type Call } from './adding.ts';
import { Follower } from './follower.ts';
import { Random } from './random.ts';
import { blockedOf, check, expectIntactLog, listedNumbers, loggedAdditions } from './reading.ts';

export interface KillStory {
  /** Of the server: where its database is. */
  readonly settings: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly seed: number;
  /**
   * Kills the server of one round, or what it depends on. True when the server's process is gone, false when it still
   * runs and is to recover by itself. Default: SIGKILL for the server.
   */
  readonly kill?: (server: ServerProcess, round: number) => Promise<boolean>;
}

/** What was shown, for the note. */
export interface KillFigures {
  readonly rounds: number;
  readonly calls: number;
  readonly acknowledgedCalls: number;
  readonly acknowledgedNumbers: number;
  /** Calls that were under way at a kill: found whole, found absent. */
  readonly unanswered: { readonly whole: number; readonly absent: number };
  readonly resumes: number;
  readonly changes: number;
  readonly verifiedPositions: number;
}

/** Invariants 1, 2, 3 and 5: adds numbers while the server is killed again and again, and compares it with its word. */
export async function killStory({ settings, rounds, seed, kill = killServer }: KillStory): Promise<KillFigures> {
  const random = new Random(seed);
  const adding = new Adding(random);
  const follower = new Follower();
  const unanswered = { whole: 0, absent: 0 };
  let server = await start(settings);
  const key = server.keys()[0];
  let client = server.client(key);
  await follower.follow(client);

  for (let round = 1; round <= rounds; round += 1) {
    const begun = adding.calls.length;
    let stopped = false;
    const work = [client, client, client].map((one, n) =>
      adding.work(one, n === 0 ? 'BATCH' : 'SINGLE', () => stopped),
    );
    await adding.begun(begun + random.whole(5, 60));
    await new Promise((resolve) => setTimeout(resolve, random.next() * 60));
    const gone = await kill(server, round);
    stopped = true;
    await Promise.all(work);
    if (gone) {
      await follower.lost();
      server = await start(settings);
      client = server.client(key);
      await follower.follow(client);
    } else await follower.followOn(client);
    const open = adding.calls.slice(begun).filter((call) => !call.acknowledged);
    await expectKept(client, adding, open, unanswered);
    if (random.next() < 0.5) await adding.repeat(client, open);
  }

  const { cursor } = await check(client, '+14152999999');
  await follower.reach(cursor);
  const figures = await expectOneTruth(client, adding, follower);
  await server.kill('SIGTERM');
  const acknowledgedCalls = adding.calls.filter((call) => call.acknowledged).length;
  return {
    rounds,
    calls: adding.calls.length,
    acknowledgedCalls,
    acknowledgedNumbers: adding.acknowledged.length,
    unanswered,
    resumes: follower.resumes,
    ...figures,
  };
}

async function start(settings: KillStory['settings']): Promise<ServerProcess> {
  const server = startServerProcess({ LOG_LEVEL: 'warn', ...settings });
  await server.listening;
  return server;
}

async function killServer(server: ServerProcess): Promise<boolean> {
  await server.kill('SIGKILL');
  return true;
}

/** What was acknowledged is blocked; of a call that wasn't, all is there or nothing. */
async function expectKept(
  client: Client,
  adding: Adding,
  open: readonly Call[],
  found: { whole: number; absent: number },
) {
  const promised = adding.acknowledged;
  expect(await blockedOf(client, promised)).toBe(promised.length);
  expect((await check(client, promised.at(-1)!)).decision).toBe('BLOCK');
  for (const { phones } of open) {
    const blocked = await blockedOf(client, phones);
    expect([0, phones.length]).toContain(blocked);
    if (blocked === 0) found.absent += 1;
    else found.whole += 1;
  }
}

/** Entries, log and follower tell the same, each number once, and nothing that was promised is missing. */
async function expectOneTruth(client: Client, adding: Adding, follower: Follower) {
  const listed = (await listedNumbers(client)).sort();
  const logged = await loggedAdditions(client);
  expect(new Set(listed).size).toBe(listed.length);
  expect(logged.map(({ phone }) => phone).sort()).toEqual(listed);
  const present = new Set(listed);
  expect(adding.acknowledged.filter((phone) => !present.has(phone))).toEqual([]);
  for (const { phones } of adding.calls)
    expect([0, phones.length]).toContain(phones.filter((phone) => present.has(phone)).length);
  expect(follower.changes.map(({ phone, position }) => ({ phone, position }))).toEqual(logged);
  return { changes: logged.length, verifiedPositions: await expectIntactLog(client) };
}
