import type { Client } from '../support/client.ts';

const CAMPAIGN = /* GraphQL */ `
  mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { userErrors { code message } } }
`;
const LIST = /* GraphQL */ `
  mutation ($input: CreateListInput!) { createList(input: $input) { userErrors { code message } } }
`;
const SET = /* GraphQL */ `
  mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { userErrors { code message } } }
`;

/** Two campaigns, spring and summer, and a list NO_SPRING that blocks outbound calls of the first alone. */
export async function twoCampaigns(by: Client): Promise<void> {
  for (const key of ['spring', 'summer']) await by.expectOk(CAMPAIGN, { input: { key, name: key } });
  const blocks = [{ direction: 'OUTBOUND', channel: 'CALL' }];
  const input = { key: 'NO_SPRING', name: 'Not this spring', blocks, campaigns: ['spring'] };
  await by.expectOk(LIST, { input });
}

export async function enforceConsent(by: Client, consentEnforcement: 'OFF' | 'WARN' | 'BLOCK'): Promise<void> {
  await by.expectOk(SET, { input: { consentEnforcement } });
}
