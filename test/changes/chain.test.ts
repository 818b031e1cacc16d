import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ChainRow, type ChainSet, commitment, genesisHash, rowHash, setHash } from '../../src/changes/chain.ts';

interface Vectors {
  epoch: string;
  genesis: string;
  salt: string;
  commitments: { text: string; commitment: string }[];
  rows: { row: ChainRow; text: string; hash: string }[];
  sets: { set: Omit<ChainSet, 'at' | 'epoch'> & { at: number }; header: string; prevHash: string; hash: string }[];
}

const vectors = JSON.parse(readFileSync(new URL('chain-vectors.json', import.meta.url), 'utf8')) as Vectors;

describe('the worked vectors (P1.9; PROTOCOL.md 12-23)', () => {
  test('the hash before the first set', () => {
    expect(genesisHash(vectors.epoch).toString('hex')).toBe(vectors.genesis);
  });

  test.each(vectors.commitments)('commitment of $text', ({ text, commitment: expected }) => {
    expect(commitment(Buffer.from(vectors.salt, 'hex'), text).toString('hex')).toBe(expected);
  });

  test.each(vectors.rows)('row $row.position', ({ row, hash }) => {
    expect(rowHash(row).toString('hex')).toBe(hash);
  });

  test.each(vectors.sets)('set $set.position', ({ set, prevHash, hash }) => {
    const rows = vectors.rows.filter(({ row }) => row.position >= set.firstPosition && row.position <= set.position);
    const computed = setHash(
      Buffer.from(prevHash, 'hex'),
      { ...set, epoch: vectors.epoch, at: new Date(set.at) },
      rows.map(({ row }) => rowHash(row)),
    );
    expect(computed.toString('hex')).toBe(hash);
  });
});

test('PROTOCOL.md shows the first of them (PROTOCOL 23)', () => {
  const page = readFileSync(new URL('../../src/changes/PROTOCOL.md', import.meta.url), 'utf8');
  const [{ text, hash }] = vectors.rows as [Vectors['rows'][0]];
  const [set] = vectors.sets as [Vectors['sets'][0]];
  for (const part of [vectors.genesis, text, hash, set.header, set.hash]) expect(page).toContain(`${part}\n`);
});

describe('no two rows share a hash', () => {
  const [{ row }] = vectors.rows as [Vectors['rows'][0]];

  test('null is distinct from empty', () => {
    expect(rowHash({ ...row, facts: '' })).not.toEqual(rowHash({ ...row, facts: null }));
    expect(rowHash({ ...row, before: '-' })).not.toEqual(rowHash({ ...row, before: null }));
  });

  test('what moves from one field to the next changes the hash', () => {
    expect(rowHash({ ...row, before: '1:a,', after: null })).not.toEqual(
      rowHash({ ...row, before: null, after: '1:a,' }),
    );
    expect(rowHash({ ...row, facts: '1h', before: '2s' })).not.toEqual(
      rowHash({ ...row, facts: '1h,2:2s', before: '' }),
    );
  });

  test('a row is no set', () => {
    const set = vectors.sets[0]!;
    expect(setHash(Buffer.alloc(0), { ...set.set, epoch: '', at: new Date(0) }, [])).not.toEqual(rowHash(row));
  });
});
