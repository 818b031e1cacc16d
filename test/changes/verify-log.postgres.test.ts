import fc from 'fast-check';
import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Verification, verifyLog } from '../../src/changes/verify-log.ts';
import { clientSql } from '../../src/db/pool-sql.ts';
import { type LogToVerify, openLogToVerify, type SetRow, tampered } from './log-to-verify.ts';
import { tamperings } from './tamperings.ts';

let log: LogToVerify;
let client: pg.Client;
let environment: number;
let sets: readonly SetRow[];
let head: number;

beforeAll(async () => {
  log = await openLogToVerify();
  ({ client, environment, sets, head } = log);
});

const verify = (options = {}) => verifyLog(clientSql(client), environment, options);

describe('an intact log (P1.9)', () => {
  test('fits, and its end is the one that the environment names', async () => {
    const { head_hash: hash } = (await client.query('SELECT head_hash FROM environment WHERE id = $1', [environment]))
      .rows[0];
    expect(await verify()).toEqual({
      verifiedFrom: 1,
      verifiedThrough: head,
      hash,
      firstBadPosition: null,
      problem: null,
      continueAt: null,
    });
  });

  test('a range is verified by whole sets', async () => {
    const [before, set] = sets.filter(({ first, position }) => position > first).slice(1) as [SetRow, SetRow];
    expect(await verify({ fromPosition: set.position, toPosition: set.first })).toMatchObject({
      verifiedFrom: set.first,
      verifiedThrough: set.position,
      problem: null,
    });
    expect(await verify({ fromPosition: before.first + 1 })).toMatchObject({
      verifiedFrom: before.first,
      verifiedThrough: head,
      problem: null,
    });
    expect(await verify({ fromPosition: head + 50 })).toMatchObject({
      verifiedFrom: head + 1,
      verifiedThrough: head,
      problem: null,
      continueAt: null,
    });
  });

  test('a bounded call says where to go on, and the parts make up the whole', async () => {
    let from: number | null = 1;
    const parts: Verification[] = [];
    while (from !== null) {
      const part: Verification = await verify({ fromPosition: from, limit: 5 });
      parts.push(part);
      from = part.continueAt;
    }
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.slice(1).map(({ verifiedFrom }) => verifiedFrom)).toEqual(
      parts.slice(0, -1).map(({ verifiedThrough }) => verifiedThrough + 1),
    );
    expect(parts.every(({ verifiedFrom, verifiedThrough }) => verifiedThrough - verifiedFrom < 6)).toBe(true);
    expect(parts.at(-1)!.hash).toEqual((await verify()).hash);
  });

  test('an empty log fits', async () => {
    await tampered(log, async () => {
      await client.query(`DELETE FROM change WHERE environment_id = $1`, [environment]);
      await client.query(`DELETE FROM change_set WHERE environment_id = $1`, [environment]);
      await client.query(
        `UPDATE environment SET head = 0, head_hash = sha256('\\x02'::bytea || epoch::bytea) WHERE id = $1`,
        [environment],
      );
      expect(await verify()).toMatchObject({ verifiedFrom: 1, verifiedThrough: 0, problem: null });
    });
  });

  test('an erased text leaves it fitting (R5.4)', async () => {
    await tampered(log, async () => {
      await client.query('UPDATE text_value SET body = NULL, salt = NULL, digest = NULL WHERE environment_id = $1', [
        environment,
      ]);
      expect(await verify()).toMatchObject({ verifiedThrough: head, problem: null });
    });
  });
});

test.each(Object.keys(tamperings))('found where it is: %s', async (name) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: head }), fc.integer({ min: 1, max: head }), async (n, m) => {
      await tampered(log, async () => {
        const expected = await tamperings[name]!(log, n, m);
        expect(await verify()).toMatchObject({
          firstBadPosition: expected,
          problem: expect.any(String),
          continueAt: null,
        });
      });
    }),
    { numRuns: 6 },
  );
});
