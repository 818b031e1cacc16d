import { describe, expect, test } from 'vitest';
import { numberProblem } from '../../src/domain/numbers/number-problem.ts';
import { type ParsedNumber, parsePhoneNumber } from '../../src/domain/numbers/phone-number.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import { blockedEverywhere, builtInLists, type ListRow } from '../../src/suppression-index/block-mask.ts';
import { EnvironmentIndex } from '../../src/suppression-index/environment-index.ts';
import { otherKeys } from '../../src/suppression-index/other-keys.ts';
import { deriveVerdict, factsAt, type VerdictInput } from '../../src/suppression-index/verdict.ts';

const us = { defaultCountry: 'US' } as const;
const PHONE = '+14151234567';
const vip: ListRow = { id: 12, key: 'VIP', name: 'Board members', blocks: 5, enabled: true, campaigns: [] };
const directions = ['OUTBOUND', 'INBOUND'] as const;
const channels = ['CALL', 'SMS'] as const;
const readable = (e164 = PHONE, emergency: ParsedNumber['emergency'] = false) =>
  ({ ok: true, e164, emergency }) as const;
const unreadable = { ok: false, problem: numberProblem('TOO_SHORT'), emergency: false } as const;

const ask = (index: EnvironmentIndex | null, changes: Partial<VerdictInput> = {}) =>
  deriveVerdict({
    number: readable(),
    otherKeys: [],
    direction: 'OUTBOUND',
    channel: 'CALL',
    source: index,
    stale: false,
    ...changes,
  });

// R3.1, written out by hand rather than computed from the masks under test.
const blocks: Record<string, readonly string[]> = {
  DNC: ['OUTBOUND CALL', 'OUTBOUND SMS'],
  DNT: ['OUTBOUND SMS'],
  SPAM: ['INBOUND CALL', 'INBOUND SMS'],
  VIP: ['OUTBOUND CALL', 'INBOUND CALL'],
};

const table = [...builtInLists, vip].flatMap((list) =>
  directions.flatMap((direction) =>
    channels.flatMap((channel) =>
      (['h', 's'] as const).flatMap((kind) =>
        [true, false].flatMap((enforcePending) =>
          [true, false].map((enabled) => {
            const counts = enabled && (kind === 'h' || enforcePending);
            const blocked = counts && blocks[list.key]?.includes(`${direction} ${channel}`) === true;
            return { key: list.key, list, direction, channel, kind, enforcePending, enabled, blocked };
          }),
        ),
      ),
    ),
  ),
);

describe('the truth table of one list (R3.1 what blocks, R1.5 pending, R3.1 enabled lists alone)', () => {
  test.each(table)(
    '$key $direction $channel, class $kind, enforcePending $enforcePending, enabled $enabled: blocked $blocked',
    ({ list, direction, channel, kind, enforcePending, enabled, blocked }) => {
      const settings = { ...defaultSettings, enforcePending };
      const index = new EnvironmentIndex({ lists: [{ ...list, enabled }], settings });
      const facts = `${list.id}${kind}`;
      index.put(PHONE, facts);
      const reasons = [{ code: 'LISTED', listId: list.id, enforced: kind === 'h' ? 'HARD' : 'SOFT' }];
      const expected = blocked ? { decision: 'BLOCK', reasons } : { decision: 'ALLOW', reasons: [] };
      expect(ask(index, { direction, channel })).toEqual(expected);
      expect(ask(null, { direction, channel, source: factsAt(facts, index.lists, settings) })).toEqual(expected);
      const field = `${direction.toLowerCase()}${channel === 'CALL' ? 'Call' : 'Sms'}`;
      expect(blockedEverywhere(facts, index.lists, settings)).toHaveProperty(field, blocked);
    },
  );

  test('covers every combination', () => expect(table).toHaveLength(4 * 2 * 2 * 2 * 2 * 2));
});

describe('reasons', () => {
  test('R3.2: every list that blocks is named, in list order, and none that does not', () => {
    const index = new EnvironmentIndex({ lists: [vip] });
    index.put(PHONE, '1s 2h 3h 12h');
    const listed = (channel: 'CALL' | 'SMS') =>
      ask(index, { channel }).reasons.map((r) => ('listId' in r ? r.listId : r.code));
    expect(listed('CALL')).toEqual([1, 12]);
    expect(listed('SMS')).toEqual([1, 2]);
  });

  test('R1.5: a pending entry that is not enforced is not named beside one that is', () => {
    const index = new EnvironmentIndex({ settings: { ...defaultSettings, enforcePending: false } });
    index.put(PHONE, '1s 2h');
    expect(ask(index, { channel: 'SMS' }).reasons).toEqual([{ code: 'LISTED', listId: 2, enforced: 'HARD' }]);
  });

  test('R3.3: facts of a list that the index never met block everything', () => {
    const index = new EnvironmentIndex();
    index.put(PHONE, '99h');
    for (const direction of directions) {
      for (const channel of channels) expect(ask(index, { direction, channel }).decision).toBe('BLOCK');
    }
  });
});

describe('numbers that are special', () => {
  const emergency = readable('+18002738255', parsePhoneNumber('+18002738255', us).emergency);

  test.each([
    ['ready', new EnvironmentIndex(), false],
    ['stale', new EnvironmentIndex(), true],
    ['not ready', null, true],
  ] as const)('R2.4: an outbound call to an emergency number is allowed on a node that is %s', (_, source, stale) => {
    expect(ask(source, { number: emergency, stale })).toEqual({
      decision: 'ALLOW',
      reasons: [{ code: 'EMERGENCY_NUMBER' }],
    });
  });

  test.each(['911', '988', '+18002738255'])('R2.4: %s as the parser reads it, on a node that is not ready', (raw) => {
    const number = parsePhoneNumber(raw, us);
    expect(ask(null, { number }).reasons).toEqual([{ code: 'EMERGENCY_NUMBER' }]);
    expect(otherKeys(raw, number, 'US').length).toBe(0);
  });

  test('R2.3: a text is found under each key it may have been listed by', () => {
    const keys = (raw: string, country: 'US' | 'DE' = 'US') =>
      otherKeys(raw, parsePhoneNumber(raw, { defaultCountry: country }), country);
    expect(keys('+14151234567')).toEqual([]);
    expect(keys('(415) 123-4567')).toEqual([]);
    expect(keys('PIZZA')).toEqual(['PIZZA']);
    expect(keys('723-45')).toEqual(['72345', '723-45']);
    // In Germany 72345 is a possible number as well: DNC knows it as +4972345, SPAM as the short code.
    expect(keys('72345', 'DE')).toEqual(['72345']);
    expect(keys('anonymous')).toEqual(['anonymous']);
  });

  test('R3.2: a list that holds two keys of one text is named once, the harder class', () => {
    const index = new EnvironmentIndex();
    index.put(PHONE, '2s');
    index.put('72345', '1h 2h');
    expect(ask(index, { channel: 'SMS', otherKeys: ['72345'] }).reasons).toEqual([
      { code: 'LISTED', listId: 1, enforced: 'HARD' },
      { code: 'LISTED', listId: 2, enforced: 'HARD' },
    ]);
  });

  test('R2.4: also when it is listed; a text to it, or a call from it, is judged like any other', () => {
    const index = new EnvironmentIndex();
    index.put('+18002738255', '1h 2h 3h');
    expect(ask(index, { number: emergency }).decision).toBe('ALLOW');
    expect(ask(index, { number: emergency, channel: 'SMS' }).decision).toBe('BLOCK');
    expect(ask(index, { number: emergency, direction: 'INBOUND' }).decision).toBe('BLOCK');
    expect(ask(null, { number: emergency, channel: 'SMS' }).reasons).toEqual([{ code: 'NOT_READY' }]);
  });

  test.each(channels)('R2.5: outbound %s to an unreadable number is blocked', (channel) => {
    expect(ask(new EnvironmentIndex(), { number: unreadable, otherKeys: ['12'], channel })).toEqual({
      decision: 'BLOCK',
      reasons: [{ code: 'INVALID_NUMBER', problem: 'TOO_SHORT' }],
    });
  });

  test('R2.5, R3.2: on a stale node both are named; so is the opt-out kept as received (R2.3)', () => {
    const index = new EnvironmentIndex();
    index.put('12-AB', '2h');
    const codes = (verdict: ReturnType<typeof ask>) => verdict.reasons.map((reason) => reason.code);
    const input = { number: unreadable, otherKeys: ['12-AB'], channel: 'SMS' } as const;
    expect(codes(ask(index, { ...input, stale: true }))).toEqual(['INVALID_NUMBER', 'LISTED', 'STALE']);
    expect(codes(ask(null, input))).toEqual(['INVALID_NUMBER', 'NOT_READY']);
    expect(codes(ask(index, { number: null, otherKeys: [] }))).toEqual(['INVALID_NUMBER']);
  });

  test.each(channels)('R2.5: inbound %s from a withheld or unreadable caller is allowed', (channel) => {
    const index = new EnvironmentIndex();
    const allowed = { decision: 'ALLOW', reasons: [{ code: 'CALLER_UNREADABLE' }] };
    expect(ask(index, { number: null, otherKeys: [], direction: 'INBOUND', channel })).toEqual(allowed);
    expect(ask(index, { number: unreadable, otherKeys: ['PIZZA'], direction: 'INBOUND', channel })).toEqual(allowed);
  });

  test.each(['72345', 'PIZZA', '+0800'])('R2.3: %s on SPAM blocks inbound, matched exactly', (received) => {
    const index = new EnvironmentIndex();
    index.put(received, '3h');
    const listed = [{ code: 'LISTED', listId: 3, enforced: 'HARD' }];
    for (const channel of channels) {
      const input = { number: unreadable, otherKeys: [received], direction: 'INBOUND', channel } as const;
      expect(ask(index, input)).toEqual({ decision: 'BLOCK', reasons: listed });
      expect(ask(index, { ...input, otherKeys: [`${received} `] }).decision).toBe('ALLOW');
    }
  });
});

describe('R3.3: a node that cannot vouch for its answer', () => {
  test.each(directions.flatMap((direction) => channels.map((channel) => ({ direction, channel }))))(
    'blocks $direction $channel',
    ({ direction, channel }) => {
      const index = new EnvironmentIndex();
      expect(ask(index, { direction, channel, stale: true })).toEqual({
        decision: 'BLOCK',
        reasons: [{ code: 'STALE' }],
      });
      expect(ask(null, { direction, channel })).toEqual({ decision: 'BLOCK', reasons: [{ code: 'NOT_READY' }] });
      const withheld = { number: null, otherKeys: [], direction: 'INBOUND', channel, stale: true } as const;
      expect(ask(index, withheld).reasons).toEqual([{ code: 'STALE' }]);
    },
  );

  test('names what it knows beside STALE, and nothing of an index that is not loaded', () => {
    const index = new EnvironmentIndex();
    index.put(PHONE, '1h');
    expect(ask(index, { stale: true }).reasons.map(({ code }) => code)).toEqual(['LISTED', 'STALE']);
    expect(ask(null, { stale: true }).reasons.map(({ code }) => code)).toEqual(['NOT_READY']);
  });
});
