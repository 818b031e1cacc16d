import { describe, expect, it } from 'vitest';
import { maskNumber, visibleDigits, visibleSearch } from '../../src/domain/numbers/mask.ts';

describe('R7 masked numbers', () => {
  it.each([
    ['+14151234567', '+1•••••••567'],
    ['+442079460958', '+44•••••••958'],
    ['+3531800247247', '+353•••••••247'],
    ['+80012345678', '+800•••••678'],
    ['+2901234', '+290••••'],
    ['732873', '••••••'],
    ['AMAZON', '••••••'],
    ['jane@example.com', '•••••••••••••com'],
    ['😀😀😀😀😀😀😀😀😀😀', '•••••••😀😀😀'],
    ['+12', '+1•'],
    ['+99912345678', '•••••••••678'],
    ['', ''],
  ])('%s is %s', (key, masked) => {
    expect(maskNumber(key)).toBe(masked);
  });

  it('shows the calling code and the last three digits', () => {
    expect(visibleDigits('+14151234567')).toEqual({ start: '+1', end: '567' });
  });

  it.each([
    [
      { digits: '1', anchored: true },
      { part: 'START', startsWith: '+1' },
    ],
    [
      { digits: '4', anchored: true },
      { part: 'START', startsWith: '+4' },
    ],
    [{ digits: '14', anchored: true }, null],
    [{ digits: '1415', anchored: true }, null],
    [
      { digits: '567', anchored: false },
      { part: 'END', contains: '567' },
    ],
    [
      { digits: '67', anchored: false },
      { part: 'END', contains: '67' },
    ],
    [{ digits: '4567', anchored: false }, null],
  ])('search %j looks only at what is visible', (search, expected) => {
    expect(visibleSearch(search)).toEqual(expected);
  });
});
