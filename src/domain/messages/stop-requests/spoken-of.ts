import { anyOf } from './pattern.ts';

/** What a request's own words name. */
const CALLS = anyOf([
  'call | ring | robo | calls | calling | called | llame | llamadas | llamando | llamado | phone ( me | calls )',
]);
const TEXTS = anyOf([
  'text | message | sms | texts | texting | messages | messaging | escriba | escribiendo | mensajes | mande | mandando',
]);
const EITHER = anyOf([
  'contact | contacting | contacted | reach | reaching | communicate | communication',
  'contacte | contactando | contactado | comunique | lose | olvide',
]);
/** What else in its sentence says what it is about: not "or I'll call my lawyer". */
const CALLS_BESIDE = anyOf(['calls | calling | called | llamadas | llamando', '( call | ring | phone | llame ) <me>']);
const TEXTS_BESIDE = anyOf([
  'texts | texting | messages | messaging | mensajes | escribiendo',
  '( text | message ) <me>',
]);

/** Which of calls and texts a request speaks of; neither when it names nothing. Over symbols (vocabulary.ts). */
export function spokenOf(decided: string, sentences: string): { calls: boolean; texts: boolean } {
  if (EITHER.test(decided)) return { calls: true, texts: true };
  const named = { calls: CALLS.test(decided), texts: TEXTS.test(decided) };
  return named.calls || named.texts
    ? named
    : { calls: CALLS_BESIDE.test(sentences), texts: TEXTS_BESIDE.test(sentences) };
}
