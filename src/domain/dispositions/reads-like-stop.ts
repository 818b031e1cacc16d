import { messageWords } from '../messages/message-words.ts';
import { understandTurn } from '../messages/understand-message.ts';

/**
 * Whether the name of a disposition sounds as if the contact asked to be left alone: "DNC", "Do not call", "Opted out".
 * Such a name does nothing by itself, and whoever chooses it believes otherwise. "No contact" and "Not interested" are
 * no requests.
 */
export function readsLikeStop(name: string): boolean {
  const words = messageWords(name)
    .filter(({ isSign }) => !isSign)
    .map(({ text }) => text);
  const text = words.join(' ');
  if (NOBODY_REACHED.test(text)) return false;
  if (words.some((word, at) => MARKS.has(word) && !DENIALS.has(words[at - 1] ?? ''))) return true;
  return PHRASES.test(text) || SPELLED.test(text) || understandTurn(name).certainty === 'HIGH';
}

/** Words that mean a list of numbers to leave alone, or that somebody left, wherever they stand. */
const MARKS = new Set(
  'dnc dnt dnd optout optedout unsubscribe unsubscribed unsubscribes blacklist blacklisted'.split(' '),
);
/** "Not DNC" says that there is no request. */
const DENIALS = new Set(['not', 'non', 'no']);

/** Said by a contact it would be a request; as an outcome it says that nobody spoke. */
const NOBODY_REACHED = /^no contact( made)?$/;

/** "D.N.C." */
const SPELLED = /\bd n [cdt]\b/;

const PHRASES = new RegExp(
  [
    String.raw`\b(do not|dont|never|no longer) (be )?(call|called|text|texted|contact|contacted|message|sms|phone|dial|ring)\b`,
    String.raw`\bno more (calls?|texts?|contact|messages?)\b`,
    String.raw`\b(calls?|texts?|messages?|contact) (to )?(stop|end)(ped)?$`,
    '^(asked to )?stop$',
    String.raw`\bstop(ped)? (calls?|calling|texts?|texting|contact|contacting|messages?|messaging|all)\b`,
    String.raw`\b(opt|opts|opted|opting) out\b`,
    String.raw`\b(removed?|take|taken) (me |him |her |them |number |contact )?(from|off)\b`,
    String.raw`\b(removal|remove) (request|requested|number|contact|me)\b`,
    '^removed?$',
    String.raw`\bcease and desist\b`,
    String.raw`\b(revoked?|withdrew|withdrawn) (his |her |their )?consent\b`,
    String.raw`\bconsent (was )?(revoked|withdrawn)\b`,
    String.raw`\bno (volver a )?(llamar|llame|llamen|contactar|molestar|escribir)\b`,
    String.raw`\b(dado|darse|dar|dio) de baja\b`,
    String.raw`\blista negra\b`,
  ].join('|'),
);
