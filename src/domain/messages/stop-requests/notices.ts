import { anyOf } from './pattern.ts';
import type { SymbolText } from './symbols.ts';
import { FULL_STOP, QUESTION_MARK } from './vocabulary.ts';

/** Sentences that tell a reader what to answer, as businesses and carriers write them: nobody asks for anything in them. */
const NOTICE = anyOf([
  '( press | responda ) with? _ ( to | for | para | if )',
  '( text | send | mande ) ( stop | alto | baja | end | cancel | quit | optout | unsubscribe | remove ) ( to | for | para | if | and )',
  '!<( want | like | would ) ( to | 9 ) ( stop | end | cancel | unsubscribe | optout | opt out ) <which>* <contacts>? ( text | send | call | press | mande | responda ) ( stop | end | cancel | unsubscribe | optout | 9 | the 9 )',
  '( stop | optout | opt out | unsubscribe ) ( text | send | call | press ) ( stop | end | 9 | no )',
  '^ to ..8 press',
  '( ^ ( to | para | si | by ) | if you | opt out | optout | unsubscribe | click ) ( _ | , )* ( _ | , )* ( _ | , )* ( press | responda | text | send | mande ) with? ( stop | alto | baja | end | cancel | unsubscribe | optout | no )',
  '^ click ..2 to',
  'stop ( to | 9 ) ( opt out | optout | end | quit | cancel | unsubscribe | stop )',
]);

/** The message without such sentences: what is left is what its sender has to say. */
export function withoutNotices(text: SymbolText): SymbolText {
  if (!NOTICE.test(text.symbols)) return text;
  const words: SymbolText['words'][number][] = [];
  let symbols = '';
  for (let start = 0; start < text.symbols.length; ) {
    let end = start;
    while (end < text.symbols.length && !isEnd(text.symbols[end]!)) end += 1;
    end = Math.min(end + 1, text.symbols.length);
    const sentence = text.symbols.slice(start, end);
    if (!NOTICE.test(sentence)) {
      symbols += sentence;
      words.push(...text.words.slice(start, end));
    }
    start = end;
  }
  // Some people send the instruction itself: STOP2QUIT.
  return symbols === '' && text.symbols.length <= LONGEST_COPIED ? text : { symbols, words };
}

const LONGEST_COPIED = 3;

function isEnd(symbol: string): boolean {
  return symbol === FULL_STOP || symbol === QUESTION_MARK;
}
