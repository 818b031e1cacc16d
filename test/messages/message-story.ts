import { randomUUID } from 'node:crypto';
import type { Client } from '../support/client.ts';

/** A number of our business. */
export const OURS = '+14155550100';

let phones = 0;
/** A number that no test of the file had before. */
export const nextPhone = () => `+1415${7_000_000 + ++phones}`;

const RECEIVE = /* GraphQL */ `
  mutation Receive($input: ReceiveMessageInput!) {
    receiveMessage(input: $input) {
      effect isDuplicate isExternalIdReused isKeptAsReceived isTextCut isCampaignUnknown notice cursor
      understood { meaning isKeyword certainty channels decidedBy { text } }
      entries { id list { key } status source endUserOptedOut isActive reason evidence businessNumber requestedAt rawInput message { id } createdBy { kind actor { type name } } }
      stillBlockedBy { key }
      reply { text grant grantExpiresAt }
      inbound { decision reasons { code listKey } }
      message { id from to text meaning isKeyword certainty decidedBy rule effect isConfirmed receivedAt recordedAt externalId reportedBy { type name subject } }
      problem { code }
      userErrors { code message path }
    }
  }
`;
export const receiveDocument = RECEIVE;

/** Texts us; answers what became of it. */
export async function text(by: Client, from: string, body: string, more: object = {}) {
  const input = { from, to: OURS, body, externalId: randomUUID(), ...more };
  return (await by.expectOk(RECEIVE, { input })).receiveMessage;
}

const CHECK = /* GraphQL */ `
  query Check($phone: String, $direction: Direction, $channel: Channel!) {
    check(phone: $phone, direction: $direction, channel: $channel) { decision }
  }
`;

/** What is blocked for a number, such as "OUTBOUND CALL, OUTBOUND SMS". */
export async function blocked(by: Client, phone: string): Promise<string> {
  const contacts = ['OUTBOUND CALL', 'OUTBOUND SMS', 'INBOUND CALL', 'INBOUND SMS'];
  const found = await Promise.all(
    contacts.map(async (contact) => {
      const [direction, channel] = contact.split(' ');
      const { check } = await by.expectOk(CHECK, { phone, direction, channel });
      return check.decision === 'BLOCK' ? [contact] : [];
    }),
  );
  return found.flat().join(', ');
}

/** The lists of entries, with their states. */
export function listed({
  entries,
}: {
  entries: { list: { key: string }; status: string; isActive: boolean }[];
}): string {
  return entries.map(({ list, status, isActive }) => `${list.key} ${isActive ? status : 'LIFTED'}`).join(', ');
}

/** Minutes since an hour ago, as ISO. */
export const minute = (n: number) =>
  new Date(Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000 + n * 60_000).toISOString();
