import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultSettings, parseSettings } from '../../src/domain/settings.ts';
import { blockMask, builtInLists, type ListRow } from '../../src/suppression-index/block-mask.ts';
import { EnvironmentIndex } from '../../src/suppression-index/environment-index.ts';
import { formatFacts, InvalidFactsError, parseFacts } from '../../src/suppression-index/facts.ts';
import { FactsPool } from '../../src/suppression-index/facts-pool.ts';

const PHONE = '+14151234567';
const custom: ListRow = { id: 4, key: 'NIGHT', name: 'Night', blocks: 1, enabled: true, campaigns: [] };

describe('facts', () => {
  test('one spelling: what is formatted parses to the same, sorted', () => {
    expect(
      formatFacts([
        { listId: 12, enforced: 'SOFT' },
        { listId: 2, enforced: 'HARD' },
      ]),
    ).toBe('2h 12s');
    expect(parseFacts('2h 12s')).toEqual([
      { listId: 2, enforced: 'HARD' },
      { listId: 12, enforced: 'SOFT' },
    ]);
    expect(parseFacts('')).toEqual([]);
  });

  test.each(['1', 'h', '1x', '2h 1h', '1h 1s', '01h', '0h', '1h  2s', ' 1h', '1h ', '1H', '-1h'])(
    'refuses %j',
    (facts) => {
      expect(() => parseFacts(facts)).toThrow(InvalidFactsError);
      const index = new EnvironmentIndex();
      index.put(PHONE, '1h');
      expect(() => index.put(PHONE, facts)).toThrow(InvalidFactsError);
      expect(index.facts(PHONE)).toBe('1h');
    },
  );

  test('refuses to format a list twice', () => {
    const fact = { listId: 1, enforced: 'HARD' } as const;
    expect(() => formatFacts([fact, fact])).toThrow(InvalidFactsError);
  });
});

describe('FactsPool', () => {
  test('takes freed ids again, so that it holds what is in use and no more', () => {
    const pool = new FactsPool();
    for (let i = 1; i <= 10_000; i++) pool.release(pool.retain(`${i}h`));
    const id = pool.retain('5h');
    expect(id).toBeLessThan(3);
    expect(pool.text(id)).toBe('5h');
    expect(pool.mask(id, () => 9)).toBe(9);
    pool.release(id);
    // The same id under other facts has no mask of old.
    expect(pool.mask(pool.retain('6h'), () => 3)).toBe(3);
  });
});

describe('EnvironmentIndex', () => {
  test('P2.1: changes of lists and settings alter the verdict at once, without touching numbers', () => {
    const index = new EnvironmentIndex({ lists: [custom] });
    index.put(PHONE, '4s');
    expect(index.blockMask(PHONE)).toBe(1);
    index.applyList({ ...custom, blocks: 15 });
    expect(index.blockMask(PHONE)).toBe(15);
    index.applyList({ ...custom, enabled: false });
    expect(index.blockMask(PHONE)).toBe(0);
    index.applyList(custom);
    index.applySettings({ ...defaultSettings, enforcePending: false });
    expect(index.blockMask(PHONE)).toBe(0);
    index.put(PHONE, '4h');
    expect(index.blockMask(PHONE)).toBe(1);
    index.applySettings(defaultSettings);
    index.put(PHONE, '4s');
    expect(index.blockMask(PHONE)).toBe(1);
    index.put(PHONE, '');
    expect([index.blockMask(PHONE), index.facts(PHONE), index.size]).toEqual([0, '', 0]);
  });

  test('P2.1: the cached masks never differ from a fresh derivation', () => {
    const facts = fc
      .uniqueArray(fc.record({ listId: fc.integer({ min: 1, max: 6 }), enforced: fc.constantFrom('HARD', 'SOFT') }), {
        selector: ({ listId }) => listId,
        maxLength: 6,
      })
      .map(formatFacts);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put'), phone: fc.integer({ min: 1, max: 30 }).map((n) => `+1415${n}`), facts }),
      fc.record({
        kind: fc.constant('list'),
        id: fc.integer({ min: 1, max: 6 }),
        blocks: fc.integer({ min: 0, max: 15 }),
        enabled: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('settings'), enforcePending: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const index = new EnvironmentIndex();
        const model = new Map<string, string>();
        for (const action of steps) {
          if ('phone' in action) {
            index.put(action.phone, action.facts);
            model.set(action.phone, action.facts);
          } else if ('blocks' in action) index.applyList({ ...custom, ...action });
          else index.applySettings({ ...defaultSettings, enforcePending: action.enforcePending });
          for (const [phone, expected] of model) {
            expect(index.facts(phone)).toBe(expected);
            expect(index.blockMask(phone)).toBe(blockMask(expected, index.lists, index.settings));
          }
        }
      }),
    );
  });

  test('design 6: position never falls', () => {
    const index = new EnvironmentIndex({ position: 5 });
    index.position = 7;
    expect(() => {
      index.position = 6;
    }).toThrow(RangeError);
    expect(index.position).toBe(7);
  });

  test('starts with the built-in lists; a loaded row takes the place of one with its id', () => {
    const index = new EnvironmentIndex({ lists: [custom, { ...(builtInLists[0] as ListRow), name: 'DNC' }] });
    expect([...index.lists.values()].map(({ name }) => name)).toEqual(['DNC', 'Do Not Text', 'Spam', 'Night']);
  });
});

describe('parseSettings', () => {
  test('takes defaults for what is missing or unreadable', () => {
    for (const json of [
      undefined,
      null,
      {},
      [],
      'x',
      { enforcePending: 'no', defaultCountry: 'us', businessName: 3 },
    ]) {
      expect(parseSettings(json)).toEqual(defaultSettings);
    }
    const stored = { businessName: 'Acme', defaultCountry: 'DE', enforcePending: false, stopBlocksCalls: false };
    expect(parseSettings({ ...stored, later: 1 })).toEqual({ ...defaultSettings, ...stored });
  });
});
