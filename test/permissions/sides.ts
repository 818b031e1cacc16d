import type { World } from '../support/world.ts';

/** What arguments name: something of the viewer's environment, of the account's other one, or nothing at all. */
export interface Side {
  /** A number that is listed there, by an entry of which every field is filled, and was in no call before. */
  listedPhone(status?: 'PENDING' | 'APPROVED' | 'PERMANENT'): Promise<string>;
  /** The id of such an entry. */
  entryId(status?: 'PENDING' | 'APPROVED' | 'PERMANENT'): Promise<string>;
  /** A key that nobody uses. */
  apiKeyId(): Promise<string>;
  environmentId(): Promise<string>;
  /** The same on every side: lists are numbered from 1 in each environment, and an id names the viewer's own. */
  listId(): Promise<string>;
  /** An early place in the log. */
  cursor(): Promise<string>;
  /** A word that all its texts hold. */
  readonly marker: string;
  /** The ids of all that was made or named here, but for lists. */
  readonly ids: ReadonlySet<string>;
}

const ADD = /* GraphQL */ `
  mutation ($input: AddEntriesInput!) {
    addEntries(input: $input) { cursor results { entry { id } } userErrors { code message } }
  }
`;
const CREATE_KEY = /* GraphQL */ `
  mutation ($name: String!) {
    createApiKey(input: { name: $name, role: DIALER, expiresAt: "2190-01-01T00:00:00Z" }) {
      apiKey { id }
      userErrors { code message }
    }
  }
`;

/** The word by which the other environment's texts are known, and the area code of its numbers. */
export const FOREIGN = { marker: 'Foreign', area: '212' };

let numbers = 0;

/** An environment as a side. */
export async function sideOf(world: World, { marker, area }: { marker: string; area: string }): Promise<Side> {
  const admin = await world.as('ADMIN');
  const ids = new Set<string>();
  const add = async (status = 'APPROVED') => {
    const number = String(2_000_000 + ++numbers);
    const { addEntries } = await admin.expectOk(ADD, {
      input: {
        list: 'DNC',
        status,
        entries: [
          {
            phone: `(${area}) ${number.slice(0, 3)}-${number.slice(3)}`,
            reason: `${marker} reason`,
            evidence: `${marker} evidence`,
            ...(status === 'PERMANENT' ? {} : { expiresAt: '2190-01-01T00:00:00Z' }),
            externalReference: `${marker} reference`,
          },
        ],
      },
    });
    const id: string = addEntries.results[0].entry.id;
    ids.add(id);
    return { phone: `+1${area}${number}`, id, cursor: addEntries.cursor as string };
  };
  const addKey = async () => {
    const { createApiKey } = await admin.expectOk(CREATE_KEY, { name: `${marker} key` });
    ids.add(createApiKey.apiKey.id);
    return createApiKey.apiKey.id as string;
  };
  const { cursor } = await add();
  await admin.expectOk(
    'mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { userErrors { code } } }',
    {
      input: { businessName: `${marker} business` },
    },
  );
  const { environment, lists } = await admin.expectOk('{ environment { id } lists { id } }');
  ids.add(environment.id);
  return {
    marker,
    ids,
    listedPhone: async (status) => (await add(status)).phone,
    entryId: async (status) => (await add(status)).id,
    apiKeyId: addKey,
    environmentId: async () => environment.id,
    listId: async () => lists[0].id,
    cursor: async () => cursor,
  };
}

/** Well-formed, and there is nothing of the kind. */
export function nothing({ listId, cursor }: Side): Side {
  const id = (type: string) => async () => Buffer.from(`${type}:999999999`).toString('base64url');
  return {
    marker: 'Nothing',
    ids: new Set(),
    listedPhone: async () => `+1303${2_000_000 + ++numbers}`,
    entryId: id('Entry'),
    apiKeyId: id('ApiKey'),
    environmentId: id('Environment'),
    listId,
    cursor,
  };
}
