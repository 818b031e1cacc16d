const ACCENT = /[\u0300-\u036f]/g;
const QUOTES = /[‘’`´ʼ＇]/;

/** Lower case and without accents, unit for unit, so that a place in it is the same place in the text. */
export function plainLetters(text: string): string {
  let plain = '';
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at]!;
    if (unit <= '\u007f') plain += unit.toLowerCase();
    else if (QUOTES.test(unit)) plain += "'";
    else {
      const letter = unit.normalize('NFKD').replace(ACCENT, '').toLowerCase();
      plain += letter.length === 1 ? letter : unit;
    }
  }
  return plain;
}
