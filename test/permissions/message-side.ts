import { randomUUID } from 'node:crypto';
import type { Client } from '../support/client.ts';

/** What a side has of messages and of the doors that they come through. */
export interface MessageSide {
  /** The id of an opt-out by text, of which every field is filled. */
  messageId(): Promise<string>;
  /** The number that one came from, in no call before. */
  optedOutPhone(): Promise<string>;
  /** The same on every side: endpoints are numbered from 1 in each environment. */
  webhookEndpointId(which: 'KEPT' | 'REMOVED'): Promise<string>;
}

const RECEIVE = /* GraphQL */ `
  mutation ($input: ReceiveMessageInput!) { receiveMessage(input: $input) { message { id } userErrors { code } } }
`;
const CREATE = /* GraphQL */ `
  mutation ($name: String!) {
    createWebhookEndpoint(input: { kind: GENERIC, name: $name, publicUrl: "https://example.com/hook" }) {
      webhookEndpoint { id }
      userErrors { code }
    }
  }
`;

export async function messageSideOf(
  admin: Client,
  { marker, area, ids }: { marker: string; area: string; ids: Set<string> },
): Promise<MessageSide> {
  let numbers = 0;
  const endpoint = async () => {
    const { createWebhookEndpoint } = await admin.expectOk(CREATE, { name: `${marker} endpoint` });
    return createWebhookEndpoint.webhookEndpoint.id as string;
  };
  const endpoints = { KEPT: await endpoint(), REMOVED: await endpoint() };
  const optOut = async () => {
    const from = `+1${area}${9_000_000 + ++numbers}`;
    const body = `${marker} people, take me off your list`;
    const input = { from, to: '+18005550100', body, externalId: randomUUID(), campaign: `${marker}-campaign` };
    const { receiveMessage } = await admin.expectOk(RECEIVE, { input });
    ids.add(receiveMessage.message.id);
    return { phone: from, id: receiveMessage.message.id as string };
  };
  return {
    messageId: async () => (await optOut()).id,
    optedOutPhone: async () => (await optOut()).phone,
    webhookEndpointId: async (which) => endpoints[which],
  };
}
