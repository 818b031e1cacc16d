import type { Readable } from 'node:stream';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile as YauzlFile } from 'yauzl';
import type { FileSource } from './file-source.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';
import { ZipReader } from './zip-reader.ts';

/** A workbook has a dozen parts and a few for each sheet. */
const MOST_ENTRIES = 1_000;
const MOST_DIRECTORY_BYTES = 4 * 1024 ** 2;
/** Tables pack to a tenth or a thirtieth, nothing that people write to a two-hundredth. */
const MOST_RATIO = 200;
const RATIO_COUNTS_FROM = 10 * 1024 ** 2;
const LOCAL_HEADER_BYTES = 30;

/** A zip file, read without trust in anything that it says of itself. */
export class ZipFile {
  readonly #file: YauzlFile;
  readonly #reader: ZipReader;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: YauzlFile, reader: ZipReader, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#reader = reader;
    this.#entries = entries;
  }

  /** @throws UnreadableFileError */
  static async open(source: FileSource): Promise<ZipFile> {
    const reader = new ZipReader(source);
    try {
      const file = await fromRandomAccessReaderPromise(reader, source.size, { autoClose: false });
      return new ZipFile(file, reader, await readDirectory(file));
    } catch (error) {
      throw readingError(error, reader);
    }
  }

  /** Whether there is a part of this name; capitals don't count. */
  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** In small letters. */
  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  /**
   * What a part unpacks to; both what it says and what is counted have to be within bounds.
   * @throws UnreadableFileError
   */
  async *read(name: string, mostBytes: number): AsyncGenerator<Buffer, void> {
    const entry = this.#entries.get(name.toLowerCase());
    if (!entry) throw damaged();
    refuseSize(entry, entry.uncompressedSize, mostBytes);
    let bytes = 0;
    try {
      const stream: Readable = await this.#file.openReadStreamPromise(entry);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        refuseSize(entry, bytes, mostBytes);
        yield chunk;
      }
    } catch (error) {
      throw readingError(error, this.#reader);
    }
  }
}

function refuseSize({ compressedSize }: Entry, bytes: number, mostBytes: number): void {
  if (bytes > RATIO_COUNTS_FROM && bytes > compressedSize * MOST_RATIO) throw bomb();
  if (bytes > mostBytes) throw tooLarge(mostBytes);
}

async function readDirectory(file: YauzlFile): Promise<Map<string, Entry>> {
  if (file.entryCount > MOST_ENTRIES) throw bomb();
  const entries = new Map<string, Entry>();
  let bytes = 0;
  for await (const entry of file.eachEntry()) {
    bytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    const name = entry.fileName.toLowerCase();
    // Two parts of one name: which of them a program reads is a matter of taste.
    if (bytes > MOST_DIRECTORY_BYTES || entries.has(name)) throw bomb();
    entries.set(name, entry);
  }
  refuseOverlaps([...entries.values()]);
  return entries;
}

/** Parts that share their bytes unpack to far more than the file's size lets expect. */
function refuseOverlaps(entries: Entry[]): void {
  entries.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const entry of entries) {
    if (entry.relativeOffsetOfLocalHeader < end) throw bomb();
    end = entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.fileNameLength + entry.compressedSize;
  }
}

/** What isn't said by us, nor by where the file lies, is the unpacker's: the file isn't as it should be. */
function readingError(error: unknown, reader: ZipReader): unknown {
  if (error instanceof UnreadableFileError) return error;
  return reader.failure ?? (error instanceof Error && isEncryption(error) ? encrypted() : damaged());
}

function isEncryption(error: Error): boolean {
  return /encrypt/i.test(error.message);
}

export function damaged(): UnreadableFileError {
  return new UnreadableFileError(
    'DAMAGED',
    'The file is damaged or was cut short. Open it in your spreadsheet program, save it as .xlsx or CSV, and upload it again.',
  );
}

export function encrypted(): UnreadableFileError {
  return new UnreadableFileError(
    'ENCRYPTED',
    'The file is protected by a password. Take the password away in your spreadsheet program, save it as .xlsx or CSV, and upload it again.',
  );
}

function tooLarge(bytes: number): UnreadableFileError {
  return new UnreadableFileError(
    'TOO_LARGE',
    `A part of the workbook unpacks to more than ${Math.round(bytes / 1024 ** 2)} MB. Save the sheet as CSV, which may have any size, and upload that.`,
  );
}

export function bomb(): UnreadableFileError {
  return new UnreadableFileError(
    'BOMB',
    'The file is built so that reading it would take far more room than it has itself, as no spreadsheet program builds it. Save the sheet as CSV and upload that.',
  );
}
