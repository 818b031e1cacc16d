import { SignJWT } from 'jose';
import type { Role } from '../../src/auth/permissions.ts';
import { type EntryRow, systemActor } from '../../src/changes/write-call.ts';
import { openLogServer } from '../changes/log-world.ts';
import type { Client } from '../support/client.ts';
import type { World } from '../support/world.ts';

export const JWT_SECRET = 'a secret of the tests that is long enough for HS256';

/** Everything of an entry that somebody may see. */
const ENTRY = /* GraphQL */ `
  fragment Whole on Entry {
    id phone rawInput status source isActive endUserOptedOut reason evidence requestedAt expiresAt externalReference createdAt
    list { key }
    createdBy { kind actor { type name subject } }
  }
`;

const ADD = /* GraphQL */ `
  ${ENTRY}
  mutation Add($input: AddEntriesInput!) {
    addEntries(input: $input) {
      results {
        index outcome duplicateOf externalReference
        entry { ...Whole }
        problem { code message remedy }
        warnings { code message }
      }
      addedCount raisedCount alreadyListedCount duplicateCount invalidCount
      cursor notice
      userErrors { code message path }
    }
  }
`;
export const addDocument = ADD;

/** Lists numbers; fails on any error. `input.entries` may be texts. */
export async function add(by: Client, input: Record<string, unknown> & { entries: readonly unknown[] }) {
  return (await by.expectOk(ADD, { input: inputOf(input) })).addEntries;
}

export function inputOf(input: Record<string, unknown> & { entries: readonly unknown[] }) {
  const entries = input.entries.map((entry) => (typeof entry === 'string' ? { phone: entry } : entry));
  return { list: 'DNC', ...input, entries };
}

/** Lists one number; answers its entry. */
export async function addOne(by: Client, phone: string, more: object = {}, call: object = {}) {
  return (await add(by, { ...call, entries: [{ phone, ...more }] })).results[0];
}

const action = (name: string) => `
  mutation Act($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) {
    ${name}(input: $input) {
      changedCount unchangedCount refusedCount notFoundCount
      results {
        index outcome
        entry { id phone status isActive expiresAt }
        refusal { code message }
        problem { code }
        stillBlockedBy { key }
      }
      task { id }
      cursor
      userErrors { code message path }
    }
  }
`;
export const approveDocument = action('approveEntries');
export const unapproveDocument = action('unapproveEntries');
export const removeDocument = action('removeEntries');

export const approve = async (by: Client, entries: object, more: object = {}) =>
  (await by.expectOk(approveDocument, { input: { entries, ...more } })).approveEntries;
export const unapprove = async (by: Client, entries: object, more: object = {}) =>
  (await by.expectOk(unapproveDocument, { input: { entries, ...more } })).unapproveEntries;
export const remove = async (by: Client, entries: object, more: object = {}) =>
  (await by.expectOk(removeDocument, { input: { entries, reason: 'Asked to be called again', ...more } }))
    .removeEntries;

export const updateDocument = /* GraphQL */ `
  ${ENTRY}
  mutation Update($input: UpdateEntryInput!) {
    updateEntry(input: $input) { entry { ...Whole } isChanged cursor userErrors { code message path } }
  }
`;
export const update = async (by: Client, input: object) => (await by.expectOk(updateDocument, { input })).updateEntry;

const LIST = /* GraphQL */ `
  ${ENTRY}
  query List($filterBy: EntryFilter, $orderBy: EntryOrder, $first: Int, $after: String, $last: Int, $before: String) {
    entries(filterBy: $filterBy, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { ...Whole } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totalCount totalCountIsExact changeCursor
    }
  }
`;
export const listDocument = LIST;
export const list = async (by: Client, variables: object = {}) => (await by.expectOk(LIST, variables)).entries;

/** The numbers of a page. */
export const phonesOf = (page: { edges: { node: { phone: string } }[] }) => page.edges.map(({ node }) => node.phone);

const LOG = /* GraphQL */ `
  query Log($filterBy: AuditFilter) {
    auditLog(first: 100, filterBy: $filterBy) {
      nodes {
        position kind operation reason evidence phone
        onBehalfOf { id name }
        changeSet { id }
        related { position kind phone }
      }
    }
  }
`;
/** The newest changes, newest first. */
export const logOf = async (by: Client, filterBy: object = {}) => (await by.expectOk(LOG, { filterBy })).auditLog.nodes;

const SETTINGS = 'mutation Set($input: UpdateSettingsInput!) { updateSettings(input: $input) { userErrors { code } } }';
export const set = async (by: Client, input: object) => void (await by.expectOk(SETTINGS, { input }));

/** A person of this role, by a token of the operator's issuer. The server needs `settings: { JWT_SECRET }`. */
export async function personOf(world: World, role: Role, name = 'Dana Reed'): Promise<Client> {
  const claims = { account: Number(world.accountId), environment: 'production', role, name };
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setSubject(`sub of ${name}`);
  const signed = await token.setExpirationTime('1h').sign(new TextEncoder().encode(JWT_SECRET));
  return world.server.withToken(signed);
}

/** What contacts cause comes through doors that are not built yet: their rows, by another server on the same database. */
export async function contactSaid(
  world: World,
  ...rows: (Pick<EntryRow, 'phone' | 'listId' | 'source'> & Partial<EntryRow>)[]
) {
  const { log, database } = await openLogServer((world.server.storage as { url: string }).url);
  const found = await database.read.query<{ id: number }>(
    "SELECT id FROM environment WHERE account_id = $1 AND key = 'production'",
    [Number(world.accountId)],
  );
  const written = await log.write({
    environmentId: found.rows[0]!.id,
    actor: systemActor,
    operation: 'receiveMessage',
    authority: 'SYSTEM',
    rows: rows.map((row) => ({ verb: 'ADD', status: 'APPROVED', ...row })),
  });
  return written.rows.map(({ entryId }) => Buffer.from(`Entry:${entryId}`).toString('base64url'));
}
