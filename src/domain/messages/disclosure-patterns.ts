/** What a first message must disclose (seed 003, "Required Disclosures in Your First Message"). */
export type Disclosure = 'BUSINESS_NAME' | 'MESSAGE_TYPES' | 'OPT_OUT' | 'FREQUENCY' | 'RATES';

/*
 * Wordings in English and Spanish, over lower case without accents (plain-letters.ts). Source: the wordings of seed 003,
 * CTIA's Messaging Principles ("Msg frequency varies", "Msg & data rates may apply") and their usual abbreviations.
 */
const KEYWORD = '(?:stop ?all|stop|unsubscribe|cancel|end|quit|opt ?-?out|revoke|remove|alto|parar|baja|cancelar)';
const ANSWER =
  '(?:reply|rply|respond|answer|text|txt|send|type|responda|responde|contesta|conteste|envie|envia|manda|mande)';
const MESSAGES =
  '(?:messages?|msgs?|texts?|sms|alerts?|reminders?|updates?|notifications?|offers?|mensajes?|msjs?|textos?|alertas?|recordatorios?|avisos?)';
const NUMBER =
  '(?:\\d{1,3}(?: ?(?:-|to|a) ?\\d{1,3})?|one|two|three|four|five|six|seven|eight|ten|a few|several|un|una|uno|dos|tres|cuatro|cinco)';
const PERIOD = '(?:day|week|wk|month|mo|mth|year|yr|order|visit|appointment|dia|semana|mes|ano|pedido|cita)';
const PER = '(?:/|per|a|an|each|every|by|por|al|a la|cada)';
const REGULARLY =
  '(?:daily|weekly|bi-?weekly|monthly|quarterly|yearly|recurring|diari[oa]s?|semanal(?:es)?|mensual(?:es)?|recurrentes?)';

export const disclosurePatterns: Readonly<Record<'OPT_OUT' | 'FREQUENCY' | 'RATES', readonly RegExp[]>> = {
  OPT_OUT: [
    new RegExp(`\\b${ANSWER}(?: back)?(?: with)?(?: la palabra| the word)? ?["'“(]?${KEYWORD}\\b`, 'u'),
    new RegExp(
      `\\b${KEYWORD}["'”)]?(?: ?[=:>] ?| ?(?:to|2|para) ?)(?:opt|stop|end|quit|cancel|unsub|leave|salir|cancelar|no recibir|dejar)`,
      'u',
    ),
    /\b(?:to|para) (?:opt ?-?out|unsubscribe|stop|cancel|cancelar|darse de baja|salir)\b[^.!?\n]{0,40}\b(?:reply|text|txt|send|call|visit|click|tap|responda|responde|envie|llame|llama|visite)\b/u,
    /\b(?:opt out|unsubscribe)(?: at)? ?(?:anytime|any time|here|:)/u,
  ],
  FREQUENCY: [
    new RegExp(
      `\\b(?:up to|max(?:imum)?(?: of)?|about|approx\\.?|approximately|around|no more than|at most|hasta|maximo|aprox\\.?) ?${NUMBER}\\b[^.!?\\n]{0,30}?${PER} ?${PERIOD}\\b`,
      'u',
    ),
    new RegExp(`\\b${NUMBER} ?(?:\\w+ ){0,2}${MESSAGES} ?${PER} ?${PERIOD}\\b`, 'u'),
    new RegExp(`\\b(?:once|twice|una vez|dos veces|${NUMBER} (?:times|x|veces)) ?${PER} ?${PERIOD}\\b`, 'u'),
    new RegExp(`\\b${REGULARLY} (?:\\w+ ){0,3}${MESSAGES}\\b|\\b${MESSAGES} (?:\\w+ )?${REGULARLY}\\b`, 'u'),
    /\b(?:msg|message|messaging|text|sms)? ?freq(?:uency|\.)?\b[^.!?\n]{0,25}\b(?:var(?:y|ies)|depend|based|may|will)\w*/u,
    /\bfrecuencia\b[^.!?\n]{0,30}\b(?:vari|depend|puede)\w*/u,
    /\b(?:msgs?|messages|texts) (?:may )?(?:vary|varies) (?:in|by) frequency\b|\bone-?time (?:msg|message|text)\b/u,
    new RegExp(
      `\\b(?:we'll|we will|i'll|i will|le|te)\\b[^.!?\\n]{0,40}\\b(?:every|each|cada|todos los|todas las) ${PERIOD}s?\\b`,
      'u',
    ),
  ],
  RATES: [
    /\b(?:msg|message|messaging|text|sms|mensajes?)s? ?(?:&|&amp;|and|\+|\/|y|n) ?(?:data|datos)(?: rates?| charges?| fees?)?\b/u,
    /\b(?:data|carrier|standard|std\.?|normal|usual|messaging|message|msg|text|sms)[ -]+(?:messaging |message |msg |text |data |carrier )?(?:rates?|charges?|fees?)\b[^.!?\n]{0,12}\bappl/u,
    /\b(?:pueden? )?aplica(?:n|r|rse)?\b[^.!?\n]{0,15}\b(?:tarifas?|cargos?|costos?)\b/u,
    /\b(?:tarifas?|cargos?|costos?)\b[^.!?\n]{0,40}\baplica/u,
  ],
};

const TYPES =
  /\b(?:(?:reminders|alerts|updates|notifications|offers|deals|promos|promotions|coupons|discounts|specials|confirmations|follow-?ups|newsletters?|news|tips|receipts|statements|surveys|invites|invitations|passcodes|verification codes|announcements|recordatorios|alertas|actualizaciones|avisos|notificaciones|ofertas|promociones|descuentos|cupones|confirmaciones|noticias|novedades|encuestas)\b|(?:texts?|messages?|msgs?|sms|mensajes|textos) (?:about|regarding|with|on|for|sobre|acerca de|con) (?:your|our|the|su|tu|sus|nuestr\w+|new|upcoming)?\s?\w+)/gu;

/** "To opt out of updates …" */
const LEAVING = /\b(?:opt ?-?out of|unsubscribe from|stop|end|cancel|cancelar|no recibir)(?: \w+){0,2} $/u;

/**
 * What the person will receive: a kind of message in the plural ("appointment reminders"), or messages about something. Not
 * what stands in the sentence on how to opt out: "Reply STOP to stop alerts" announces nothing.
 */
export function typesOfMessage(plain: string): { start: number; end: number } | null {
  for (const match of plain.matchAll(TYPES)) {
    const end = match.index + match[0].length;
    const before = plain.slice(0, match.index);
    const sentence = before.slice(Math.max(...['.', '!', '?', '\n'].map((sign) => before.lastIndexOf(sign))) + 1);
    if (LEAVING.test(sentence) || disclosurePatterns.OPT_OUT.some((pattern) => pattern.test(sentence))) continue;
    return { start: match.index, end };
  }
  return null;
}
