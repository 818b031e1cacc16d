import type { Sample } from './samples.ts';

let made = 0;

/** How the gate is asked. Never about a number of the other side: it would stand among one's own attempts from then on. */
export const attemptSamples: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  'Mutation.authorizeContact': {
    '': async (side) => ({
      input: {
        // A new one each time: a first text is answered otherwise than the next.
        phone: side.isOwn ? await side.listedPhone() : `+1303${5_560_000 + ++made}`,
        channel: 'SMS',
        dialingMode: 'CAMPAIGN',
        campaign: side.isOwn ? `${side.marker}-campaign` : null,
        messageType: 'PROMOTIONAL',
        text: 'Hi, this is Acme. Reply STOP to opt out.',
        agent: 'agent-7',
      },
    }),
    'no number': () => ({ input: { phone: '12', channel: 'CALL', dialingMode: 'AGENT_MANUAL', agent: '8' } }),
  },
  'Query.attempts': {
    '': () => ({ first: 5 }),
    blocked: () => ({ first: 5, filterBy: { decision: 'BLOCK', lists: ['DNC'] } }),
  },
  'Subscription.attemptRecorded': { 'from the beginning': () => ({ after: 0 }) },
};
