import type { Rule } from './rule.ts';

/** What a person should look at before it counts as the contact's own word. */
export const englishDoubtfulRules: readonly Rule[] = [
  {
    name: 'remove it',
    certainty: 'MEDIUM',
    patterns: ['( number | list | name ) ( _ | , )* ( _ | , )* QUESTION? ..1 remove ( it | this ) $'],
    guards: [],
  },
  {
    name: 'stop sending',
    certainty: 'MEDIUM',
    patterns: [
      '<halt> <fill>* sending ( me | nos ) !( ..2 ( email | paper ) )',
      'tired ( of | with ) getting? ( this | you | all | my ){1,3} <contacts>',
    ],
    guards: ['negated', 'asks how', 'about others'],
  },
  {
    name: 'stop calling somebody else',
    certainty: 'MEDIUM',
    patterns: [
      '^ <halt> <fill>* <contacting> ( they | my relative )',
      '<dont> <fill>* <to_contact> my relative <ever_more>',
    ],
    guards: ['asks how', 'about others'],
  },
  {
    name: 'never agreed',
    certainty: 'MEDIUM',
    patterns: [
      '( never | wont | dont | did not | do not ) <fill>* ( sign up | sign | subscribe | agree | opt on | said | request | authorize ) ( for | to | on ){0,2} ( this | it | any of this | <which>* ( <contacts> | <mailings> ) ) $',
      '( never | dont | wont | did not | do not ) <fill>* ( sign up | subscribe ) $',
    ],
    guards: ['asks how', 'about others'],
  },
  {
    name: 'can not unsubscribe',
    certainty: 'MEDIUM',
    patterns: [
      'unsubscribe link ..4 ( broken | wont | not | dont )',
      'already <fill>* ( unsubscribed | opted out ) !( of )',
      '( unsubscribed | opted out ) ( already | again | 9 time )',
      '^ stop ( wont | dont | not ) ..1 broken',
      'tried to ( unsubscribe | opt out | optout )',
      '( wont | cant | dont ) let me ( unsubscribe | opt out | optout )',
    ],
    guards: [],
  },
  {
    name: 'why do you keep',
    certainty: 'MEDIUM',
    patterns: [
      '( why | y ) ( do | is | did )? ( you | they | vocative | this ){1,3} ( keep | still ) <contacting> <me>?',
      'why ..2 i still? getting ( this $ | <which>* ( <contacts> | alerts ) )',
      'get you ( they )? to <halt>',
      '<dont> ( like | rather ) ( you | getting ) ..1 ( <contacting> | <contacts> )',
      'you ( they | vocative )? ( keep | wont stop ) <contacting> ( me | nos )',
    ],
    guards: ['about others'],
  },
  {
    name: 'wrong number',
    certainty: 'MEDIUM',
    patterns: [
      '^ is? ( the | a )? wrong ( number | person ) !( of | on | the | for | at | is )',
      '( you | i maybe ) ..3 ( have | get | give | reach | called | texted | contacted | call | text ) ( the | a )? wrong ( number | person ) !( of | on | the | for )',
      'not the person you is looking for',
    ],
    guards: ['by mistake'],
  },
  {
    name: 'not interested',
    certainty: 'MEDIUM',
    patterns: [
      '( i | is | ^ ) ( is )? <fill>* ( not | wont | no longer | never ) <fill>* interested ( at all )? ( on ( this | you | any | it | <contacts> ) ..1 )? $',
    ],
    guards: ['about others', 'only for now'],
    onlyInTexts: true,
  },
  {
    name: 'does not want this',
    certainty: 'MEDIUM',
    patterns: [
      'i <fill>* ( <dont> | no longer ) <fill>* want ( any more | any | more )? ( this | of this | anything to you ) <ever_more>? $',
      '( <dont> | no longer ) <fill>* want anything from you',
      'want ( anything | no part ) ( to do with | of | from ) ( you | this )',
      '^ ( <dont> ) <fill>* want ( any more | any | more )? ( of )? this <ever_more>? $',
    ],
    guards: ['about others', 'only for now'],
  },
  {
    name: 'go away',
    certainty: 'MEDIUM',
    patterns: [
      '^ ( this | it ) is <fill>* harassment $',
      'you is bothering ( me | nos )',
      '( i | ill ) ( is | can | would | going to | have )* <fill>* threat ( you | this number )',
      '^ go away ( $ | and | <ever_more> )',
      '^ ( get lost | goaway | fyou ) $',
      '^ lose about? me $',
      'number QUESTION? lose it $',
      '^ go? ( profane | piss | bother ) off',
      '( profane | piss ) off $$',
      '^ get ( off | out ) of? my ( phone | number )',
      '<halt> ( wasting my time | doing ( this | it ) )',
      '^ profane you',
      '^ go ( to )? profane ( $ | and )',
      'knock it off',
      'cut it out $',
      '^ block me $',
    ],
    guards: ['about others'],
  },
  {
    name: 'enough',
    certainty: 'MEDIUM',
    patterns: [
      '^^ ( that )? enough $$',
      '^^ no more ( of this | this )? $$',
      '^^ never again $$',
      '^^ i? want to stop $$',
      '( this | it | that ) ( want | have | would | to | can ){1,4} stop $$',
      'want they to stop $',
      '<dont> use ( my | this ) number',
    ],
    guards: [],
  },
];
