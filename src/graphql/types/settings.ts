import { consentEnforcements, type Settings as SettingsShape } from '../../domain/settings.ts';
import { builder } from '../builder.ts';

const enforcement: Record<(typeof consentEnforcements)[number], string> = {
  OFF: 'Nothing: consent is not looked at.',
  WARN: 'It may go out, and the verdict says that the consent does not suffice.',
  BLOCK: 'A block, with the reason CONSENT_INSUFFICIENT.',
};

export const ConsentEnforcement = builder.enumType('ConsentEnforcement', {
  description:
    'What a text gets for which the consent on file does not suffice: express for transactional, express written for promotional, implied for conversational ones.',
  values: Object.fromEntries(consentEnforcements.map((mode) => [mode, { description: enforcement[mode] }])) as Record<
    (typeof consentEnforcements)[number],
    { description: string }
  >,
});

export const Settings = builder.objectRef<SettingsShape>('Settings').implement({
  description: 'How one environment works. Everybody with a role may read them; COMPLIANCE and ADMIN may change them.',
  fields: (t) => ({
    businessName: t.exposeString('businessName', {
      description: 'Who replies to contacts say they are from; empty until somebody sets it.',
    }),
    defaultCountry: t.exposeString('defaultCountry', {
      description:
        'How a number without + is read: an ISO 3166-1 country of two capital letters, such as "US" (the default).',
    }),
    enforcePending: t.exposeBoolean('enforcePending', {
      description:
        'Whether PENDING entries of the sources MANUAL, API and IMPORT block (true by default). What a contact said or pressed always blocks, reviewed or not.',
    }),
    stopBlocksCalls: t.exposeBoolean('stopBlocksCalls', {
      description:
        'Whether a STOP by text lists the number on DNC too, not only on DNT (true by default). Switching it never lifts an entry.',
    }),
    helpText: t.exposeString('helpText', {
      description: 'The answer to HELP and INFO; empty (the default) for the usual one.',
    }),
    optOutKeywords: t.exposeStringList('optOutKeywords', {
      description:
        'Opt-out keywords of your own, beside STOP, STOPALL, STOP ALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPT OUT, OPT-OUT, OPTOUT and REMOVE. They opt out as the whole text.',
    }),
    removedOptOutKeywords: t.exposeStringList('removedOptOutKeywords', {
      description:
        'Usual opt-out keywords that you do without. One that is in optOutKeywords too stays; the seven that the law names always do.',
    }),
    optOutPhrases: t.exposeStringList('optOutPhrases', {
      description:
        'Phrases of your own that are taken for a clear request to stop, wherever their words stand together in a text or in what a contact says in a call.',
    }),
    optOutDetection: t.exposeBoolean('optOutDetection', {
      description:
        'Whether transcripts of calls are searched for a request to stop (true by default). A campaign may have it otherwise; this holds without one, and for one that is unknown.',
    }),
    ivrOptOutKeys: t.exposeStringList('ivrOptOutKeys', {
      description: 'Keys of a phone menu that mean "don\'t call me"; none by default. A campaign may have its own.',
    }),
    consentEnforcement: t.expose('consentEnforcement', {
      type: ConsentEnforcement,
      description:
        'What a text with a message type gets for which the consent on file does not suffice (WARN by default). An opt-out blocks whatever is set here.',
    }),
  }),
});
