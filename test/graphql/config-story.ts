import type { Client } from '../support/client.ts';

async function change(by: Client, mutation: string, input: object): Promise<string> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
  const document = `mutation Change($input: ${type}) { ${mutation}(input: $input) { cursor userErrors { code path message } } }`;
  return (await by.expectOk(document, { input }))[mutation].cursor;
}

/** Each answers the cursor of its change. */
export const createCampaign = (by: Client, key: string, more: object = {}) =>
  change(by, 'createCampaign', { key, name: `Campaign ${key}`, ...more });

export const updateCampaign = (by: Client, campaign: string, more: object) =>
  change(by, 'updateCampaign', { campaign, ...more });

/** A list of one's own; it blocks outbound calls unless the test says otherwise. */
export const createList = (by: Client, key: string, more: object = {}) =>
  change(by, 'createList', {
    key,
    name: `List ${key}`,
    blocks: [{ direction: 'OUTBOUND', channel: 'CALL' }],
    ...more,
  });

export const updateList = (by: Client, list: string, more: object) => change(by, 'updateList', { list, ...more });

export const saveDisposition = (by: Client, name: string, more: object = {}) =>
  change(by, 'saveDisposition', { name, addsToDnc: true, ...more });

export const createWebhook = (by: Client, name: string, more: object = {}) =>
  change(by, 'createWebhookEndpoint', { kind: 'GENERIC', name, ...more });

/** A contact's text. */
export const receive = (by: Client, from: string, body: string, more: object = {}) =>
  change(by, 'receiveMessage', { from, to: '+14155550100', body, externalId: `${from} ${body}`, ...more });
