import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../support/client.ts';

/** A number of North America that nobody has, by its last digits. */
export const phoneOf = (n: number) => `+1415${String(5_550_000 + n)}`;

interface Addition {
  readonly status?: 'PENDING' | 'APPROVED' | 'PERMANENT';
  readonly reason?: string;
  readonly requestedAt?: string;
}

const ADD = /* GraphQL */ `
  mutation Add($input: AddEntriesInput!) {
    addEntries(input: $input) {
      results { outcome entry { id } }
      cursor
      userErrors { code message }
    }
  }
`;

/** Puts numbers on a list; answers the cursor of the change and the entries' ids. */
export async function list(by: Client, key: string, phones: readonly string[], addition: Addition = {}) {
  const { requestedAt, ...input } = addition;
  const entries = phones.map((phone) => ({ phone, requestedAt }));
  const { addEntries } = await by.expectOk(ADD, { input: { list: key, ...input, entries } });
  const ids: string[] = addEntries.results.map(({ entry }: { entry: { id: string } }) => entry.id);
  return { cursor: addEntries.cursor as string, ids };
}

const REMOVE = /* GraphQL */ `
  mutation Remove($input: RemoveEntriesInput!) {
    removeEntries(input: $input) { cursor userErrors { code message } }
  }
`;

/** Takes a number off a list. */
export async function lift(by: Client, key: string, phone: string): Promise<void> {
  const entries = { phones: { list: key, numbers: [phone] } };
  await by.expectOk(REMOVE, { input: { entries, reason: 'Asked to be called again' } });
}

const CHECK = /* GraphQL */ `
  query Check($phone: String, $direction: Direction, $channel: Channel!, $atLeast: ChangeCursor, $at: DateTime) {
    check(phone: $phone, direction: $direction, channel: $channel, atLeast: $atLeast, at: $at) {
      decision isBlocked phone direction channel message cursor at
      reasons { code listKey isPending since reason source list { key name blocks { direction channel } } problem { code remedy } }
    }
  }
`;

export const checkDocument = CHECK;

/** The verdict with everything that it can say. `contact` as "OUTBOUND CALL". */
export async function verdict(by: Client, phone: string | null, contact = 'OUTBOUND CALL', more: object = {}) {
  const [direction, channel] = contact.split(' ');
  return (await by.expectOk(CHECK, { phone, direction, channel, ...more })).check;
}

/** Which of the four contacts with a number are blocked, such as "OUTBOUND CALL, OUTBOUND SMS". */
export async function blockedContacts(by: Client, phone: string): Promise<string> {
  const blocked: string[] = [];
  for (const contact of ['OUTBOUND CALL', 'OUTBOUND SMS', 'INBOUND CALL', 'INBOUND SMS'])
    if ((await verdict(by, phone, contact)).isBlocked) blocked.push(contact);
  return blocked.join(', ');
}

/** A moment that what was just done lies before, and what is done next lies after. */
export async function moment(): Promise<string> {
  await sleep(15);
  const now = new Date().toISOString();
  await sleep(15);
  return now;
}
