import { wordGroups } from './word-groups.ts';

/**
 * Rules are written over words, not letters:
 *
 *     stop            that word of the vocabulary, in any form  <halt>      one of a group of words (word-groups.ts)
 *     ( a | b )       either                                    ? * {1,3}   may be missing; up to 4 times; 1 to 3 times
 *     _ ..3           any one word; up to three words           , QUESTION  maybe a comma or bracket; a ? or (COMMA) a comma
 *     ^ $             a clause begins or ends here, but for words that mean nothing (please, ok, sir, thanks)
 *     ^^ $$           the message begins or ends here, likewise
 *     !( … ) !<( … )  not followed by, not preceded by          =( … )      followed by
 *     9               digits
 *
 * Every repetition is bounded, which keeps a search linear in the length of the message.
 */
export type Syntax =
  | { readonly kind: 'word'; readonly name: string }
  | { readonly kind: 'any' | 'digits' | 'comma' | 'question' | '^' | '$' | '^^' | '$$' }
  | {
      readonly kind: 'sequence' | 'either' | 'followed by' | 'not followed by' | 'not preceded by';
      readonly parts: readonly Syntax[];
    }
  | { readonly kind: 'repeated'; readonly part: Syntax; readonly least: number; readonly most: number };

const TOKEN = /!<\(|!\(|=\(|\^\^|\$\$|\.\.\d|<\w+>|\{\d,\d\}|QUESTION|COMMA|[a-z]\w*|\S/g;
const SIMPLE: Readonly<Record<string, Syntax>> = {
  _: { kind: 'any' },
  9: { kind: 'digits' },
  QUESTION: { kind: 'question' },
  COMMA: { kind: 'comma' },
  ',': { kind: 'repeated', part: { kind: 'comma' }, least: 0, most: 1 },
  '^': { kind: '^' },
  $: { kind: '$' },
  '^^': { kind: '^^' },
  $$: { kind: '$$' },
};

const parsedGroups = new Map<string, Syntax>();

/** Reads a pattern. Patterns are data of this folder: a slip in one throws when its module loads. */
export function parsePattern(source: string): Syntax {
  const tokens = [...source.matchAll(TOKEN)].map(([token]) => token);
  let at = 0;

  function either(): Syntax {
    const parts = [sequence()];
    while (tokens[at] === '|') {
      at += 1;
      parts.push(sequence());
    }
    return parts.length === 1 ? parts[0]! : { kind: 'either', parts };
  }

  function sequence(): Syntax {
    const parts: Syntax[] = [];
    while (at < tokens.length && tokens[at] !== '|' && tokens[at] !== ')') parts.push(repeated(single()));
    return { kind: 'sequence', parts };
  }

  function single(): Syntax {
    const token = tokens[at]!;
    at += 1;
    const simple = SIMPLE[token];
    if (simple) return simple;
    if (token === '(') return closed(either());
    if (token === '=(') return { kind: 'followed by', parts: [closed(either())] };
    if (token === '!(') return { kind: 'not followed by', parts: [closed(either())] };
    if (token === '!<(') return { kind: 'not preceded by', parts: [closed(either())] };
    if (token.startsWith('..')) return { kind: 'repeated', part: { kind: 'any' }, least: 0, most: Number(token[2]) };
    if (token.startsWith('<')) return group(token.slice(1, -1));
    if (/^[a-z]/.test(token)) return { kind: 'word', name: token };
    throw new Error(`The pattern "${source}" has ${token} where a word may stand.`);
  }

  function repeated(part: Syntax): Syntax {
    const token = tokens[at] ?? '';
    const counts =
      token === '?' ? [0, 1] : token === '*' ? [0, 4] : /^\{(\d),(\d)\}$/.exec(token)?.slice(1).map(Number);
    if (!counts) return part;
    at += 1;
    return { kind: 'repeated', part, least: counts[0]!, most: counts[1]! };
  }

  function closed(part: Syntax): Syntax {
    if (tokens[at] !== ')') throw new Error(`The pattern "${source}" lacks a closing bracket.`);
    at += 1;
    return part;
  }

  const parsed = either();
  if (at < tokens.length) throw new Error(`The pattern "${source}" has a closing bracket too many.`);
  return parsed;
}

function group(name: string): Syntax {
  const known = parsedGroups.get(name);
  if (known) return known;
  const words = wordGroups[name];
  if (words === undefined) throw new Error(`A pattern names the group ${name}, which word-groups.ts doesn't have.`);
  const parsed = parsePattern(words);
  parsedGroups.set(name, parsed);
  return parsed;
}
