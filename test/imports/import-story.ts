import type { Client } from '../support/client.ts';
import type { Quietline } from '../support/quietline.ts';
import { untilDone } from '../support/tasks.ts';

/** Sends a file as one would with curl; answers the upload's id. */
export async function upload(
  server: Pick<Quietline, 'url'>,
  by: Client,
  content: string | Uint8Array,
  name = 'list.csv',
) {
  const answer = await fetch(`${server.url}/upload?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by.token}` },
    body: content as BodyInit,
  });
  if (answer.status !== 201) throw new Error(`Expected 201, not ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { upload: string }).upload;
}

export const startDocument = /* GraphQL */ `
  mutation Start($input: StartImportInput!) {
    startImport(input: $input) { task { id state } cursor userErrors { code message path } }
  }
`;

/** Starts an import and answers its task's id. */
export async function start(by: Client, input: object): Promise<string> {
  return (await by.expectOk(startDocument, { input: { list: 'DNC', ...input } })).startImport.task.id;
}

const REPORT = /* GraphQL */ `
  query Report($id: ID!) {
    task(id: $id) {
      kind state step rowsDone rowsTotal updatedAt failure { code message } logLines { level message }
      import {
        fileName review mode origin isDryRun isOptOuts
        rowCount addedCount raisedCount alreadyListedCount duplicateCount invalidCount emptyLineCount warningCount
        liftedCount keptCount newlyBlockedCount summary
        list { key } rowProblemsFile { url name } undoneBy { id state }
      }
      undo { import { id } liftedCount keptClaimedCount keptEditedCount keptPermanentCount keptOptedOutCount }
    }
  }
`;
export const reportOf = async (by: Client, id: string) => (await by.expectOk(REPORT, { id })).task;

/** Uploads, imports and waits; answers the task with its report. */
export async function importFile(
  server: Pick<Quietline, 'url'>,
  by: Client,
  content: string | Uint8Array,
  input: object = {},
) {
  const { name, ...rest } = input as { name?: string };
  const task = await start(by, { upload: await upload(server, by, content, name), ...rest });
  await untilDone(by, task);
  return { id: task, ...(await reportOf(by, task)) };
}

export const undoDocument = /* GraphQL */ `
  mutation Undo($input: UndoImportInput!) {
    undoImport(input: $input) { task { id } userErrors { code message path } }
  }
`;

/** Undoes an import and waits; answers the undo's task with its report. */
export async function undo(by: Client, importId: string, reason = 'Wrong file') {
  const { undoImport } = await by.expectOk(undoDocument, { input: { import: importId, reason } });
  await untilDone(by, undoImport.task.id);
  return reportOf(by, undoImport.task.id);
}

const PROBLEMS = /* GraphQL */ `
  query Problems($id: ID!, $severity: RowProblemSeverity, $first: Int, $after: String, $last: Int, $before: String) {
    task(id: $id) {
      import {
        rowProblems(severity: $severity, first: $first, after: $after, last: $last, before: $before) {
          nodes { line severity code message raw }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }
  }
`;
export interface Problem {
  readonly line: number;
  readonly severity: string;
  readonly code: string;
  readonly raw: string;
}

export const problemsOf = async (by: Client, id: string, variables: object = {}) =>
  (await by.expectOk(PROBLEMS, { id, ...variables })).task.import.rowProblems;

/** Where the environment's log ends. */
export const headOf = async (by: Client): Promise<number> =>
  (await by.expectOk('{ auditLog(first: 1) { nodes { position } } }')).auditLog.nodes[0]?.position ?? 0;
