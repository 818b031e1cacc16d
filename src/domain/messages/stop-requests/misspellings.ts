/**
 * The words whose slips are worth knowing: a request that hangs on one of them is lost with it. Short words are not here,
 * for a slip of theirs is another word.
 */
const WORDS = `unsubscribe unsubscribed remove removed delete cancel discontinue texting calling messaging contacting
  messages message texts contact contacted number interested please again anymore receive harassing bothering permission
  consent harass bother sending
  llamen llame llamar escriban escriba escribir escribirme llamarme mensajes mensaje manden mandar envien enviar molesten
  moleste molestar quiteme quitenme eliminenme elimineme borrenme borreme saquenme lista numero equivocado interesa
  interesado cancelar suscripcion consentimiento llamadas desuscribir`;

/**
 * Words that English or Spanish has, one slip away from those above and in no list: they are themselves. Found by laying all
 * slips beside the word lists of the npm packages an-array-of-english-words and an-array-of-spanish-words.
 */
const REAL = new Set(
  'testing sensing calking llama lame lamen llamare escribi envia manda manen manar molesta molest lisa interes'.split(
    ' ',
  ),
);

/** Only in words this long: in shorter ones the key beside it makes another word too often. */
const LONG = 6;
const KEYS_NEAR: Readonly<Record<string, string>> = {
  a: 'qsz', b: 'vghn', c: 'xdfv', d: 'sefxc', e: 'wrds', f: 'drgcv', g: 'fthvb', h: 'gyjbn', i: 'uok', j: 'huknm',
  k: 'jil', l: 'ko', m: 'nj', n: 'bmhj', o: 'ipl', p: 'ol', q: 'wa', r: 'etf', s: 'adwx', t: 'ryg', u: 'yij', v: 'cfb',
  w: 'qes', x: 'zscd', y: 'tuh', z: 'ax',
}; // biome-ignore format: a keyboard

/** Each slip of a finger with the word that was meant: a letter lost, doubled, swapped with its neighbour, or the key beside it. */
export function* misspellings(known: readonly string[]): Generator<[slip: string, word: string]> {
  const taken = new Set(known);
  for (const word of WORDS.split(/\s+/)) {
    for (const slip of slipsOf(word)) {
      if (taken.has(slip) || REAL.has(slip)) continue;
      taken.add(slip);
      yield [slip, word];
    }
  }
}

function* slipsOf(word: string): Generator<string> {
  for (let at = 0; at < word.length; at += 1) {
    const [before, letter, next, after] = [word.slice(0, at), word[at]!, word[at + 1] ?? '', word.slice(at + 2)];
    if (at > 0) yield before + next + after;
    yield before + letter + letter + next + after;
    if (next !== '') yield before + next + letter + after;
    if (at > 0 && word.length >= LONG) for (const near of KEYS_NEAR[letter] ?? '') yield before + near + next + after;
  }
}
