import { expect } from 'vitest';
import type { Client } from '../support/client.ts';

const IN_ONE_BATCH = 50_000;

/** Of a server that lacks a commit of its own, which says STALE until it has read it back (P2.4). */
const PATIENCE_MS = 10_000;

/** How many of these numbers may not be called. */
export async function blockedOf(client: Client, phones: readonly string[]): Promise<number> {
  let blocked = 0;
  for (let n = 0; n < phones.length; n += IN_ONE_BATCH) {
    const numbers = phones.slice(n, n + IN_ONE_BATCH).map((phone) => ({ phone }));
    blocked += await blockedInOneBatch(client, numbers);
  }
  return blocked;
}

async function blockedInOneBatch(client: Client, numbers: readonly { phone: string }[]): Promise<number> {
  const query = 'query Batch($input: CheckBatchInput!) { checkBatch(input: $input) { blockedCount } }';
  const variables = { input: { channel: 'CALL', numbers } };
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const { errors, data } = await client.query(query, variables);
    if (errors[0]?.extensions?.code !== 'STALE')
      return (data ?? (await client.expectOk(query, variables))).checkBatch.blockedCount;
  }
  return (await client.expectOk(query, variables)).checkBatch.blockedCount;
}

/** The verdict of one number, and the cursor that it is true at. */
export async function check(client: Client, phone: string): Promise<{ decision: string; cursor: string }> {
  const query = 'query Check($phone: String!) { check(phone: $phone, channel: CALL) { decision cursor } }';
  return (await client.expectOk(query, { phone })).check;
}

/** Every number on the list, by walking all pages. */
export async function listedNumbers(client: Client): Promise<string[]> {
  const nodes = await walk<{ phone: string }>(client, 'entries', 'phone');
  return nodes.map(({ phone }) => phone);
}

/** The additions in the log, the oldest first. */
export async function loggedAdditions(client: Client): Promise<{ phone: string; position: number }[]> {
  const nodes = await walk<{ phone: string; position: number }>(
    client,
    'auditLog',
    'phone position',
    'filterBy: { kinds: [ENTRY_ADDED] }',
  );
  return nodes.reverse();
}

/** Recomputes the whole chain; fails unless it is intact up to the log's end. */
export async function expectIntactLog(client: Client): Promise<number> {
  let checked = 0;
  for (let from: number | null = 1; from !== null; ) {
    const {
      verifyAudit,
    }: { verifyAudit: { positionsChecked: number; nextPosition: number | null; isAtHead: boolean } } =
      await client.expectOk(
        `query Verify($from: LogPosition) {
         verifyAudit(from: $from) { isIntact problem positionsChecked nextPosition isAtHead }
       }`,
        { from },
      );
    expect(verifyAudit).toMatchObject({ isIntact: true, problem: null });
    checked += verifyAudit.positionsChecked;
    from = verifyAudit.nextPosition;
    if (from === null) expect(verifyAudit.isAtHead).toBe(true);
  }
  return checked;
}

async function walk<T>(client: Client, field: string, selection: string, argument = ''): Promise<T[]> {
  const query = `query Walk($after: String) {
    ${field}(first: 100, after: $after ${argument && `, ${argument}`}) { nodes { ${selection} } pageInfo { hasNextPage endCursor } }
  }`;
  const all: T[] = [];
  for (let after: string | null = null; ; ) {
    const page: Record<string, { nodes: T[]; pageInfo: { hasNextPage: boolean; endCursor: string } }> =
      await client.expectOk(query, { after });
    const { nodes, pageInfo } = page[field]!;
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}
