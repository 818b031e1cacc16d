import type { Sample } from './samples.ts';

let made = 0;

/** Of lists, campaigns, dispositions and settings. What a side has of them is named by its marker (sides.ts). */
export const configurationSamples: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  'Query.campaigns': { '': () => ({ first: 5 }), archived: () => ({ first: 5, isEnabled: false }) },
  'Query.campaign': { '': ({ marker }) => ({ key: `${marker}-campaign` }) },
  'Query.dispositions': {
    '': () => ({}),
    'of a campaign': ({ marker }) => ({ campaign: `${marker}-campaign` }),
  },
  'Mutation.createList': {
    '': ({ marker }) => ({
      input: {
        key: `MADE_${++made}`,
        name: 'Made',
        blocks: [{ direction: 'OUTBOUND', channel: 'CALL' }],
        campaigns: [`${marker}-campaign`],
      },
    }),
  },
  'Mutation.updateList': {
    '': ({ marker }) => ({ input: { list: `${marker.toUpperCase()}_LIST`, name: `Renamed ${++made}` } }),
  },
  'Mutation.createCampaign': { '': () => ({ input: { key: `made-${++made}`, name: 'Made' } }) },
  'Mutation.updateCampaign': {
    '': ({ marker }) => ({ input: { campaign: `${marker}-campaign`, name: `Renamed ${++made}` } }),
  },
  'Mutation.saveDisposition': {
    '': ({ marker }) => ({ input: { name: 'DNC', addsToDnc: false, campaign: `${marker}-campaign` } }),
  },
  'Mutation.removeDisposition': {
    '': async (side) => ({ input: { name: await side.disposition(), campaign: `${side.marker}-campaign` } }),
  },
  'Mutation.updateSettings': {
    '': () => ({ input: { businessName: `Business ${++made}` } }),
    'of opt-outs': () => ({
      input: {
        helpText: 'Ask us.',
        optOutKeywords: ['ALTO'],
        removedOptOutKeywords: ['REMOVE'],
        optOutPhrases: ['leave us be'],
        ivrOptOutKeys: ['9'],
      },
    }),
  },
};
