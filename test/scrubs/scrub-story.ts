import { ended } from '../exports/export-story.ts';
import { ask } from '../files/file-door.ts';
import type { Client } from '../support/client.ts';
import type { Quietline } from '../support/quietline.ts';

export const startScrubDocument = /* GraphQL */ `
  mutation Start($input: StartScrubInput!) {
    startScrub(input: $input) { task { id kind state scrub { summary callableFile { url } } } notice userErrors { code message path } }
  }
`;

const REPORT = `rowsDone rowsTotal failure { code message } scrub {
  fileName channel direction phoneColumns checkedCount callableCount blockedCount invalidCount cursor summary
  callableFile { url name size mediaType } blockedFile { url name size mediaType }
}`;

export async function upload(
  server: Quietline,
  by: Client,
  file: string | Uint8Array,
  name = 'leads.csv',
): Promise<string> {
  const body = Buffer.from(file as string) as Uint8Array<ArrayBuffer>;
  const answer = await ask(server, `/upload?name=${encodeURIComponent(name)}`, { as: by, method: 'POST', body });
  if (answer.status !== 201) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
  return (await answer.json()).upload;
}

export interface Scrubbed {
  // biome-ignore lint/suspicious/noExplicitAny: as the document asks for it
  readonly task: any;
  readonly callable: string;
  readonly blocked: string;
}

/** Uploads a file, scrubs it and fetches what came of it. */
export async function scrubbed(
  server: Quietline,
  by: Client,
  file: string | Uint8Array,
  { name, ...input }: { name?: string; channel?: string; direction?: string; [field: string]: unknown } = {},
): Promise<Scrubbed> {
  const id = await upload(server, by, file, name);
  const { startScrub } = await by.expectOk(startScrubDocument, { input: { upload: id, channel: 'CALL', ...input } });
  const task = await ended(by, startScrub.task.id, REPORT);
  if (task.state !== 'DONE') throw new Error(`The scrub has ${task.state}: ${JSON.stringify(task.failure)}`);
  const fetched = async ({ url }: { url: string }) => {
    const answer = await fetch(new URL(url, server.url));
    if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
    return Buffer.from(await answer.arrayBuffer()).toString();
  };
  return { task, callable: await fetched(task.scrub.callableFile), blocked: await fetched(task.scrub.blockedFile) };
}
