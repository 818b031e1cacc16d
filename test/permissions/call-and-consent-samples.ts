import type { Sample } from './samples.ts';

let made = 0;

const consent = {
  channel: 'SMS',
  level: 'EXPRESS_WRITTEN',
  purpose: 'PROMOTIONAL',
  method: 'WEB_FORM',
  businessNumber: '+18005550100',
};

/** How the fields of consents and of calls are called. */
export const callAndConsentSamples: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  'Query.consents': {
    '': () => ({ first: 3 }),
    'of a number': async (side) => ({ first: 3, phone: await side.consentPhone() }),
  },
  'Mutation.recordConsent': {
    '': async (side) => ({
      input: { ...consent, phone: await side.listedPhone(), evidence: `${side.marker} form` },
    }),
    'no consent': async (side) => ({
      input: { ...consent, phone: await side.listedPhone(), method: 'PURCHASED_LIST', evidence: 'A file' },
    }),
  },
  'Mutation.revokeConsent': {
    '': async (side) => ({ input: { phone: await side.consentPhone(), reason: 'Asked on the phone' } }),
  },
  'Mutation.recordCallOutcome': {
    '': async (side) => ({
      input: {
        phone: await side.listedPhone(),
        callId: `call-${++made}`,
        campaign: `${side.marker}-campaign`,
        agent: 'Pat',
        addToDnc: true,
        disposition: 'DNC',
        ivrKey: '9',
        transcript: [{ speaker: 'CONTACT', text: `stop calling me, ${side.marker}` }],
      },
    }),
  },
};
