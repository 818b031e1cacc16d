/** Beyond this many UTF-16 units a text isn't even cleaned. */
const LONGEST_RAW = 512;

const ONLY_PRINTABLE_ASCII = /^[ -~]*$/;
/** Format characters (bidi, zero width, soft hyphen, BOM), other controls, variation selectors, the keycap mark. */
const INVISIBLE = /(?![\t-\r\x85])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]|\u20e3/gu;
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const OTHER_PLUS = /[\ufe62\u207a]/g;
const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;
const OUTER_SPACE = /^[\s\x85]+|[\s\x85]+$/g;

/**
 * The text as a person sees it, in the characters a parser expects (R2.1): invisible marks gone, full-width forms and
 * the decimal digits of every script as ASCII, no outer blanks. Null when it is too long to look at.
 */
export function plainText(raw: string): string | null {
  if (raw.length > LONGEST_RAW) return null;
  if (ONLY_PRINTABLE_ASCII.test(raw)) return raw.trim();
  return raw
    .replace(INVISIBLE, '')
    .replace(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(OTHER_PLUS, '+')
    .replace(OTHER_DIGIT, (digit) => String(digitValue(digit.codePointAt(0)!)))
    .replace(OUTER_SPACE, '');
}

const DECIMAL_DIGIT = /^\p{Nd}$/u;
const zeroOfDigit = new Map<number, number>();

/**
 * Unicode lays decimal digits out in runs of ten from zero up, and a test walks all of them. (libphonenumber-js reads
 * three scripts only and drops the digits of all others without a word.)
 */
function digitValue(codePoint: number): number {
  let start = zeroOfDigit.get(codePoint);
  if (start === undefined) {
    start = codePoint;
    while (DECIMAL_DIGIT.test(String.fromCodePoint(start - 1))) start -= 1;
    zeroOfDigit.set(codePoint, start);
  }
  return (codePoint - start) % 10;
}
