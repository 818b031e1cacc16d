import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMib, type ServerUnderTest } from './server-under-test.ts';

export interface ImportRun {
  readonly rows: number;
  readonly uploadMs: number;
  /** From the first byte of the upload to DONE. */
  readonly totalMs: number;
  readonly peakMib: number;
  /** Resident memory every second: [rows done, MiB]. */
  readonly curve: readonly (readonly [rows: number, mib: number])[];
  readonly counts: Readonly<Record<string, number>>;
}

/** One question to the server; throws what it refuses. */
export async function ask<T>(url: string, key: string, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Uploads a file, imports it and waits for its end, as an integrator's script does. */
export async function importFile(server: ServerUnderTest, key: string, path: string): Promise<ImportRun> {
  const { url, pid } = server;
  const warm = 'query { check(phone: "+14155550100", channel: CALL) { decision } }';
  await ask(url, key, warm);
  const began = performance.now();
  const response = await fetch(`${url}/upload?name=leads.csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv' },
    body: await openAsBlob(path),
  });
  const { upload } = (await response.json()) as { upload: string };
  if (!upload) throw new Error(`the upload was refused: ${response.status}`);
  const uploadMs = performance.now() - began;
  const input = { upload, list: 'DNC', review: 'APPROVED', columns: { phone: 2, reason: 3, externalReference: 0 } };
  const { startImport } = await ask<{ startImport: { task: { id: string } | null; userErrors: unknown } }>(
    url,
    key,
    'mutation ($input: StartImportInput!) { startImport(input: $input) { task { id } userErrors { message } } }',
    { input },
  );
  if (!startImport.task) throw new Error(JSON.stringify(startImport.userErrors));
  const curve: (readonly [number, number])[] = [];
  let peakMib = 0;
  for (let looks = 0; ; looks++) {
    const { task } = await ask<{ task: TaskState }>(url, key, TASK, { id: startImport.task.id });
    const mib = residentMib(pid);
    peakMib = Math.max(peakMib, mib);
    if (looks % 5 === 0) curve.push([task.rowsDone, Math.round(mib)]);
    if (task.state === 'DONE') {
      const { rowCount, ...counts } = task.import;
      return { rows: rowCount!, uploadMs, totalMs: performance.now() - began, peakMib, curve, counts };
    }
    if (task.state !== 'RUNNING' && task.state !== 'QUEUED') throw new Error(JSON.stringify(task));
    await sleep(200);
  }
}

interface TaskState {
  readonly state: string;
  readonly rowsDone: number;
  readonly import: Readonly<Record<string, number>>;
}

const TASK = `query ($id: ID!) { task(id: $id) { state step rowsDone failure { code message }
  import { rowCount addedCount raisedCount alreadyListedCount duplicateCount invalidCount } } }`;
