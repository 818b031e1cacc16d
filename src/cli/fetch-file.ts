import { type Link, noFile, pipeFile, saveFile } from './download.ts';
import { withProgress } from './progress.ts';
import type { Session } from './session.ts';
import { isStandardOutput } from './targets.ts';

/** Fetches a file of a finished task: into a file of ours, or to standard output. It stays on the server for some days. */
export async function fetchFile(
  { api, output }: Session,
  id: string,
  file: string | undefined,
  find: () => Promise<Link | null | undefined>,
): Promise<void> {
  const link = async () => (await find()) ?? Promise.reject(noFile(id));
  const message = `The download stopped. The file stays on the server for some days: \`quietline tasks fetch ${id} -o FILE\`.`;
  await withProgress(
    output,
    () => ({ message, facts: { task: id } }),
    async (progress) => {
      if (file === undefined || isStandardOutput(file)) await pipeFile(api.connection, await link(), progress);
      else await saveFile(api.connection, { file, progress, link });
    },
  );
}
