import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-files.ts';

/** Paths that git has, or would take; undefined where there is no git to ask. */
export function committedOrNew(): string[] | undefined {
  return git('ls-files', '--cached', '--others', '--exclude-standard')?.split('\n').filter(Boolean);
}

/** The committed texts of a file, newest first: the newest one and the one before it. */
export function committedVersions(path: string): string[] {
  const commits = git('log', '-2', '--format=%H', '--diff-filter=AM', '--', path)?.split('\n').filter(Boolean) ?? [];
  return commits.map((commit) => git('show', `${commit}:${path}`) ?? '');
}

/** Undefined without git, outside a clone (an export) and before the first commit; any other failure is one. */
function git(...args: string[]): string | undefined {
  if (!existsSync(join(root, '.git'))) return undefined;
  try {
    // The clone may belong to somebody else, as in a container.
    const command = ['-c', 'safe.directory=*', ...args];
    return execFileSync('git', command, { cwd: root, encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT' || /does not have any commits yet/.test(stderr ?? '')) return undefined;
    throw error;
  }
}
