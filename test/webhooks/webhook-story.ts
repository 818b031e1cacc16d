import { createHmac, randomUUID } from 'node:crypto';
import type { Client } from '../support/client.ts';
import type { Quietline } from '../support/quietline.ts';

const ENDPOINT = 'id kind name url path publicUrl carrierAnswers removedAt createdBy { name }';

export const createDocument = /* GraphQL */ `
  mutation ($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) { webhookEndpoint { ${ENDPOINT} } secret cursor userErrors { code message path } }
  }
`;
export const updateDocument = /* GraphQL */ `
  mutation ($input: UpdateWebhookEndpointInput!) {
    updateWebhookEndpoint(input: $input) { webhookEndpoint { ${ENDPOINT} } isChanged userErrors { code message path } }
  }
`;
export const removeDocument = /* GraphQL */ `
  mutation ($id: ID!) {
    removeWebhookEndpoint(input: { webhookEndpointId: $id }) { webhookEndpoint { ${ENDPOINT} } isChanged userErrors { code path } }
  }
`;
export const listDocument = `{ webhookEndpoints { ${ENDPOINT} } }`;

export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
export const OURS = '+14155550100';

export async function twilioEndpoint(by: Client, input: object = {}) {
  const { createWebhookEndpoint } = await by.expectOk(createDocument, {
    input: { kind: 'TWILIO', name: 'Twilio', secret: AUTH_TOKEN, ...input },
  });
  return createWebhookEndpoint.webhookEndpoint as { id: string; path: string; url: string };
}

export async function genericEndpoint(by: Client, input: object = {}) {
  const { createWebhookEndpoint } = await by.expectOk(createDocument, {
    input: { kind: 'GENERIC', name: 'Ours', ...input },
  });
  return { ...createWebhookEndpoint.webhookEndpoint, secret: createWebhookEndpoint.secret } as {
    id: string;
    path: string;
    url: string;
    secret: string;
  };
}

/** As Twilio's documentation has it: the URL, then every field by name with its value, HMAC-SHA1, base64. */
export function twilioSignature(url: string, form: Record<string, string>, authToken = AUTH_TOKEN): string {
  const fields = Object.keys(form)
    .sort()
    .map((name) => name + form[name])
    .join('');
  return createHmac('sha1', authToken)
    .update(url + fields, 'utf8')
    .digest('base64');
}

/** What Twilio posts for an inbound text. */
export const twilioForm = (from: string, body: string, more: Record<string, string> = {}) => ({
  ToCountry: 'US',
  MessageSid: `SM${randomUUID().replaceAll('-', '')}`,
  NumMedia: '0',
  From: from,
  To: OURS,
  Body: body,
  AccountSid: `AC${'0'.repeat(32)}`,
  ApiVersion: '2010-04-01',
  ...more,
});

/** Posts a form as Twilio does; `signedFor`: the address that it believes to call. */
export async function postTwilio(
  address: string,
  form: Record<string, string>,
  { signedFor = address, authToken = AUTH_TOKEN, signature = twilioSignature(signedFor, form, authToken) } = {},
) {
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': signature,
    },
    body: new URLSearchParams(form),
  });
  const { status, headers } = response;
  return {
    status,
    type: headers.get('content-type'),
    retryAfter: headers.get('retry-after'),
    text: await response.text(),
  };
}

/** The header of a GENERIC request, made by hand. */
export function genericSignature(secret: string, body: string, at = Date.now()): string {
  const t = Math.floor(at / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

export async function postGeneric(
  address: string,
  body: string,
  signature: string | null,
): Promise<{ status: number; json: Record<string, unknown>; headers: Headers }> {
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'quietline-signature': signature }),
    },
    body,
  });
  return { status: response.status, json: JSON.parse(await response.text()), headers: response.headers };
}

export const addressOf = (server: Quietline, { path }: { path: string }) => `${server.url}${path}`;
