import type { MessageWord } from '../message-words.ts';
import { englishDoubtfulRules } from './english-doubtful-rules.ts';
import { englishRules } from './english-rules.ts';
import { guards } from './guards.ts';
import { withoutNotices } from './notices.ts';
import { compilePattern } from './pattern.ts';
import { withoutQuotations } from './quotations.ts';
import type { Rule } from './rule.ts';
import { spanishDoubtfulRules } from './spanish-doubtful-rules.ts';
import { spanishRules } from './spanish-rules.ts';
import { spokenOf } from './spoken-of.ts';
import { readSymbols, type SymbolText, withoutEmphasis } from './symbols.ts';
import { FULL_STOP, QUESTION_MARK } from './vocabulary.ts';

/** A request not to be contacted, found in plain words. */
export interface StopRequest {
  readonly certainty: 'HIGH' | 'MEDIUM';
  /** The name of the rule that fits best. */
  readonly rule: string;
  readonly language: 'en' | 'es';
  /** What it speaks of; neither when it names nothing. */
  readonly speaksOfCalls: boolean;
  readonly speaksOfTexts: boolean;
  /** Where the words that decided stand in the text, those of `rule` first. */
  readonly decidedBy: readonly { readonly start: number; readonly end: number }[];
}

interface CompiledRule extends Rule {
  readonly language: 'en' | 'es';
  readonly compiled: readonly { readonly regex: RegExp; readonly needs: readonly string[] | null }[];
}

const clear = [...englishRules.map(compiled('en')), ...spanishRules.map(compiled('es'))];
const doubtful = [...englishDoubtfulRules.map(compiled('en')), ...spanishDoubtfulRules.map(compiled('es'))];

function compiled(language: 'en' | 'es'): (rule: Rule) => CompiledRule {
  return (rule) => ({
    ...rule,
    language,
    compiled: rule.patterns.map((text) => {
      const { source, needs } = compilePattern(text);
      return { regex: new RegExp(source, 'gu'), needs: needs && [...needs] };
    }),
  });
}

/** Looks for a request in the words of a message, or of a turn of a call. Null when there is none. */
export function findStopRequest(words: readonly MessageWord[], door: 'SMS' | 'CALL'): StopRequest | null {
  const text = withoutNotices(readSymbols(withoutQuotations(words)));
  const found = findIn(text, door);
  if (found) return found;
  const plain = withoutEmphasis(text);
  return plain && findIn(plain, door);
}

function findIn(text: SymbolText, door: 'SMS' | 'CALL'): StopRequest | null {
  const present = new Set(text.symbols);
  const findings = (some: readonly CompiledRule[]) =>
    some.flatMap((rule) => (rule.onlyInTexts && door === 'CALL' ? [] : (find(rule, text, present) ?? [])));
  let found = findings(clear);
  if (found.length === 0) found = findings(doubtful);
  const best = found[0];
  if (!best) return null;
  const decided = found.map(({ from, to }) => text.symbols.slice(from, to)).join(FULL_STOP);
  const spoken = spokenOf(decided, found.map(({ from, to }) => sentenceAround(text.symbols, from, to)).join(FULL_STOP));
  return {
    certainty: best.rule.certainty,
    rule: best.rule.name,
    language: best.rule.language,
    speaksOfCalls: spoken.calls,
    speaksOfTexts: spoken.texts,
    decidedBy: found.map(({ from, to }) => ({ start: text.words[from]!.start, end: text.words[to - 1]!.end })),
  };
}

interface Found {
  readonly rule: CompiledRule;
  readonly from: number;
  readonly to: number;
}

function find(rule: CompiledRule, { symbols }: SymbolText, present: ReadonlySet<string>): Found | null {
  for (const { regex, needs } of rule.compiled) {
    if (needs && !needs.some((symbol) => present.has(symbol))) continue;
    regex.lastIndex = 0;
    for (let match = regex.exec(symbols); match; match = regex.exec(symbols)) {
      const from = match.index;
      const to = from + match[0].length;
      if (to > from && !isSomethingElse(rule, symbols, from, to)) return { rule, from, to };
      // The next try begins one word on: a refused match may cover a good one.
      regex.lastIndex = from + 1;
    }
  }
  return null;
}

/** In words. Nobody takes one back from further away, and it bounds what a hostile text can cost. */
const FARTHEST = 40;

function isSomethingElse(rule: Rule, symbols: string, from: number, to: number): boolean {
  if (rule.guards.length === 0) return false;
  const [start, end] = sentenceBounds(symbols, from, to);
  const finding = {
    before: symbols.slice(start, from),
    found: symbols.slice(from, to),
    after: symbols.slice(to, end),
    message: symbols,
  };
  return rule.guards.some((name) => guards[name](finding));
}

function sentenceAround(symbols: string, from: number, to: number): string {
  return symbols.slice(...sentenceBounds(symbols, from, to));
}

function sentenceBounds(symbols: string, from: number, to: number): [start: number, end: number] {
  let start = from;
  while (start > 0 && from - start < FARTHEST && !isEnd(symbols[start - 1]!)) start -= 1;
  let end = to;
  while (end < symbols.length && end - to < FARTHEST && !isEnd(symbols[end]!)) end += 1;
  return [start, end];
}

function isEnd(symbol: string): boolean {
  return symbol === FULL_STOP || symbol === QUESTION_MARK;
}
