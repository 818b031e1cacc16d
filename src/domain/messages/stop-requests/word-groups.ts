/** Groups of words that the rules share: alternatives in the language of pattern.ts, for both languages together. */
export const wordGroups: Readonly<Record<string, string>> = {
  fill: 'softener | already | please | profane | ever | all | still | vocative | greeting | finally',
  dont: 'dont | do not | don t | do t | never',
  no_longer: 'no longer | dont | do not | don t | never | not | wont',
  ever_more: 'again | anymore | any more | ever | no more | any longer | no longer | more | at all | mas | nunca',

  // Whom a contact reaches when it reaches the speaker
  own: 'my | this | the | that | a | mi | estos',
  owner: 'old | relative | relatives | place',
  me: 'me | nos | here | ( <own> <owner>* ( number | phone | place | text ) ( number | phone )? ) | a? ( mi | estos ) ( numero | casa ) | conmigo | aqui',
  number:
    '( phone | place | contact | name | text ){0,2} ( number | name | contact | place | phone ) ( and ( number | name ) )?',

  // Calls, texts, and what may be either: to do, doing, done, and what comes of it
  call_do: 'call | ring | phone | robo call',
  call_doing: 'calling | robo calling',
  text_do: 'text | message | sms',
  text_doing: 'texting | messaging',
  other_do:
    'solicit | speak to | contact | bother | spam | reach out | reach | communicate | hit me up | hit up | email',
  other_doing:
    'contacting | speaking to | bothering | sell ( me | nos | my ) | tried to sell | alerts to ( me | nos ) | reaching out | communicate | asking ( me | nos | if | about | $ ) | hit me up | hit up | ( hit | hit up ) <own> <owner>* ( phone | place | number ) | tried to ( reach | contact | call | text ) | getting on contact',
  to_contact: '<call_do> | <text_do> | <other_do>',
  contacting: '<call_doing> | <text_doing> | <other_doing>',
  contacted: 'called | texted | messaged | contacted | bothered',
  calls: '( phone | robo )? ( calls | call ) | llamadas',
  texts: '( text | sms )? ( messages | message | texts | sms ) | text | mensajes ( de mensajes )?',
  contacts: '<calls> | <texts> | contact | communication | spam | bother | voicemail',
  mailings: 'alerts | junk | publicidad | text ( alerts | list )',
  after_me:
    '$ | <ever_more> | <fill> | <also> | back | i | ill | but | so | no | not | stop | remove | take | <dont> | wrong | <threat> | if | about | for | with | by ( any | phone | text | <contacts> ) | ( on | at ) ( <own>? ( place | number | phone | broken ) | 9 | today ) | it | you is | you have | this is | ( this | my ) number',
  after_leaving:
    '<any_list> | <all_this> | $ | <fill> | <also> | i | but | so | you | if | <dont> | <ever_more> | this is | that would | at you | stop',
  also: 'and | or | e | ni',
  which:
    'the | this | that | all | you | any | my | with | of | from | old | profane | softener | more | el | su | estos | todo | mas | de | un | for',

  // Ending, and the lists to leave
  nos: 'me | nos | m',
  quite: 'quite | quiteEnglish',
  es_sent: '<which>* ( <contacts> | <mailings> ) | mas | nada | nunca | por favor | favor | $',
  es_write: 'llame | escriba | contacte | moleste | comunique | joda',
  es_do: '<es_write> | mande ( <es_sent> )',
  es_doing: 'llamando | escribiendo | contactando | molestando | mandando',
  es_list: 'de <which>* ( lista | list | aqui | <contacts> ) | de estos $',
  now_please: 'ya | por favor | favor | saludo | softener | please',

  halt: 'stop | quit | cease and cease | cease | discontinue | refrain from',
  off: '( off | of | out | from ){1,2}',
  any_list:
    '<off> ( !( waiting ) _ )* ( list !( waiting ) | this? group ( text | list | $ ) | lista | <contacts> | alerts | junk | here | name | subscription )',
  all_this: '<off> ( all of )? ( this | it | that | all | here ) ( profane | junk | list )? $',
  other_matter: 'from | off | of | on | at | for | with | to | by | before',
  threat: 'sue | blocked',
  dnc: 'dnc list? | ( do not | dont | no ) ( call | contact | text | bother ) list? | lista de? no ( llame | moleste ) | robinson',
};
