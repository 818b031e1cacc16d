import { createHash, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContactWord, EntryRow, WriteOutcome } from '../../src/changes/write-call.ts';
import { systemActor } from '../../src/changes/write-call.ts';
import { type Asking, nextPhone, openAsking } from './asking.ts';
import { DNC, DNT, staff } from './log-world.ts';

let server: Asking['server'];
let environmentId: number;

beforeAll(async () => {
  ({ server, environmentId } = await openAsking());
});

const anHourAgo = Date.now() - 3_600_000;
const minutes = (n: number) => new Date(anHourAgo + n * 60_000);

function wordOf(phone: string, body: string, at: Date, more: Partial<ContactWord> = {}): ContactWord {
  return {
    door: 'key:1',
    externalId: randomUUID(),
    digest: createHash('sha256').update(`${phone} ${body}`).digest(),
    phone,
    businessNumber: '+14155550100',
    body,
    receivedAt: at,
    meaning: 'NONE',
    via: null,
    certainty: null,
    rule: null,
    decidedBy: null,
    confirms: false,
    consent: null,
    reporter: staff,
    ...more,
  };
}

function say(word: ContactWord, rows: readonly EntryRow[]): Promise<WriteOutcome> {
  return server.log.write({
    environmentId,
    actor: systemActor,
    operation: 'receiveMessage',
    authority: 'CONTACT',
    evidence: word.body,
    word,
    rows,
  });
}

const optOut = { meaning: 'OPT_OUT', via: 'KEYWORD', certainty: 'HIGH', confirms: true } as const;

function stop(phone: string, at: Date, more: Partial<ContactWord> = {}): Promise<WriteOutcome> {
  const row = { verb: 'ADD', phone, source: 'SMS_KEYWORD', status: 'APPROVED', endUserOptedOut: true } as const;
  const rows = [DNC, DNT].map((listId) => ({ ...row, listId, requestedAt: at, evidence: 'STOP' }));
  return say(wordOf(phone, 'STOP', at, { ...optOut, ...more }), rows);
}

async function start(phone: string, at: Date, more: Partial<ContactWord> = {}): Promise<WriteOutcome> {
  const word = wordOf(phone, 'START', at, {
    meaning: 'OPT_IN',
    via: 'KEYWORD',
    certainty: 'HIGH',
    consent: 'EXPRESS',
    ...more,
  });
  return say(word, await optOutsOf(phone));
}

async function optOutsOf(phone: string): Promise<EntryRow[]> {
  const { rows } = await server.database.read.query<{ id: string; list_id: number; source: EntryRow['source'] }>(
    'SELECT id, list_id, source FROM entry WHERE environment_id = $1 AND phone = $2 AND active AND end_user_opted_out AND list_id IN (1, 2)',
    [environmentId, phone],
  );
  return rows.map(({ id, list_id, source }) => ({ verb: 'REMOVE', entryId: id, phone, listId: list_id, source }));
}

async function consentsOf(phone: string) {
  const { rows } = await server.database.read.query<{ level: string; purpose: string; ended_by: string | null }>(
    'SELECT level, purpose, ended_by FROM consent WHERE environment_id = $1 AND phone = $2 ORDER BY id',
    [environmentId, phone],
  );
  return rows;
}

describe('the latest word counts (R4.1)', () => {
  test('STOP lists, START lifts, and the next STOP lists again, each confirmed once', async () => {
    const phone = nextPhone();
    const first = await stop(phone, minutes(1));
    expect(first).toMatchObject({ word: { effect: 'LISTED', isNew: true, isConfirmed: true, isIdReused: false } });
    expect(first.rows.map(({ code }) => code)).toEqual(['ADDED', 'ADDED']);
    expect(await stop(phone, minutes(2))).toMatchObject({ word: { effect: 'LISTED', isConfirmed: false } });
    const lifted = await start(phone, minutes(3));
    expect(lifted).toMatchObject({ word: { effect: 'LIFTED' } });
    expect(lifted.rows.map(({ code, facts }) => [code, facts])).toEqual([
      ['CHANGED', ''],
      ['CHANGED', ''],
    ]);
    expect(await stop(phone, minutes(4))).toMatchObject({ word: { effect: 'LISTED', isConfirmed: true } });
  });

  test('a START not newer than the newest opt-out lifts nothing; on a tie the opt-out wins', async () => {
    const phone = nextPhone();
    await stop(phone, minutes(5));
    for (const at of [minutes(4), minutes(5)])
      expect(await start(phone, at)).toMatchObject({ rows: [], word: { effect: 'NOT_NEWER' } });
    expect(await optOutsOf(phone)).toHaveLength(2);
    expect(await consentsOf(phone)).toEqual([]);
  });

  test('a STOP that comes late, older than a START, lists nothing', async () => {
    const phone = nextPhone();
    await start(phone, minutes(5));
    expect(await stop(phone, minutes(4))).toMatchObject({ rows: [], word: { effect: 'SUPERSEDED' } });
    expect(await stop(phone, minutes(5))).toMatchObject({ word: { effect: 'LISTED' } });
  });

  test('a word is taken once; with another text it is another one, and reported (R4.7)', async () => {
    const phone = nextPhone();
    const externalId = randomUUID();
    const first = await stop(phone, minutes(1), { externalId });
    const again = await stop(phone, minutes(1), { externalId });
    expect(again).toMatchObject({ rows: [], word: { ...first.word, isNew: false } });
    const other = await stop(nextPhone(), minutes(1), { externalId });
    expect(other).toMatchObject({ word: { isNew: true, isIdReused: true } });
  });

  test('two servers hear STOP and START at once: the later one holds, whoever commits first', async () => {
    for (let round = 0; round < 5; round += 1) {
      const phone = nextPhone();
      const retried = async () => {
        for (;;) {
          const outcome = await start(phone, minutes(3)).catch((error: { code?: string }) => error);
          if (!('code' in outcome)) return outcome;
          expect(outcome.code).toBe('OPT_OUTS_CHANGED');
        }
      };
      await Promise.all([stop(phone, minutes(2)), retried(), stop(phone, minutes(1))]);
      expect(await optOutsOf(phone)).toEqual([]);
    }
  });
});

describe('consents (R4.9)', () => {
  test('START gives express consent, an opt-out ends it, both in the log', async () => {
    const phone = nextPhone();
    await start(phone, minutes(1));
    expect(await consentsOf(phone)).toEqual([{ level: 'EXPRESS', purpose: 'TRANSACTIONAL', ended_by: null }]);
    await stop(phone, minutes(2));
    expect(await consentsOf(phone)).toMatchObject([{ ended_by: 'OPT_OUT' }]);
    const { rows } = await server.database.read.query<{ facts: string }>(
      `SELECT c.facts FROM change c JOIN consent k ON k.environment_id = c.environment_id AND k.id = c.consent_id
        WHERE c.environment_id = $1 AND k.phone = $2 ORDER BY c.position`,
      [environmentId, phone],
    );
    expect(rows.map(({ facts }) => facts)).toEqual(['c6', '']);
  });

  test('what neither opts out nor in gives implied consent, once for a thread', async () => {
    const phone = nextPhone();
    for (const body of ['Hello', 'Are you there?'])
      await say(wordOf(phone, body, minutes(1), { consent: 'IMPLIED' }), []);
    expect(await consentsOf(phone)).toEqual([{ level: 'IMPLIED', purpose: 'CONVERSATIONAL', ended_by: null }]);
  });
});

describe('facts of a call (R4.8)', () => {
  test('each is taken once, also when its entry was lifted since', async () => {
    const phone = nextPhone();
    const report = () =>
      server.log.write({
        environmentId,
        actor: staff,
        operation: 'recordCallOutcome',
        authority: 'STAFF',
        fact: {
          callId: `call ${phone}`,
          phone,
          kind: 'ADD_TO_DNC',
          value: '',
          direction: 'OUTBOUND',
          agent: null,
          reporter: staff,
        },
        rows: [{ verb: 'ADD', phone, listId: DNC, source: 'CALL_ACTION', status: 'APPROVED' }],
      });
    expect(await report()).toMatchObject({ fact: 'NEW', rows: [{ code: 'ADDED' }] });
    expect(await report()).toMatchObject({ fact: 'TAKEN', rows: [] });
  });
});
