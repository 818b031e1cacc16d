import type { Client } from '../support/client.ts';
import type { Quietline } from '../support/quietline.ts';

const EXPORTED = /* GraphQL */ `
  fragment Exported on Task {
    id kind state rowsDone rowsTotal
    failure { code message }
    export { rowCount format cursor file { url name size mediaType } }
  }
`;

const payload = '{ task { id state } cursor notice userErrors { code message path } }';
export const entryExportDocument = `mutation Start($input: StartEntryExportInput!) { startEntryExport(input: $input) ${payload} }`;
export const logExportDocument = `mutation Start($input: StartLogExportInput!) { startLogExport(input: $input) ${payload} }`;

export const startEntryExport = async (by: Client, input: object = {}) =>
  (await by.expectOk(entryExportDocument, { input })).startEntryExport;
export const startLogExport = async (by: Client, input: object = {}) =>
  (await by.expectOk(logExportDocument, { input })).startLogExport;

/** The task when it has ended. */
export async function ended(by: Client, id: string, fields = '...Exported') {
  const document = `${fields.includes('...Exported') ? EXPORTED : ''} subscription ($id: ID!) { taskProgress(task: $id) { id state ${fields} } }`;
  const progress = by.subscribe(document, { id });
  const read = await progress.until(({ taskProgress }) => /DONE|FAILED|CANCELLED/.test(taskProgress.state), {
    within: 15_000,
  });
  await progress.close();
  return read.at(-1).taskProgress;
}

export interface Exported {
  // biome-ignore lint/suspicious/noExplicitAny: as the document asks for it
  readonly task: any;
  readonly text: string;
  readonly headers: Headers;
}

/** The task of an export when it is done, and its file. */
export async function fetched(server: Quietline, by: Client, id: string): Promise<Exported> {
  const task = await ended(by, id);
  if (task.state !== 'DONE') throw new Error(`The export has ${task.state}: ${JSON.stringify(task.failure)}`);
  const response = await fetch(new URL(task.export.file.url, server.url));
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${bytes}`);
  return { task, text: bytes.toString(), headers: response.headers };
}
