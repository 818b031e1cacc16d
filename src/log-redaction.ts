/**
 * Removes phone numbers, keys and tokens from text that is about to be logged. In doubt it removes: a log line that
 * lost a long id is a nuisance, one that shows a number is a leak. Dates, UUIDs, hashes and IP addresses stay.
 */

/** Things made of digits that aren't phone numbers; matched first, and kept. */
const kept = [
  String.raw`(?<![\p{Nd}+])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\p{Nd}-])`,
  '(?<![0-9a-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])',
  '(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{32,128}(?![0-9a-z])',
  String.raw`(?<![\p{Nd}.+])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\p{Nd}.-])`,
].join('|');

const key = String.raw`ql_(?:live|test)_[\w-]+`;
const token = String.raw`bearer\s+[^\s"'\\,;]+|eyJ[\w-]+\.[\w-]+\.[\w-]*`;
const urlPassword = String.raw`(?<=//[^\s:@/"]*:)[^\s@/"]+(?=@)`;
/** A digit, then digits with at most three separators between two of them; how many digits there are is counted after. */
const phone = String.raw`\+?\(?\p{Nd}(?:[\s().\-/\u2010-\u2015\u2212]{0,3}\p{Nd})+`;

const sensitive = new RegExp(
  `(?<kept>${kept})|(?<key>${key})|(?<token>${token})|(?<password>${urlPassword})|(?<phone>${phone})`,
  'giu',
);

const FEWEST_DIGITS = 7;

/** Redacts one piece of text. */
export function redact(text: string): string {
  return text.replace(sensitive, (match: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    if (groups.kept !== undefined) return match;
    if (groups.key !== undefined) return `${match.slice(0, 'ql_live_'.length)}[redacted]`;
    if (groups.token !== undefined || groups.password !== undefined) return '[redacted]';
    return match.replace(/[^\p{Nd}]/gu, '').length < FEWEST_DIGITS ? match : '[number]';
  });
}

const jsonString = /"(?:[^"\\]|\\.)*"/gs;

/**
 * Redacts a line of JSON: its strings (keys too), not its numbers, so that times, durations and positions stay whole.
 * The result is JSON again: what is put in needs no escape, and what is taken out holds none.
 */
export function redactLine(line: string): string {
  return line.replace(jsonString, redact);
}
