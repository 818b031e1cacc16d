import type { CountryCode } from 'libphonenumber-js/max';
import { type NumberProblem, numberProblem } from './number-problem.ts';
import { codeOf, parsePhoneNumber } from './phone-number.ts';
import { plainText } from './plain-text.ts';

/** What a list takes besides E.164 numbers (R2.3). */
export interface ListableOptions {
  readonly defaultCountry: CountryCode;
  /** SPAM: short codes and the names that messages come from. */
  readonly acceptsSenders: boolean;
  /** Opt-outs: whatever can't be read is kept as it came. */
  readonly keepAsReceived: boolean;
}

/** The key that an entry is stored and found under, exactly, case included. */
export type Listable =
  | { readonly ok: true; readonly key: string; readonly kind: 'E164' | 'SHORT_CODE' | 'SENDER_NAME' | 'AS_RECEIVED' }
  | { readonly ok: false; readonly problem: NumberProblem };

const SHORT_CODE = /^\d{3,8}$/;
const CERTAIN_SHORT_CODE = /^[1-9]\d{2,5}$/;
/** GSM 03.38 without controls and escapes; carriers send at most 11 of them as a name. */
const SENDER_NAME = /^[A-Za-z0-9 @£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§äöñüàΔΦΓΛΩΠΨΣΘΞ_!"#¤%&'()*+,\-./:;<=>?¡¿]{1,11}$/;
/** What switches and phones put in place of a withheld number: listing it would block every withheld caller (R2.5). */
const WITHHELD = /^(?:anonymous|blocked|private|restricted|unavailable|unknown|withheld|no number|no caller id)$/i;
const LONGEST_AS_RECEIVED = 512;
/** With blanks and dashes between its digits, and invisible marks. */
const LONGEST_SHORT_CODE_TEXT = 32;

/**
 * The key under which `raw` goes on a list, or why it can't (R2.2, R2.3). A look-up asks with the options of the list:
 * the same text always gives the same key. Emergency and crisis numbers are refused on every list.
 *
 * In order: emergency; with `acceptsSenders` a bare short code of 3 to 6 digits (an operator names numbers abroad and at
 * home in full, and some countries have "possible" numbers this short); E.164; other short codes; sender names;
 * with `keepAsReceived` the text without outer blanks.
 */
export function parseListable(raw: string, options: ListableOptions): Listable {
  const parsed = parsePhoneNumber(raw, options);
  if (parsed.emergency) return refused(codeOf(parsed.emergency));

  const text = plainText(raw) ?? '';
  const bareDigits = options.acceptsSenders ? bareDigitsOf(text) : '';
  if (CERTAIN_SHORT_CODE.test(bareDigits)) return { ok: true, key: bareDigits, kind: 'SHORT_CODE' };
  if (parsed.ok) return { ok: true, key: parsed.e164, kind: 'E164' };
  if (SHORT_CODE.test(bareDigits)) return { ok: true, key: bareDigits, kind: 'SHORT_CODE' };

  if (options.acceptsSenders && parsed.problem.code === 'LETTERS') {
    if (WITHHELD.test(text)) return refused('WITHHELD');
    if (SENDER_NAME.test(text)) return { ok: true, key: text, kind: 'SENDER_NAME' };
  }
  return options.keepAsReceived ? asReceived(raw) : { ok: false, problem: parsed.problem };
}

/** The short code that this text may be listed under, whatever the country: 7 and 8 digits are whole numbers in some. */
export function shortCodeIn(raw: string): string | null {
  if (raw.length > LONGEST_SHORT_CODE_TEXT || raw.startsWith('+')) return null;
  const digits = bareDigitsOf(plainText(raw) ?? '');
  return SHORT_CODE.test(digits) ? digits : null;
}

function bareDigitsOf(text: string): string {
  return text.replace(/^'|[\s-]/g, '');
}

/** Only what a database can't hold is changed: U+0000 and half characters become U+FFFD. */
function asReceived(raw: string): Listable {
  if (raw.length > LONGEST_AS_RECEIVED) return refused('UNSTORABLE');
  const key = raw.trim().toWellFormed().replaceAll('\0', '\ufffd');
  return key === '' ? refused('EMPTY') : { ok: true, key, kind: 'AS_RECEIVED' };
}

function refused(code: NumberProblem['code']): Listable {
  return { ok: false, problem: numberProblem(code) };
}

/** R2.3: a list that blocks nothing outbound (SPAM) takes senders that can't be called: short codes and names. */
export function acceptsSenders({ blocks }: { readonly blocks: number }): boolean {
  return (blocks & OUTBOUND) === 0;
}

const OUTBOUND = 3;
