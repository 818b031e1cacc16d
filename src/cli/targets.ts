import { constants, type Stats } from 'node:fs';
import { access, lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { wrongUse } from './failure.ts';

/** Where a file that the server made goes to. */
export interface Target {
  /** Behind all symbolic links. */
  readonly path: string;
  /** A device, a pipe, or a descriptor of ours: it can't be replaced, and what was written can't be taken back. */
  readonly isStream: boolean;
  /** Of the file that is replaced. */
  readonly mode?: number;
}

/** A file that a command reads or writes, and how its user named it. */
export interface Named {
  readonly name: string;
  readonly file: string | undefined;
}

/** `-`, and what it is called else: opened anew, a redirected one would be written from its begin or be replaced. */
export function isStandardOutput(file: string | undefined): boolean {
  return file !== undefined && /^(-|\/dev\/stdout|\/dev\/fd\/1|\/proc\/self\/fd\/1)$/.test(file);
}

const DESCRIPTOR = /^\/(dev\/(stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/;

/** @throws an error of the system */
export async function targetOf(file: string): Promise<Target> {
  const found = await statIfAny(file);
  if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR', syscall: 'open' });
  // A pipe's descriptor is a link to no path.
  if (found && (!found.isFile() || DESCRIPTOR.test(file))) return { path: file, isStream: true };
  return { path: await realPathOf(file), isStream: false, ...(found && { mode: found.mode & 0o7777 }) };
}

/**
 * What would only be found out after the work: that a file can't be written, or that one is written over another or over
 * what is read.
 * @throws CommandFailure
 */
export async function checkTargets(targets: readonly Named[], source?: Named): Promise<void> {
  const taken: Place[] = source?.file === undefined ? [] : await readPlaces(source.name, source.file);
  for (const { name, file } of targets) {
    if (file === undefined) continue;
    const places = await writablePlaces(name, file).catch((error: NodeJS.ErrnoException) => {
      throw wrongUse(`${name} can't be written (${error.code ?? 'unknown'}): ${file}`);
    });
    for (const place of places) {
      const other = taken.find((each) => each.path === place.path || (place.id !== undefined && each.id === place.id));
      if (other) throw wrongUse(`${other.name} and ${name} are the same file: name another for ${name}.`);
    }
    taken.push(...places);
  }
}

interface Place {
  readonly name: string;
  readonly path: string;
  /** One file may have several names, also by the case of letters on some systems. */
  readonly id?: string | undefined;
}

async function readPlaces(name: string, file: string): Promise<Place[]> {
  // Whoever opens it says why it can't be read.
  const found = await statIfAny(file).catch(() => undefined);
  return found ? [{ name, path: await realPathOf(file), id: idOf(found) }] : [];
}

async function writablePlaces(name: string, file: string): Promise<Place[]> {
  if (isStandardOutput(file)) return [{ name, path: '-' }];
  const { path, isStream, mode } = await targetOf(file);
  if (isStream || mode !== undefined) await access(path, constants.W_OK);
  if (isStream) {
    const found = await stat(path);
    // Several may well go to /dev/null.
    return found.isCharacterDevice() ? [] : [{ name, path, id: idOf(found) }];
  }
  await access(dirname(path), constants.W_OK | constants.X_OK);
  const found = await statIfAny(path);
  const part = partOf(path);
  return [
    { name, path, id: found && idOf(found) },
    { name, path: part },
  ];
}

/** Where it is written until it is whole. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** Also of what isn't there yet, and of a link to it. */
async function realPathOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const link = await lstat(file).catch(() => undefined);
  if (link?.isSymbolicLink()) return realPathOf(resolve(dirname(file), await readlink(file)));
  return join(await realpath(dirname(file)), basename(file));
}

function idOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

async function statIfAny(file: string): Promise<Stats | undefined> {
  return stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
