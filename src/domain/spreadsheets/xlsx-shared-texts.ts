import { unescapedText } from './cell-text.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';
import { XmlReader } from './xml-reader.ts';
import { damaged, type ZipFile } from './zip-file.ts';

const BLOCK_BYTES = 1024 ** 2;
/** Beside its bytes each text takes a place in the list of ends. */
const BYTES_PER_TEXT = 4;

/**
 * The texts that a workbook keeps once for all cells with them. As UTF-8 in blocks outside of the heap: a million texts
 * take 16 MB where strings take 80. A cell may name any of them, so all are in memory while rows are read.
 */
export class SharedTexts {
  readonly #most: number;
  readonly #blocks: Buffer[] = [];
  /** Where each text ends, counted over all blocks. */
  #ends = new Uint32Array(1024);
  #count = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  get size(): number {
    return this.#count;
  }

  /** @throws UnreadableFileError when there is no such text */
  at(index: number): string {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) throw damaged();
    let from = index === 0 ? 0 : this.#ends[index - 1]!;
    const to = this.#ends[index]!;
    const block = this.#blocks[Math.floor(from / BLOCK_BYTES)];
    if (Math.floor(to / BLOCK_BYTES) === Math.floor(from / BLOCK_BYTES))
      return block?.toString('utf8', from % BLOCK_BYTES, to % BLOCK_BYTES) ?? '';
    const pieces: Buffer[] = [];
    while (from < to) {
      const start = from % BLOCK_BYTES;
      const piece = this.#blocks[Math.floor(from / BLOCK_BYTES)]!.subarray(start, start + to - from);
      pieces.push(piece);
      from += piece.length;
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  add(text: string): void {
    let bytes = Buffer.from(text);
    let end = this.#count === 0 ? 0 : this.#ends[this.#count - 1]!;
    if (end + bytes.length + (this.#count + 1) * BYTES_PER_TEXT > this.#most) throw tooManyTexts(this.#most);
    while (bytes.length > 0) {
      const start = end % BLOCK_BYTES;
      if (start === 0) this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
      const taken = bytes.copy(this.#blocks.at(-1)!, start);
      bytes = bytes.subarray(taken);
      end += taken;
    }
    if (this.#count === this.#ends.length) this.#ends = grown(this.#ends);
    this.#ends[this.#count++] = end;
  }
}

function grown(ends: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(ends.length * 2);
  larger.set(ends);
  return larger;
}

/**
 * Reads the shared texts; of a sample only as many as its cells name.
 * @throws UnreadableFileError
 */
export async function readSharedTexts(
  zip: ZipFile,
  part: string | null,
  limits: { readonly sheetBytes: number; readonly sharedTextBytes: number },
  most = Number.POSITIVE_INFINITY,
): Promise<SharedTexts> {
  const texts = new SharedTexts(limits.sharedTextBytes);
  if (part === null || most === 0) return texts;
  let text = '';
  /** In a `t`, but not in one that only says how to pronounce another. */
  let isText = false;
  let isPhonetic = false;
  const reader = new XmlReader({
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') isPhonetic = true;
      else if (name === 't') isText = !isPhonetic;
    },
    close(name) {
      if (name === 'si') texts.add(unescapedText(text));
      else if (name === 'rPh') isPhonetic = false;
      else if (name === 't') isText = false;
    },
    text(piece) {
      if (isText) text += piece;
      if (text.length > BLOCK_BYTES) throw damaged();
    },
  });
  for await (const chunk of zip.read(part, limits.sheetBytes)) {
    reader.write(chunk);
    if (texts.size >= most) return texts;
  }
  reader.end();
  return texts;
}

function tooManyTexts(bytes: number): UnreadableFileError {
  return new UnreadableFileError(
    'TOO_LARGE',
    `The workbook has more than ${Math.round(bytes / 1024 ** 2)} MB of different texts. Keep the columns that are needed, or save the sheet as CSV, which may have any size, and upload that.`,
  );
}
