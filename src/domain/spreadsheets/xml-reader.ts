import { SaxesParser } from 'saxes';
import { UnreadableFileError } from './unreadable-file-error.ts';
import { bomb, damaged } from './zip-file.ts';

/** Names come without their prefix: programs differ in it. */
export interface XmlListener {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/** A cell holds 32,767 characters; between two tags is never more. */
const MOST_BETWEEN_TAGS = 1024 ** 2;
const DEEPEST = 64;

/** Reads XML as it comes, with bounded memory. Nothing that is declared in it is believed: entities are refused. */
export class XmlReader {
  readonly #parser = new SaxesParser({ position: false, xmlns: false as const });
  #decoder: TextDecoder | undefined;
  #sinceTag = 0;
  #depth = 0;

  constructor(listener: XmlListener) {
    this.#parser.on('opentag', ({ name, attributes }) => {
      this.#sinceTag = 0;
      this.#depth += 1;
      if (this.#depth > DEEPEST) throw bomb();
      listener.open(withoutPrefix(name), attributes);
    });
    this.#parser.on('closetag', ({ name }) => {
      this.#sinceTag = 0;
      this.#depth -= 1;
      listener.close?.(withoutPrefix(name));
    });
    if (listener.text) {
      const text = listener.text.bind(listener);
      this.#parser.on('text', text);
      this.#parser.on('cdata', text);
    }
    this.#parser.on('doctype', () => {
      throw bomb();
    });
    this.#parser.on('error', () => {
      throw damaged();
    });
  }

  write(bytes: Buffer): void {
    this.#decoder ??= new TextDecoder(xmlEncoding(bytes));
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#sinceTag += text.length;
    this.#parser.write(text);
    if (this.#sinceTag > MOST_BETWEEN_TAGS) throw endless();
  }

  /** Nothing more comes: the last element has to be closed. */
  end(): void {
    this.#parser.close();
  }
}

/** All of a part. */
export async function readXml(part: AsyncIterable<Buffer>, listener: XmlListener): Promise<void> {
  const reader = new XmlReader(listener);
  for await (const chunk of part) reader.write(chunk);
  reader.end();
}

function xmlEncoding(start: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  return start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function endless(): UnreadableFileError {
  return new UnreadableFileError(
    'LINE_TOO_LONG',
    'A cell of the workbook is longer than a megabyte, which no spreadsheet program allows. Save the sheet as CSV and upload that.',
  );
}
