import type { Client } from '../support/client.ts';

const RECORD = /* GraphQL */ `
  mutation Record($input: RecordConsentInput!) {
    recordConsent(input: $input) {
      isNew isOutranked message cursor
      verdict { decision reasons { code listKey } }
      consent {
        id phone channel level purpose method sufficesFor evidence businessNumber
        givenAt recordedAt isActive endedAt endedBy createdBy { name }
      }
      userErrors { code message path }
    }
  }
`;
const REVOKE = /* GraphQL */ `
  mutation Revoke($input: RevokeConsentInput!) {
    revokeConsent(input: $input) { endedCount consents { purpose businessNumber endedAt endedBy } cursor userErrors { code message path } }
  }
`;
export const CONSENTS = /* GraphQL */ `
  query Consents($phone: String, $isActive: Boolean, $channel: Channel, $purpose: MessageType, $first: Int, $after: String, $last: Int, $before: String) {
    consents(phone: $phone, isActive: $isActive, channel: $channel, purpose: $purpose, first: $first, after: $after, last: $last, before: $before) {
      nodes { phone channel level purpose method evidence businessNumber givenAt isActive endedBy createdBy { name } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
export { RECORD as RECORD_CONSENT, REVOKE as REVOKE_CONSENT };

/** A consent that holds: to texts, express, for orders and appointments, on a web form. */
export const checkout = { channel: 'SMS', level: 'EXPRESS', purpose: 'TRANSACTIONAL', method: 'WEB_FORM' } as const;

/** Records one; the payload. */
export async function record(by: Client, phone: string, consent: object = {}) {
  return (await by.expectOk(RECORD, { input: { phone, ...checkout, ...consent } })).recordConsent;
}

/** Tries to; the problems. */
export async function refusal(
  by: Client,
  phone: string,
  consent: object = {},
): Promise<{ code: string; message: string; path: string[] }[]> {
  const { data } = await by.query(RECORD, { input: { phone, ...checkout, ...consent } });
  return data.recordConsent.userErrors;
}

export async function revoke(by: Client, phone: string, which: object = {}) {
  return (await by.expectOk(REVOKE, { input: { phone, ...which } })).revokeConsent;
}

export async function consents(by: Client, variables: object = {}) {
  return (await by.expectOk(CONSENTS, variables)).consents;
}
