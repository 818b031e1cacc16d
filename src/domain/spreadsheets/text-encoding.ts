import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileEncoding } from './file-format.ts';
import { type FileSource, readRange } from './file-source.ts';

/** Read at once: small enough that no piece keeps the event loop for long. */
const PIECE_BYTES = 64 * 1024;

const byteOrderMarks: Record<FileEncoding, Buffer> = {
  UTF8: Buffer.from([0xef, 0xbb, 0xbf]),
  UTF16LE: Buffer.from([0xff, 0xfe]),
  UTF16BE: Buffer.from([0xfe, 0xff]),
  WINDOWS1252: Buffer.alloc(0),
};

/** The encoding that the beginning of a file shows. What is no UTF-8 is Windows-1252: every byte means something there. */
export function findEncoding(start: Buffer): FileEncoding {
  for (const encoding of ['UTF8', 'UTF16LE', 'UTF16BE'] as const) if (markLength(start, encoding) > 0) return encoding;
  return unmarkedUtf16(start) ?? (isUtf8(withoutCutCharacter(start)) ? 'UTF8' : 'WINDOWS1252');
}

function markLength(start: Buffer, encoding: FileEncoding): number {
  const mark = byteOrderMarks[encoding];
  return start.subarray(0, mark.length).equals(mark) ? mark.length : 0;
}

/** Digits, separators and Latin letters have a zero in every other byte, and nowhere else. */
function unmarkedUtf16(start: Buffer): 'UTF16LE' | 'UTF16BE' | undefined {
  let [even, odd] = [0, 0];
  for (let place = 0; place < start.length; place += 1) {
    if (start[place] !== 0) continue;
    if (place % 2 === 0) even += 1;
    else odd += 1;
  }
  const many = start.length * 0.3;
  const few = start.length * 0.02;
  if (odd > many && even < few) return 'UTF16LE';
  return even > many && odd < few ? 'UTF16BE' : undefined;
}

/** The last character may go on where the sample ends. */
function withoutCutCharacter(start: Buffer): Buffer {
  for (let length = 1; length <= 3 && length <= start.length; length++) {
    const byte = start[start.length - length]!;
    if (byte >= 0xc0) return start.subarray(0, start.length - length);
    if (byte < 0x80) break;
  }
  return start;
}

/** The file's text in UTF-8, piece by piece, without a byte order mark. */
export async function* utf8Pieces(source: FileSource, encoding: FileEncoding): AsyncGenerator<Buffer, void> {
  const decode = decoders[encoding]();
  const skipped = markLength(await readRange(source, 0, 3), encoding);
  for await (const chunk of source.stream(skipped) as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = decode(chunk.subarray(at, at + PIECE_BYTES));
      if (piece.length > 0) yield piece;
      // A large chunk is many pieces of work, and nothing else would run in between.
      if (at + PIECE_BYTES < chunk.length) await nextTurn();
    }
  }
  const last = decode(null);
  if (last.length > 0) yield last;
}

/** Null: that was all. */
type Decode = (bytes: Buffer | null) => Buffer;

const nothing = Buffer.alloc(0);

const decoders: Record<FileEncoding, () => Decode> = {
  UTF8: () => (bytes) => bytes ?? nothing,
  UTF16LE: () => utf16Decoder('utf-16le'),
  UTF16BE: () => utf16Decoder('utf-16be'),
  WINDOWS1252: () => (bytes) => (bytes ? Buffer.from(windows1252(bytes)) : nothing),
};

function utf16Decoder(label: string): Decode {
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes) => Buffer.from(bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode());
}

/** Where Windows-1252 differs from Latin-1: 0x80 to 0x9f, by the table of the WHATWG. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** By our own table: TextDecoder of Node 20.20 takes Windows-1252 for Latin-1, and answers control characters for `€` and `’`. */
export function windows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (sign) => WINDOWS[sign.charCodeAt(0) - 0x80]!);
}
