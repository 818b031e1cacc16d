import type { Client } from '../support/client.ts';

export interface Contact {
  readonly phone?: string | null;
  readonly channel?: 'CALL' | 'SMS';
  readonly direction?: 'OUTBOUND' | 'INBOUND';
  readonly dialingMode?: string;
  readonly [further: string]: unknown;
}

export interface Authorized {
  readonly isAuthorized: boolean;
  readonly shouldSkip: boolean;
  readonly warning: string | null;
  readonly grantUsed: boolean;
  readonly attemptId: string | null;
  readonly cursor: string | null;
  readonly verdict: {
    readonly decision: string;
    readonly message: string;
    readonly reasons: readonly { code: string; listKey: string | null }[];
    readonly warnings: readonly { code: string }[];
    readonly firstMessage: { missing: readonly string[] } | null;
  } | null;
  readonly userErrors: readonly { code: string; message: string; path: readonly string[] }[];
}

export const AUTHORIZE = /* GraphQL */ `
  mutation Authorize($input: AuthorizeContactInput!) {
    authorizeContact(input: $input) {
      isAuthorized
      shouldSkip
      warning
      grantUsed
      attemptId
      cursor
      verdict { decision message reasons { code listKey } warnings { code } firstMessage { missing } }
      userErrors { code message path }
    }
  }
`;

/** Asks the gate, as a dialer would unless the contact says otherwise. */
export async function authorize(client: Client, contact: Contact): Promise<Authorized> {
  const input = { channel: 'CALL', dialingMode: 'DIALER', ...contact };
  const { data, errors } = await client.query(AUTHORIZE, { input });
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data.authorizeContact;
}

export interface Attempt {
  readonly id: string;
  readonly position: number;
  readonly at: string;
  readonly phone: string | null;
  readonly direction: string;
  readonly channel: string;
  readonly dialingMode: string;
  readonly decision: string;
  readonly isBlocked: boolean;
  readonly reasons: readonly string[];
  readonly lists: readonly { key: string }[];
  readonly campaign: { key: string } | null;
  readonly messageType: string | null;
  readonly grantUsed: boolean;
  readonly agent: string | null;
  readonly actor: { name: string } | null;
}

export const ATTEMPT_FIELDS = `id position at phone direction channel dialingMode decision isBlocked reasons lists { key }
  campaign { key } messageType grantUsed agent actor { name }`;

const ATTEMPTS = /* GraphQL */ `
  query Attempts($filterBy: AttemptFilter, $first: Int, $after: String, $last: Int, $before: String) {
    attempts(filterBy: $filterBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount totalCountIsExact lostCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { ${ATTEMPT_FIELDS} }
    }
  }
`;

export interface AttemptPage {
  readonly totalCount: number;
  readonly totalCountIsExact: boolean;
  readonly lostCount: number;
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  readonly nodes: readonly Attempt[];
}

/** One page of attempts, newest first. */
export async function attempts(
  client: Client,
  filterBy: object | null = null,
  page: { first?: number; after?: string; last?: number; before?: string } = { first: 100 },
): Promise<AttemptPage> {
  return (await client.expectOk(ATTEMPTS, { filterBy, ...page })).attempts;
}

/** Lists numbers as staff do. */
export async function list(client: Client, key: string, phones: readonly string[], row: object = {}): Promise<void> {
  await client.expectOk(
    'mutation List($input: AddEntriesInput!) { addEntries(input: $input) { userErrors { code message } } }',
    { input: { list: key, entries: phones.map((phone) => ({ phone })), ...row } },
  );
}

let made = 0;

/** A number that no other test has. */
export function newPhone(): string {
  return `+1415${String(5_000_000 + made++)}`;
}

export async function receive(
  client: Client,
  from: string,
  body: string,
): Promise<{ reply: { grant: string } | null }> {
  const input = { from, to: '+14155550199', body, externalId: `m${made++}` };
  const { receiveMessage } = await client.expectOk(
    'mutation Receive($input: ReceiveMessageInput!) { receiveMessage(input: $input) { reply { grant } userErrors { message } } }',
    { input },
  );
  return receiveMessage;
}
