import { beginsCallingCode, callingCodeOf } from './calling-codes.ts';
import type { NumberSearch } from './number-search.ts';

const BULLET = '•';
const VISIBLE_TAIL = 3;

/** Shorter keys (short codes, most sender names, tiny countries) show no tail: too little would stay hidden. */
export const SHORTEST_WITH_TAIL = 10;

/** What a viewer without `number:see` sees of a key (R7): `+1` and `567`, or nothing. */
export interface VisibleDigits {
  /** `+` and the country calling code, or ''. */
  readonly start: string;
  /** The last three characters, or ''. */
  readonly end: string;
}

/** The two visible parts of a listed number; everything between them is hidden. */
export function visibleDigits(key: string): VisibleDigits {
  const code = /^\+\d{2,15}$/.test(key) ? callingCodeOf(key.slice(1)) : undefined;
  const signs = [...key];
  return {
    start: code === undefined ? '' : `+${code}`,
    end: signs.length < SHORTEST_WITH_TAIL ? '' : signs.slice(-VISIBLE_TAIL).join(''),
  };
}

/** `+14151234567` as `+1•••••••567` (R7). One bullet for each hidden character. */
export function maskNumber(key: string): string {
  const { start, end } = visibleDigits(key);
  const hidden = [...key].length - start.length - [...end].length;
  return start + BULLET.repeat(Math.max(hidden, 0)) + end;
}

/** How a search of a viewer without `number:see` may look at keys. */
export type VisibleSearch =
  /** Keys that start with this; it is no more than the beginning of a calling code. */
  | { readonly part: 'START'; readonly startsWith: string }
  /** Keys of at least SHORTEST_WITH_TAIL characters whose last three contain this. */
  | { readonly part: 'END'; readonly contains: string };

/** The part of a search that visible digits can answer, or null when only hidden digits could (R7: it finds nothing). */
export function visibleSearch(search: NumberSearch): VisibleSearch | null {
  if (search.anchored) {
    return beginsCallingCode(search.digits) ? { part: 'START', startsWith: `+${search.digits}` } : null;
  }
  return search.digits.length <= VISIBLE_TAIL ? { part: 'END', contains: search.digits } : null;
}
