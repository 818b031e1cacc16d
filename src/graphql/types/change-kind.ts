import { builder } from '../builder.ts';

export const ChangeKind = builder.enumType('ChangeKind', {
  description: 'What a change in the log did.',
  values: {
    ENTRY_ADDED: { description: 'A number was listed, or listed again after a removal.' },
    ENTRY_RAISED: { description: 'It was added again, and that made its entry stricter.' },
    ENTRY_UPDATED: { description: 'Its reason, evidence, expiry, date of the request or reference was edited.' },
    ENTRY_APPROVED: { description: 'A reviewer approved it, or made it permanent.' },
    ENTRY_UNAPPROVED: { description: 'It went back to review.' },
    ENTRY_REMOVED: { description: 'Somebody lifted it, or the contact did by START.' },
    ENTRY_EXPIRED: { description: 'The system lifted it at its expiry.' },
    LIST: { description: 'A list was made or altered.' },
    SETTING: { description: 'Settings of the environment were changed.' },
    ENVIRONMENT: { description: 'The environment was made, or made another.' },
    API_KEY: { description: 'A key was made or revoked.' },
    CAMPAIGN: { description: 'A campaign was made or altered.' },
    DISPOSITION: { description: 'A disposition was made, altered or removed.' },
    CONSENT: { description: 'A consent was recorded, or ended by an opt-out or a revocation.' },
    WEBHOOK: { description: "An endpoint for a carrier's requests was made, altered or removed." },
  },
});
