import { builder } from '../builder.ts';

export const CreatedByKind = builder.enumType('CreatedByKind', {
  description:
    'Whether a person or a system of yours added an entry, or Quietline did by what the contact said or did.',
  values: {
    USER: { description: 'Staff, a connected system or an import: the sources MANUAL, API, IMPORT and CALL_ACTION.' },
    SYSTEM: { description: 'Quietline: the sources SMS_KEYWORD, SMS_PHRASE, DISPOSITION, IVR and TRANSCRIPT.' },
  },
});

const ActorType = builder.enumType('ActorType', {
  description: 'How somebody who changed something was known to the server.',
  values: {
    API_KEY: { description: 'By an API key.' },
    PERSON: { description: "By a token of the operator's own issuer." },
    SYSTEM: { description: 'The server itself, for example when an entry expired, or a webhook endpoint of it.' },
  },
});

/** Who did something: seen with evidence:see only (R1.8). */
export const Actor = builder.prismaObject('Actor', {
  description:
    'Who did something. Seen with the permission evidence:see (ADMIN, COMPLIANCE, AUDITOR); everybody sees the kind USER or SYSTEM.',
  fields: (t) => ({
    type: t.field({
      type: ActorType,
      description: 'How they were known.',
      select: { type: true },
      resolve: ({ type }) => type,
    }),
    name: t.exposeString('name', { description: "The key's name, or the person's." }),
    subject: t.exposeString('subject', {
      description: 'Unique in the environment: "key:12", "person:<sub>", "endpoint:3" or "system".',
    }),
  }),
});
