import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';

const LIST =
  'list { id key name description blocks { direction channel } campaigns { key } isBuiltIn isEnabled entryCount }';
export const CREATE_LIST = /* GraphQL */ `
  mutation ($input: CreateListInput!) { createList(input: $input) { ${LIST} cursor notice userErrors { code message path } } }
`;
export const UPDATE_LIST = /* GraphQL */ `
  mutation ($input: UpdateListInput!) {
    updateList(input: $input) { ${LIST} isChanged cursor notice userErrors { code message path } }
  }
`;
const LISTS = `{ lists { key name description blocks { direction channel } campaigns { key } isBuiltIn isEnabled } }`;
const ADD = /* GraphQL */ `
  mutation ($input: AddEntriesInput!) {
    addEntries(input: $input) { results { outcome entry { id list { key } } } userErrors { code message path } }
  }
`;
const CHECK = /* GraphQL */ `
  query ($phone: String!, $direction: Direction!, $channel: Channel!, $campaign: String) {
    check(phone: $phone, direction: $direction, channel: $channel, campaign: $campaign) { decision reasons { listKey } }
  }
`;
const CREATE_CAMPAIGN = /* GraphQL */ `
  mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { userErrors { code message } } }
`;

export const OUTBOUND_CALL = { direction: 'OUTBOUND', channel: 'CALL' };
export const OUTBOUND_SMS = { direction: 'OUTBOUND', channel: 'SMS' };
export const INBOUND_CALL = { direction: 'INBOUND', channel: 'CALL' };
export const NIGHT = { key: 'NIGHT', name: 'No calls at night', blocks: [OUTBOUND_CALL] };

export function start(): Promise<Quietline> {
  return startQuietline();
}

export async function lists(client: Client) {
  return (await client.expectOk(LISTS)).lists as { key: string; isBuiltIn: boolean }[];
}

/** Makes NIGHT, or what differs from it. */
export async function createList(client: Client, input: object = {}) {
  return (await client.expectOk(CREATE_LIST, { input: { ...NIGHT, ...input } })).createList;
}

export async function updateList(client: Client, input: object) {
  return (await client.expectOk(UPDATE_LIST, { input: { list: 'NIGHT', ...input } })).updateList;
}

/** The only problem of an answer: its code, its place and its words. */
export async function refusal(client: Client, document: string, input: object) {
  const { data, errors } = await client.query(document, { input });
  const [payload] = Object.values(data ?? {}) as { userErrors: { code: string; message: string; path: string[] }[] }[];
  const [problem] = payload?.userErrors ?? [];
  if (!problem) throw new Error(`nothing was refused: ${JSON.stringify({ data, errors })}`);
  return { code: problem.code, path: problem.path.join('.'), message: problem.message };
}

export async function addTo(client: Client, list: string, phone: string, input: object = {}) {
  const { addEntries } = await client.expectOk(ADD, { input: { list, entries: [{ phone }], ...input } });
  return addEntries.results[0] as { outcome: string; entry: { id: string; list: { key: string } } };
}

export function refusedAdd(client: Client, list: string, phone: string, input: object = {}) {
  return refusal(client, ADD, { list, entries: [{ phone }], ...input });
}

/** The keys of the lists that block this contact, or ALLOW. */
export async function check(client: Client, phone: string, contact: object = OUTBOUND_CALL, campaign?: string) {
  const { check } = await client.expectOk(CHECK, { phone, ...contact, campaign });
  return check.decision === 'ALLOW'
    ? 'ALLOW'
    : check.reasons.map(({ listKey }: { listKey: string }) => listKey).join(' ');
}

export async function createCampaigns(client: Client, ...keys: string[]) {
  for (const key of keys) await client.expectOk(CREATE_CAMPAIGN, { input: { key, name: `The ${key}` } });
}
