import { anyOf } from './pattern.ts';
import type { GuardName } from './rule.ts';
import { LAUGH_PICTURE } from './vocabulary.ts';

/** The words that a rule found, as symbols, with what stands around them. */
export interface Finding {
  /** From the beginning of the sentence. */
  readonly before: string;
  readonly found: string;
  /** To the end of the sentence. */
  readonly after: string;
  readonly message: string;
}

const somewhere = (...sources: string[]) => anyOf(sources);
const atEnd = (...sources: string[]) => new RegExp(`(?:${anyOf(sources).source})$`, 'u');
const atStart = (...sources: string[]) => new RegExp(`^(?:${anyOf(sources).source})`, 'u');

const NEGATED = atEnd(
  '!<( ( if | why | y ) ..3 ) ( <dont> | not | wont | cant ) ( softener | please | ever | want | like | to | going | have | you | be ){0,4}',
);
const NEGATED_IN_SPANISH = atEnd('( no | nunca ) ( me | nos | le | se | quiero | que | ya | el ){0,3}');

const ASKS_HOW = somewhere(
  'how !( many time | about ) ..1 ( do | can | to | would | did | is | i can )',
  'what ( do | did | can | would | if | number | i )',
  '!<( why | y | many time ) do ( i | you | they )',
  'did ( i | you | they )',
  'there ..2 way to',
  'if ( i | they )',
  'did it ..2 to',
  '( can | would ) i stop',
  'como',
  'si ..1 quiero',
);
const ABOUT_OTHERS = somewhere(
  '!<( you ) ( they | relative | relatives ) ( !( you | so | and | but | please ) _ ){0,4} ( said | want | like )',
  'i ..1 said ( they | my? relative )',
  'said ( ( the | a )? other | my | that ) company',
  'dice',
  'company ..1 ( dije | said )',
);
const OTHERS_DO = atEnd(
  '!<( said | have | make | let | get | would | can | please | you ) ( they | relative ) ( would | can | never | wont | softener | dont | do ){0,3}',
);
const ONESELF = atEnd('( i | ill ) ( can | would | softener | maybe | have | want | to | going ){0,3}', 'let');
const YOU = atEnd('!<( if | like | want | rather ) you ( vocative | they )?');
const ME = somewhere('<me>');
const UNDECIDED = atEnd(
  '( maybe | never | going to | if i | i can | i would not | i wont ) ( softener | <halt> ){0,2}',
  'maybe ..2',
);
const BY_MISTAKE = somewhere(
  'mistake',
  'ignore ( that | this | my | the )',
  'wont meant',
  'meant to',
  'resume',
  'put me back',
  '( put | get ) ..2 back on',
  'my relative ( texted | sent )',
  'sin querer',
  'era para',
);
const PLAYFUL = somewhere('playful', 'make me');
const LAUGHS = new RegExp(`${LAUGH_PICTURE}|${anyOf(['laugh']).source}`, 'u');
const SURE = somewhere('please', 'but', '<contacts>', 'already');
const SURE_FOR_EVER = somewhere(
  'again',
  'anymore',
  'any more',
  'ever',
  'no more',
  'at all',
  'mas',
  'nunca',
  'never',
  'back',
);
const EVER = somewhere('ever', 'never');
const FOR_NOW = atStart(
  '( !( i | you | and | they ) _ ){0,4} ( before | today | right? now | if | ahorita )',
  '..2 ( at | on ) ..2 today',
  '..5 , ..3 busy',
);
const FOR_NOW_BEFORE = atEnd('( ahorita | today | right? now ) ..1');
const IN_FOR_NOW = somewhere('today', 'ahorita', 'before', 'right now');
const ELSEWHERE = {
  CALL: somewhere(
    '!<( dont | not | never | you | if | to | or | and | ill | no ) call ( me | my | they | the )',
    'llameme',
  ),
  SMS: somewhere(
    '!<( dont | not | never | you | if | to | or | and | ill | no ) ( text | message ) ( me | my | they )',
    'escribame',
    'mandeme',
  ),
};
const SPEAKS_OF_CALLS = somewhere('<call_do>', 'llame');
const SPEAKS_OF_TEXTS = somewhere('<text_do>', 'escriba', 'mande');

/** What each guard is true of, in the words of an example beside it. */
export const guards: Readonly<Record<GuardName, (finding: Finding) => boolean>> = {
  /** "Don't stop texting me"; but "if you don't stop" and "why won't you stop" ask for it. */
  negated: ({ before }) => NEGATED.test(before),
  /** "No dejen de escribirme." */
  negado: ({ before }) => NEGATED_IN_SPANISH.test(before),
  /** "How do I opt out", "what happens if I unsubscribe", "did you stop texting me". */
  'asks how': ({ before }) => ASKS_HOW.test(before),
  /** "My brother said stop calling", "telemarketers never stop calling", "I told them to stop texting". */
  'about others': ({ before }) => ABOUT_OTHERS.test(before) || OTHERS_DO.test(before),
  /** "I'll stop bothering you." */
  'about oneself': ({ before }) => ONESELF.test(before),
  /** "You guys don't call anymore." */
  'you do not': ({ before, found }) => YOU.test(before) && !ME.test(found),
  /** "I almost unsubscribed", "I would never unsubscribe." */
  undecided: ({ before }) => UNDECIDED.test(before),
  /** "I texted STOP by accident, put me back on." */
  'by mistake': ({ message }) => BY_MISTAKE.test(message),
  /** "Stop! You're making me blush 😂" */
  playful: ({ message, before, after }) =>
    PLAYFUL.test(message) ||
    (before === '' && LAUGHS.test(message.slice(1)) && !LAUGHS.test(after.slice(0, 1)) && !SURE.test(message)),
  /** "Don't call before ten", "not interested right now"; but "don't ever call me before ten again" is for ever. */
  'only for now': ({ before, found, after }) =>
    !SURE_FOR_EVER.test(found) &&
    !EVER.test(after) &&
    (FOR_NOW.test(after) || IN_FOR_NOW.test(found) || FOR_NOW_BEFORE.test(before)),
  /** "Don't call my husband, call me instead"; not "don't call me, text me". */
  'call elsewhere': ({ found, after }) =>
    (SPEAKS_OF_CALLS.test(found) && ELSEWHERE.CALL.test(after)) ||
    (SPEAKS_OF_TEXTS.test(found) && ELSEWHERE.SMS.test(after)),
};
