import type { Sample } from './samples.ts';

let made = 0;

/** Of inbound messages, the opt-out list, and webhook endpoints. */
export const messageSamples: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  'Mutation.receiveMessage': {
    'an opt-out': async (side) => ({
      input: {
        from: await side.listedPhone(),
        to: '+18005550100',
        body: 'STOP',
        externalId: `made-${++made}`,
        campaign: `${side.marker}-campaign`,
      },
    }),
    'an emergency number': () => ({
      input: { from: '+18002738255', to: '+18005550100', body: 'lose my number', externalId: `made-${++made}` },
    }),
  },
  'Query.optOuts': { '': () => ({ first: 3 }) },
  'Query.webhookEndpoints': { '': () => ({}) },
  'Mutation.createWebhookEndpoint': {
    '': () => ({ input: { kind: 'GENERIC', name: `Made ${++made}`, publicUrl: 'https://example.com/hook' } }),
  },
  'Mutation.updateWebhookEndpoint': {
    '': async (side) => ({
      input: { webhookEndpointId: await side.webhookEndpointId('KEPT'), name: `Renamed ${++made}` },
    }),
  },
  'Mutation.removeWebhookEndpoint': {
    '': async (side) => ({ input: { webhookEndpointId: await side.webhookEndpointId('REMOVED') } }),
  },
};
