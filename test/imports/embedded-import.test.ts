import { expect, test } from 'vitest';
import { type Client, createClient } from '../support/client.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { importFile } from './import-story.ts';

const ROWS = 2_000;
/** On the embedded database (P3.1). */
const BATCHES = ROWS / 400;

/** When each batch was committed, by the log. */
async function batchTimes(by: Client): Promise<number[]> {
  const times = new Set<number>();
  for (let after: string | null = null; ; ) {
    const {
      auditLog,
    }: {
      auditLog: { nodes: { at: string; operation: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    } = await by.expectOk(
      'query ($after: String) { auditLog(first: 100, after: $after) { nodes { at operation } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    for (const { at, operation } of auditLog.nodes) if (operation === 'startImport') times.add(Date.parse(at));
    if (!auditLog.pageInfo.hasNextPage) return [...times].sort((a, b) => a - b);
    after = auditLog.pageInfo.endCursor;
  }
}

test('P3.1: on the embedded database verdicts are answered between any two batches', async () => {
  const server = await startQuietline({ database: 'pglite' });
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  // Over the network: in this process an answer from memory would be one before anything else had its turn.
  const dialer = createClient({ url: server.url, fetch: (request) => fetch(request) }, staff.token);
  const check = '{ check(phone: "+14155550000", channel: CALL) { decision } }';
  const answered: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      await dialer.expectOk(check);
      answered.push(Date.now());
    }
  })();
  const file = Array.from({ length: ROWS }, (_, n) => `+1415${2_000_000 + ((n * 7919) % ROWS)}`).join('\n');
  const task = await importFile(server, staff, file, { review: 'APPROVED' });
  isOver = true;
  await asking;
  expect(task.import).toMatchObject({ addedCount: ROWS });
  const times = await batchTimes(staff);
  expect(times).toHaveLength(BATCHES);
  const silent = times.slice(1).filter((time, n) => !answered.some((at) => at >= times[n]! && at <= time));
  expect(silent).toEqual([]);
}, 40_000);
