import type { Client } from '../support/client.ts';

/** What a follower may ask of each message. */
export const ENTRY_CHANGES = /* GraphQL */ `
  subscription Follow($after: ChangeCursor, $lists: [String!]) {
    entryChanges(after: $after, lists: $lists) {
      __typename
      ... on ChangeBatch {
        cursor
        changes {
          kind
          phone
          position
          entryId
          externalReference
          status
          source
          reason
          expiresAt
          endUserOptedOut
          list {
            key
          }
          blocked {
            outboundCall
            outboundSms
            inboundCall
            inboundSms
          }
          standings {
            list {
              key
            }
            isPendingOnly
          }
        }
        listChanges {
          list {
            key
          }
        }
        settingChanges {
          settings {
            enforcePending
          }
        }
      }
      ... on Bookmark {
        cursor
      }
      ... on ResyncRequired {
        reason
        message
      }
    }
  }
`;

export interface FollowedChange {
  kind: string;
  phone: string;
  position: number | null;
  entryId: string | null;
  externalReference: string | null;
  status: string | null;
  source: string;
  reason: string | null;
  expiresAt: string | null;
  endUserOptedOut: boolean;
  list: { key: string };
  blocked: { outboundCall: boolean; outboundSms: boolean; inboundCall: boolean; inboundSms: boolean };
  standings: { list: { key: string }; isPendingOnly: boolean }[];
}

export interface Message {
  entryChanges:
    | {
        __typename: 'ChangeBatch';
        cursor: string;
        changes: FollowedChange[];
        listChanges: { list: { key: string } }[];
        settingChanges: { settings: { enforcePending: boolean } }[];
      }
    | { __typename: 'Bookmark'; cursor: string }
    | { __typename: 'ResyncRequired'; reason: string; message: string };
}

/** All changes in these messages, in order. */
export function changesIn(messages: readonly Message[]): FollowedChange[] {
  return messages.flatMap(({ entryChanges: message }) => (message.__typename === 'ChangeBatch' ? message.changes : []));
}

/** The newest cursor that these messages left their reader with. */
export function lastCursor(messages: readonly Message[]): string {
  const { entryChanges: message } = messages.at(-1)!;
  if (message.__typename === 'ResyncRequired') throw new Error('a resync leaves no cursor');
  return message.cursor;
}

const ADD = /* GraphQL */ `
  mutation Add($input: AddEntriesInput!) {
    addEntries(input: $input) {
      cursor
      results {
        outcome
        entry {
          id
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`;

/** Adds numbers; answers the cursor that the answer is true at, and the entries' ids. */
export async function add(
  client: Client,
  numbers: readonly string[],
  options: { list?: string; status?: string; reason?: string; rest?: object } = {},
): Promise<{ cursor: string; ids: string[] }> {
  const { list = 'DNC', status = 'APPROVED', reason = null, rest = {} } = options;
  const entries = numbers.map((phone) => ({ phone, ...rest }));
  const { addEntries } = await client.expectOk(ADD, { input: { list, status, reason, entries } });
  return {
    cursor: addEntries.cursor,
    ids: addEntries.results.map((row: { entry: { id: string } | null }) => row.entry?.id),
  };
}

export async function remove(
  client: Client,
  ids: readonly string[],
  reason = 'asked to be called again',
): Promise<string> {
  const data = await client.expectOk(
    'mutation Remove($input: RemoveEntriesInput!) { removeEntries(input: $input) { cursor changedCount userErrors { code } } }',
    { input: { entries: { ids }, reason } },
  );
  return data.removeEntries.cursor;
}

export async function enforcePending(client: Client, value: boolean): Promise<string> {
  const data = await client.expectOk(
    'mutation Switch($input: UpdateSettingsInput!) { updateSettings(input: $input) { cursor userErrors { code } } }',
    { input: { enforcePending: value } },
  );
  return data.updateSettings.cursor;
}

/** So many numbers that nobody else in the test uses. */
export function numbers(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `+1415${String(2_000_000 + from + n)}`);
}
