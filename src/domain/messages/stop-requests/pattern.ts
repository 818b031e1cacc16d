import { parsePattern, type Syntax } from './pattern-syntax.ts';
import { COMMA, DIGITS, FULL_STOP, LAUGH_PICTURE, QUESTION_MARK, symbolNamed } from './vocabulary.ts';

/** A pattern over words (pattern-syntax.ts) as a regular expression over the symbols of vocabulary.ts. */
export interface Pattern {
  readonly source: string;
  /** Symbols one of which is in every text that fits; null when no such set is known. */
  readonly needs: ReadonlySet<string> | null;
}

const BREAK = `[${FULL_STOP}${QUESTION_MARK}${COMMA}]`;
const ANY_WORD = `[^${FULL_STOP}${QUESTION_MARK}${COMMA}]`;

/** What may stand before a request without altering it, and after it. */
const LEAD = oneOf(
  'please softener already greeting vocative thanks so but and now no laugh i said favor saludo ya y pero por you profane',
);
const TAIL = oneOf(
  'please softener already vocative thanks now finally laugh again favor ya por greeting saludo and profane',
);
const THANK_YOU = symbolNamed('thanks') + symbolNamed('you');

function oneOf(names: string): string {
  return `[${names.split(' ').map(symbolNamed).join('')}${LAUGH_PICTURE}]`;
}

const ANCHORS = {
  '^': `(?<=(?:^|${BREAK})${LEAD}{0,8})`,
  $: `(?=(?:${THANK_YOU}|${TAIL}){0,8}(?:$|${BREAK}))`,
  '^^': `(?<=^(?:${LEAD}|${BREAK}){0,12})`,
  $$: `(?=(?:${THANK_YOU}|${TAIL}|${BREAK}){0,12}$)`,
};

export function compilePattern(text: string): Pattern {
  const syntax = parsePattern(text);
  const first = firstSymbols(syntax);
  const ahead = first ? `(?=[${[...first].join('')}])` : '';
  return { source: ahead + sourceOf(syntax), needs: neededSymbols(syntax) };
}

/** Any of these patterns. */
export function anyOf(texts: readonly string[]): RegExp {
  return new RegExp(texts.map((text) => compilePattern(text).source).join('|'), 'u');
}

function sourceOf(syntax: Syntax): string {
  switch (syntax.kind) {
    case 'word':
      return symbolNamed(syntax.name);
    case 'any':
      return ANY_WORD;
    case 'digits':
      return DIGITS;
    case 'comma':
      return COMMA;
    case 'question':
      return QUESTION_MARK;
    case 'sequence':
      return syntax.parts.map(sourceOf).join('');
    case 'either':
      return eitherSource(syntax.parts);
    case 'followed by':
      return `(?=${syntax.parts.map(sourceOf).join('')})`;
    case 'not followed by':
      return `(?!${syntax.parts.map(sourceOf).join('')})`;
    case 'not preceded by':
      return `(?<!${syntax.parts.map(sourceOf).join('')})`;
    case 'repeated':
      return `(?:${sourceOf(syntax.part)}){${syntax.least},${syntax.most}}${syntax.part.kind === 'any' ? '?' : ''}`;
    default:
      return ANCHORS[syntax.kind];
  }
}

/** Single words as one character class, which is what makes long groups cheap. */
function eitherSource(parts: readonly Syntax[]): string {
  const sources = flat(parts).map(sourceOf);
  const single = [...new Set(sources.filter((source) => source.length === 1))];
  const rest = sources.filter((source) => source.length !== 1);
  return `(?:${[...(single.length > 0 ? [`[${single.join('')}]`] : []), ...rest].join('|')})`;
}

function flat(parts: readonly Syntax[]): Syntax[] {
  return parts.flatMap((part) => {
    const only = part.kind === 'sequence' && part.parts.length === 1 ? part.parts[0]! : part;
    return only.kind === 'either' ? flat(only.parts) : [only];
  });
}

/** The smallest set of symbols of which every fitting text has one. */
function neededSymbols(syntax: Syntax): Set<string> | null {
  switch (syntax.kind) {
    case 'word':
      return new Set(symbolNamed(syntax.name));
    case 'digits':
      return new Set(DIGITS);
    case 'sequence':
      return syntax.parts.map(neededSymbols).reduce((a, b) => (a && b ? (b.size < a.size ? b : a) : (a ?? b)), null);
    case 'either':
      return union(syntax.parts.map(neededSymbols));
    case 'repeated':
      return syntax.least > 0 ? neededSymbols(syntax.part) : null;
    default:
      return null;
  }
}

/** The symbols that a fitting text can begin with; null when that can't be said. */
function firstSymbols(syntax: Syntax): Set<string> | null {
  switch (syntax.kind) {
    case 'word':
      return new Set(symbolNamed(syntax.name));
    case 'either':
      return union(syntax.parts.map(firstSymbols));
    case 'repeated':
      return syntax.least > 0 ? firstSymbols(syntax.part) : null;
    case 'sequence': {
      const maybe: Set<string>[] = [];
      for (const part of syntax.parts) {
        if (isWidthless(part)) continue;
        const first = firstSymbols(part.kind === 'repeated' ? part.part : part);
        if (!first) return null;
        maybe.push(first);
        if (part.kind !== 'repeated' || part.least > 0) return union(maybe);
      }
      return null;
    }
    default:
      return null;
  }
}

function isWidthless({ kind }: Syntax): boolean {
  return ['^', '^^', 'not followed by', 'not preceded by'].includes(kind);
}

function union(sets: readonly (Set<string> | null)[]): Set<string> | null {
  const all = new Set<string>();
  for (const set of sets) {
    if (!set) return null;
    for (const symbol of set) all.add(symbol);
  }
  return all;
}
