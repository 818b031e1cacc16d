import { lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { sep } from 'node:path';

/** In the spool folder: where servers keep attempts that the database doesn't have yet. */
export const ATTEMPTS_FOLDER = 'attempts';

/** Makes the spool folder, for this user alone, unless it is there. */
export async function privateFolder(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  await checkOwner(root);
}

/** Anybody may have made a folder of this name in the system's temp folder, and would then hold people's numbers. */
async function checkOwner(root: string): Promise<void> {
  const temp = await realpath(tmpdir());
  if (!`${await realpath(root)}${sep}`.startsWith(`${temp}${sep}`) && !root.startsWith(`${tmpdir()}${sep}`)) return;
  // Of a link it is the link that counts: its owner may point it elsewhere at any time.
  const { uid } = await lstat(root);
  const own = userInfo().uid;
  // Windows has no such ids.
  if (own === -1 || uid === own) return;
  throw new Error(
    `The spool folder ${root} belongs to another user (uid ${uid}, not ${own}): remove it, or set SPOOL_DIR to a folder of the server's own.`,
  );
}
