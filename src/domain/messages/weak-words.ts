/** Words that half of all messages hold: a phrase of nothing else would be found in what asks for nothing. */
const WEAK = new Set(
  (
    'a an the this that these those it its i im me my mine we us our you your yours u ur he she they them their his her ' +
    'is am are was were be been do does did dont have has had can could will would should shall may might must not no yes yeah yep ok okay k ' +
    'and or but if so as at by for from in of on off out to up with about into over please pls thanks thank thx ty hi hello hey bye ' +
    'what who when where why how which there here now then today tomorrow just all any some one two more good great sure ' +
    'el la los las un una unos unas de del al en y o que no si es soy son fue ser yo tu usted me te se lo le les mi su por para con sin como hola gracias favor bueno bien'
  ).split(' '),
);

/** Words that ask for something in company alone: "stop by tomorrow", "I'll call you". */
const WEAK_ALONE = new Set('start stop call calls text texts message end cancel list number'.split(' '));

/** Whether a phrase of these words says nothing of its own. */
export function isWeakPhrase(words: readonly string[]): boolean {
  const isWeak = (word: string) => WEAK.has(word) || word.length < 2 || /^\d+$/.test(word);
  return words.length < 3 && (words.every(isWeak) || (words.length === 1 && WEAK_ALONE.has(words[0]!)));
}
