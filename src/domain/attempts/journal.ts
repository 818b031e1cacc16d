import { randomUUID } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, openSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { headerLine, journalName } from './journal-file.ts';

/** A journal's file is followed by the next at this size: about 3,000 attempts. */
const MAX_BYTES = 1024 * 1024;
/** Disk for attempts that neither the database nor memory has room for. */
const MAX_SPILLED_BYTES = 256 * 1024 * 1024;

/** One file of the journal. */
export interface JournalFile {
  readonly path: string;
  readonly fd: number;
  /** Of the first line. */
  readonly headerBytes: number;
  /** Its attempts are not in memory: it is read back when the database can take them. */
  readonly isSpilled: boolean;
  bytes: number;
  /** Attempts in it that the database doesn't have yet. */
  unwritten: number;
}

/**
 * Attempts that the database doesn't have yet, on the local disk: appended before anybody is told of them, so that a
 * killed process loses none (the system keeps what it was given to write; a power cut may lose the last of it). An append
 * takes some 10 µs, where a commit takes milliseconds.
 */
export class Journal {
  readonly #folder: string;
  readonly #header: string;
  readonly #files = new Set<JournalFile>();
  #current: JournalFile | null = null;
  #spilledBytes = 0;
  #isClosed = false;

  constructor(options: { folder: string; database: string }) {
    this.#folder = options.folder;
    this.#header = headerLine(options.database);
  }

  /** Whether some attempts are here and not in memory. */
  get hasSpilled(): boolean {
    for (const { isSpilled } of this.#files) if (isSpilled) return true;
    return false;
  }

  /**
   * Writes one attempt; `spill`: memory is full. Null when it can't be kept here: the disk is full or not writable, or
   * more was spilled than it may.
   */
  append(attempt: object, spill: boolean): JournalFile | null {
    if (this.#isClosed || (spill && this.#spilledBytes >= MAX_SPILLED_BYTES)) return null;
    const line = `${JSON.stringify(attempt)}\n`;
    let file = this.#current;
    if (file && (file.isSpilled !== spill || file.bytes >= MAX_BYTES)) file = this.#leave(file);
    try {
      file ??= this.#make(spill);
      this.#current = file;
      const bytes = Buffer.byteLength(line);
      if (writeSync(file.fd, line) !== bytes) throw new Error('the disk is full');
      file.bytes += bytes;
      file.unwritten += 1;
      if (spill) this.#spilledBytes += bytes;
      return file;
    } catch {
      // What was half written ends the file: a line behind it could not be read.
      if (file) this.#leave(file);
      return null;
    }
  }

  /** The database has so many of its attempts. */
  written(file: JournalFile, count: number): void {
    file.unwritten -= count;
    if (file.unwritten > 0) return;
    if (file !== this.#current) this.#remove(file);
    // Numbers of people don't lie about in the files of a server that has nothing to do.
    else if (file.bytes > file.headerBytes) {
      try {
        ftruncateSync(file.fd, file.headerBytes);
        file.bytes = file.headerBytes;
      } catch {
        // Then they are written again by who reads it: each is taken once.
      }
    }
  }

  /** The files whose attempts are nowhere else, closed: whoever has written them to the database removes them. */
  takeSpilled(): readonly JournalFile[] {
    if (this.#current?.isSpilled) this.#leave(this.#current);
    return [...this.#files].filter(({ isSpilled }) => isSpilled);
  }

  /** Its attempts are in the database. */
  removeSpilled(file: JournalFile): void {
    this.#spilledBytes -= file.bytes - file.headerBytes;
    this.#remove(file);
  }

  /** Says to other machines that this server runs, and to cleaners of temp folders that the files are in use. */
  heartbeat(): void {
    for (const file of [...this.#files]) {
      try {
        const now = new Date();
        utimesSync(file.path, now, now);
        statSync(file.path);
      } catch {
        // Somebody removed it, and what is appended to it would be gone with it.
        this.#files.delete(file);
        if (file === this.#current) this.#current = null;
        closeSync(file.fd);
      }
    }
  }

  /** Ends it. Files that hold something stay, for the next start. */
  close(): void {
    this.#isClosed = true;
    this.#current = null;
    for (const file of [...this.#files]) {
      if (file.unwritten === 0) this.#remove(file);
      else closeSync(file.fd);
    }
    this.#files.clear();
  }

  #make(isSpilled: boolean): JournalFile {
    const path = join(this.#folder, journalName(randomUUID()));
    let fd: number;
    try {
      fd = openSync(path, 'ax', 0o600);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      mkdirSync(this.#folder, { mode: 0o700 });
      fd = openSync(path, 'ax', 0o600);
    }
    const headerBytes = Buffer.byteLength(this.#header);
    const file = { path, fd, headerBytes, isSpilled, bytes: headerBytes, unwritten: 0 };
    this.#files.add(file);
    if (writeSync(fd, this.#header) !== headerBytes) {
      this.#remove(file);
      throw new Error('the disk is full');
    }
    return file;
  }

  /** Nothing more is appended to it. */
  #leave(file: JournalFile): null {
    if (file === this.#current) this.#current = null;
    if (file.unwritten === 0) this.#remove(file);
    return null;
  }

  #remove(file: JournalFile): void {
    if (!this.#files.delete(file)) return;
    try {
      closeSync(file.fd);
      unlinkSync(file.path);
    } catch {
      // Gone already, or left to the next start, which finds nothing new in it.
    }
  }
}
