import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { CommandFailure } from '../../src/cli/failure.ts';
import {
  type ChainedRow,
  type ChainedSet,
  commitmentTo,
  hashBeforeFirst,
  hashOfRow,
  SetHash,
} from '../../src/cli/log-chain.ts';
import { verifyLogFile } from '../../src/cli/log-file.ts';
import vectors from '../changes/chain-vectors.json' with { type: 'json' };
import { record } from '../consents/consent-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { Commands, type Json, jsonLines } from './command.ts';
import { newFolder } from './folder.ts';

let server: Quietline;
let world: World;
let staff: Commands;
let nobody: Commands;
let file: string;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = new Commands(server, await world.as('COMPLIANCE'));
  await record(await world.as('COMPLIANCE'), '+14155550150', { evidence: 'A form' });
  nobody = new Commands({ url: 'http://127.0.0.1:1' }, null);
  await staff.run(
    'add',
    '+14155550100',
    '--list',
    'DNC',
    '--reason',
    'Line\u2028separator',
    '--evidence',
    'Zürich 😀',
    '--on-behalf-of',
    'u7',
  );
  await staff.run('remove', '+14155550100', '--list', 'DNC', '--reason', 'Wrong');
});

beforeEach(() => {
  file = join(newFolder(), 'log.ndjson');
});

test('the chain is computed as PROTOCOL.md has it (12 to 18)', () => {
  const salt = Buffer.from(vectors.salt, 'hex');
  expect(hashBeforeFirst(vectors.epoch).toString('hex')).toBe(vectors.genesis);
  for (const { text, commitment } of vectors.commitments) expect(commitmentTo(text, salt)).toBe(commitment);
  for (const { row, hash } of vectors.rows) expect(hashOfRow(row).toString('hex')).toBe(hash);
  for (const { set, prevHash, hash } of vectors.sets) {
    const computed = new SetHash(Buffer.from(prevHash, 'hex'), { ...set, epoch: vectors.epoch });
    for (const { row, hash: rowHash } of vectors.rows) {
      if (row.position >= set.firstPosition && row.position <= set.position) computed.add(Buffer.from(rowHash, 'hex'));
    }
    expect(computed.digest().toString('hex')).toBe(hash);
  }
});

test('the worked log of PROTOCOL.md (73) fits; one in which time falls does not, though its hashes do', async () => {
  const worked = jsonLines(
    readFileSync(new URL('../../src/changes/PROTOCOL.md', import.meta.url), 'utf8')
      .match(/^ {4}\{"type".*$/gm)!
      .join('\n'),
  );
  const [log, first, change, end] = worked as [Json, Json, Json, Json];
  const verified = (lines: Json[]) =>
    verifyLogFile(Readable.from(lines.map((line) => JSON.stringify(line))), { onPlace() {} });
  expect(await verified([log, first, change, end])).toMatchObject({
    sets: 1,
    through: { position: 1, hash: end.hash },
  });

  const withSecond = (at: number) => {
    const second = {
      ...first,
      id: '22222222-2222-4222-8222-222222222222',
      firstPosition: 2,
      position: 2,
      at,
      previousHash: end.hash,
    };
    const row = { ...change, position: 2 };
    const hash = new SetHash(Buffer.from(end.hash, 'hex'), { ...(second as unknown as ChainedSet), epoch: log.epoch });
    hash.add(hashOfRow({ ...(row as unknown as ChainedRow), phoneCommitment: null }));
    const place = hash.digest().toString('hex');
    const head = { ...log, through: 2, throughHash: place };
    return verified([head, first, change, { ...second, hash: place }, row, { ...end, position: 2, hash: place }]);
  };
  expect(await withSecond(first.at)).toMatchObject({ sets: 2, changes: 2 });
  await expect(withSecond(first.at - 1)).rejects.toThrow('position 2: the set is older than the one before it');
});

test("the server's log is verified to its end, against a witness too", async () => {
  const { exitCode, last } = await staff.json('audit', 'verify');
  expect({ exitCode, last }).toEqual({
    exitCode: 0,
    last: {
      type: 'result',
      isIntact: true,
      changes: last.position,
      position: last.position,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      exitCode: 0,
    },
  });
  await staff.run('add', '+14155550101', '--list', 'DNC');
  const witness = `${last.position}:${last.hash}`;
  const later = await staff.run('audit', 'verify', '--witness', witness);
  expect(later).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(new RegExp(`^intact\t${last.position + 1} changes\t${last.position + 1}:`)),
  });
  const rewritten = await staff.json('audit', 'verify', '--witness', `${last.position}:${'0'.repeat(64)}`);
  expect(rewritten).toMatchObject({
    exitCode: 6,
    last: { code: 'NOT_INTACT', message: expect.stringContaining('the log was rewritten') },
  });
  const cut = await staff.json('audit', 'verify', '--witness', `${last.position + 50}:${last.hash}`);
  expect(cut).toMatchObject({ exitCode: 6, last: { message: expect.stringContaining('cut off') } });
});

test('an exported log is verified without server and key', async () => {
  const exported = await staff.json('audit', 'export', '-o', file);
  expect(exported).toMatchObject({ exitCode: 0, last: { type: 'result', file, format: 'NDJSON' } });
  const onServer = await staff.json('audit', 'verify');
  expect(await nobody.json('audit', 'verify', file)).toMatchObject({ exitCode: 0, last: onServer.last });

  await staff.run('add', '+14155550102', '--list', 'DNC');
  const rest = `${file}.rest`;
  await staff.run('audit', 'export', '-o', rest, '--after', exported.last.cursor);
  const witness = `${onServer.last.position}:${onServer.last.hash}`;
  const joined = await nobody.json('audit', 'verify', file, rest, '--witness', witness);
  expect(joined).toMatchObject({
    exitCode: 0,
    last: { position: onServer.last.position + 1, changes: onServer.last.position + 1 },
  });
  expect(await nobody.run('audit', 'verify', rest)).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('Only from position'),
  });
  expect(await nobody.json('audit', 'verify', rest, file)).toMatchObject({
    exitCode: 6,
    last: { message: expect.stringContaining('does not begin where') },
  });
});

test('a file that was tampered with ends with 6 and the position; what is no exported log with 2', async () => {
  await staff.run('audit', 'export', '-o', file);
  const lines = jsonLines(readFileSync(file, 'utf8'));
  const changeAt = lines.findIndex(({ kind }) => kind === 'ENTRY_ADDED');
  const { position } = lines[changeAt]!;
  const setAt = changeAt - 1;
  const forgeries: Record<string, (lines: Json[]) => unknown> = {
    'another number': (all) => Object.assign(all[changeAt]!.number, { text: '+14155559999' }),
    'other facts': (all) => Object.assign(all[changeAt]!, { facts: '' }),
    'a change left out': (all) => all.splice(changeAt, 1),
    'a set left out': (all) => all.splice(setAt, 2),
    'another actor': (all) => Object.assign(all[setAt]!, { actorId: 99 }),
    'an earlier time': (all) => Object.assign(all[setAt]!, { at: 0 }),
    'another reason': (all) => Object.assign(all[changeAt]!.reason, { text: 'Another' }),
    'a change twice': (all) => all.splice(changeAt, 0, all[changeAt]!),
  }; // biome-ignore format: one look
  const found: Record<string, unknown> = {};
  for (const [name, forge] of Object.entries(forgeries)) {
    const forged = structuredClone(lines);
    forge(forged);
    found[name] = await verdictOn(forged);
  }
  const at = { exitCode: 6, position };
  expect(found).toEqual(
    Object.fromEntries(
      Object.keys(forgeries).map((name) => [
        name,
        name === 'a change twice' ? { exitCode: 6, position: position + 1 } : at,
      ]),
    ),
  );
  const ofConsent = structuredClone(lines);
  const consent = ofConsent.find(({ kind }) => kind === 'CONSENT')!;
  Object.assign(consent.number, { text: '+14155559999' });
  expect(await verdictOn(ofConsent)).toEqual({ exitCode: 6, position: consent.position });
  const forged = `${file}.forged`;
  writeFileSync(forged, readFileSync(file, 'utf8').replace('+14155550100', '+14155559999'));
  expect(await nobody.json('audit', 'verify', forged)).toMatchObject({
    exitCode: 6,
    last: { type: 'error', code: 'NOT_INTACT' },
  });
  expect(await verdictOn(lines.slice(0, -1))).toMatchObject({ exitCode: 6 });
  expect(await verdictOn(lines.slice(0, changeAt))).toMatchObject({ exitCode: 6 });
  expect(await verdictOn(lines.slice(1))).toMatchObject({ exitCode: 2 });
  expect(await verdictOn([])).toMatchObject({ exitCode: 2 });
});

/** How `audit verify` would end, and where the first fault is. */
async function verdictOn(lines: readonly Json[]): Promise<{ exitCode: number; position: number }> {
  const texts = Readable.from(lines.map((line) => JSON.stringify(line)));
  const { exitCode, message } = await verifyLogFile(texts, { onPlace() {} }).then(
    () => ({ exitCode: 0, message: '' }),
    (failure: CommandFailure) => failure,
  );
  return { exitCode, position: Number(/at position (\d+):/.exec(message)?.[1]) };
}
