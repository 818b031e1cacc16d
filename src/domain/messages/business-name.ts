import { plainLetters } from './plain-letters.ts';

type Place = { readonly start: number; readonly end: number };

/** Said of any business, so that they tell nobody which one writes. */
const COMMON = new Set(
  'the a an of and at by for inc llc ltd co corp company group office team services service sa de cv el la los y'.split(
    ' ',
  ),
);

/** Ways to say who writes. The name itself is what follows; it needs a letter. */
const INTRODUCTIONS: readonly RegExp[] = [
  /\b(?:this is|it's|its|i'm|i am|soy|somos|habla|le escribe|te escribe|le saluda)\s+(?:\w+\s+)?(?:(?:from|at|with|of|de)\s+)?[\p{L}\p{N}][\p{L}\p{N}'&.-]*(?:\s+[\p{L}\p{N}'&.-]+){0,4}/u,
  /\b(?:welcome to|bienvenid[oa]s? a|here at|from|thanks for (?:joining|choosing|visiting|contacting)|thank you for (?:joining|choosing|visiting|contacting)|gracias por (?:elegir|visitar|contactar))\s+(?!you\b|your\b|us\b|our\b|this\b|now\b)[\p{L}\p{N}][\p{L}\p{N}'&.-]*/u,
  /^\s*[[(*]?[\p{L}\p{N}][\p{L}\p{N}'&. -]{1,39}[\])*]?\s?(?::|-{1,2}|–|—|>|\|)\s/u,
  /^\s*[[(][\p{L}\p{N}][\p{L}\p{N}'&. -]{1,39}[\])]/u,
  /(?:^|[\s.!?])(?:-{1,2}|–|—|~)\s?[\p{L}\p{N}][\p{L}\p{N}'&. -]{1,39}\s*$/u,
];
/** A message that begins so names nobody, though it has a colon. */
const NO_NAME =
  /^\s*[[(*]?(?:hi|hello|hey|hola|reminder|alert|notice|important|msg|free msg|freemsg|urgent|update|re|fwd|ps|note|recordatorio|aviso|alerta|importante)\b/u;

/** Where a message says which business writes: by its name when that is known, else by how people introduce themselves. */
export function findBusinessName(plain: string, name: string | null): Place | null {
  const words = name === null ? [] : significantWords(name);
  if (words.length > 0) return findWords(plain, words);
  for (const introduction of INTRODUCTIONS) {
    const match = introduction.exec(plain);
    if (!match || (introduction.source.startsWith('^') && NO_NAME.test(match[0]))) continue;
    return { start: match.index, end: match.index + match[0].length };
  }
  return null;
}

function significantWords(name: string): string[] {
  const words = wordsOf(plainLetters(name)).map(({ text }) => text);
  const telling = words.filter((word) => !COMMON.has(word));
  return telling.length > 0 ? telling : words;
}

/** All words of the name, in its order, with at most two others between: "Dr. Smith's office" is Dr Smith. */
function findWords(plain: string, wanted: readonly string[]): Place | null {
  const said = wordsOf(plain);
  for (let first = 0; first < said.length; first += 1) {
    if (!isSame(said[first]!.text, wanted[0]!)) continue;
    let at = first;
    let found = 1;
    for (let next = first + 1; found < wanted.length && next <= at + 1 + BETWEEN && next < said.length; next += 1) {
      if (!isSame(said[next]!.text, wanted[found]!)) continue;
      at = next;
      found += 1;
    }
    if (found === wanted.length) return { start: said[first]!.start, end: said[at]!.end };
  }
  return null;
}

const BETWEEN = 2;

function isSame(said: string, wanted: string): boolean {
  return said === wanted || said === `${wanted}s` || `${said}s` === wanted;
}

function wordsOf(plain: string): { text: string; start: number; end: number }[] {
  return [...plain.matchAll(/[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu)].map((match) => ({
    text: match[0].replaceAll("'", ''),
    start: match.index,
    end: match.index + match[0].length,
  }));
}
