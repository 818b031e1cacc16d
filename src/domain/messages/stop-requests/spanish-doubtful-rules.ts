import type { Rule } from './rule.ts';

/** As english-doubtful-rules.ts. */
export const spanishDoubtfulRules: readonly Rule[] = [
  {
    name: 'si vuelven a llamar',
    certainty: 'MEDIUM',
    patterns: ['si <nos> ( vuelve a | sigue ) ( <es_do> | <es_doing> )'],
    guards: ['only for now'],
  },
  {
    name: 'nunca lo pidió',
    certainty: 'MEDIUM',
    patterns: [
      '( nunca | no ) me suscribi ( a | en )? ( estos | $ )',
      '( nunca | no ) solicito ( estos | publicidad | <contacts> | $ )',
    ],
    guards: ['asks how'],
  },
  {
    name: 'por qué siguen',
    certainty: 'MEDIUM',
    patterns: [
      'como van a ( deje | pare ) de <es_do>',
      '^ estos ser acoso',
      'harto ( de | con ) ( su | el | estos | un ){1,2} <contacts>',
      'harto de que <nos>? <es_do>',
      'harto de ( un | estos ) <contacts>',
      'voy a amenaza',
      '( que | porque ) <nos> sigue ( <es_doing> )',
      'cuantas veces ..4 ( dije | que )',
      'que ..1 de ( stop | no | alto ) no',
      '!<( company le? ) dije que ( pare | deje ) ( $ | de )',
      'ya no le <es_do>',
    ],
    guards: ['about others'],
  },
  {
    name: 'número equivocado',
    certainty: 'MEDIUM',
    patterns: [
      '^ ( numero | persona ) equivocado $',
      '^^ equivocado $$',
      'no ( hay nadie ( con estos nombre | aqui ) | ser el numero de )',
      'ya no tiene estos numero',
      '^ soy un persona $',
      'me cambiaron el? numero $',
      'tiene el numero equivocado !( en )',
      '( tiene | marco ) mal ( $ | ..1 numero !( de ) )',
      '( ser | se | estos )? equivocado de ( numero | persona )',
      'se equivoco ( de ( numero | persona ) )?',
    ],
    guards: ['by mistake'],
  },
  {
    name: 'no le interesa',
    certainty: 'MEDIUM',
    patterns: [
      'no <nos> interesa ( nada | ( estos | <now_please> )* $ !( , <nos> interesa ) )',
      'no tengo un? interes ( en su _ )? $',
      'no me interesa su _ $',
      'no estoy interesado <now_please>* $',
    ],
    guards: ['about others', 'only for now'],
    onlyInTexts: true,
  },
  {
    name: 'ya no lo quiere',
    certainty: 'MEDIUM',
    patterns: [
      '^^ no el? quiero ( estos | mas | nada | de ustedes )* $$',
      'ya no el quiero $$',
      '^^ no mas $$',
      'dije que no $',
    ],
    guards: ['about others', 'only for now'],
  },
  {
    name: 'váyanse',
    certainty: 'MEDIUM',
    patterns: [
      'vete ( a ( el )? | al ) insult',
      'no ( me )? joda',
      '^ vete $',
      '!<( lista de ) no ( el | se )? usen ( mas | $ | estos | mi )',
      '^ quitelo $',
      '^ joda su insult',
    ],
    guards: ['about others'],
  },
];
