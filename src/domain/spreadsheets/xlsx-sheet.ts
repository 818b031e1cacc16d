import { dateText, numberText, unescapedText } from './cell-text.ts';
import type { DateStyles } from './xlsx-styles.ts';
import { lastRowOf, type SheetTable } from './xlsx-table.ts';
import type { XmlListener } from './xml-reader.ts';
import { damaged } from './zip-file.ts';

type Attributes = Readonly<Record<string, string>>;

/** What the cells of a sheet refer to. */
export interface SheetContext {
  /** A text that cells share. */
  readonly textAt: (index: number) => string;
  readonly dateStyles: DateStyles;
  readonly countsFrom1904: boolean;
}

/** Listens to the XML of a sheet and fills a table with the texts of its cells. */
export class SheetXml implements XmlListener {
  readonly #table: SheetTable;
  readonly #context: SheetContext;
  /** Of the open cell. */
  #column = -1;
  #type = '';
  #style = 0;
  #text = '';
  /** In an element whose text is the cell's, and not only how to pronounce it. */
  #isText = false;
  #isPhonetic = false;
  /** Behind the last row may follow anything: rules for billions of cells have been seen. */
  isDone = false;
  /** The last row that the sheet says it has. */
  declaredRows: number | null = null;

  constructor(table: SheetTable, context: SheetContext) {
    this.#table = table;
    this.#context = context;
  }

  open(name: string, attributes: Attributes): void {
    if (this.isDone) return;
    if (name === 'v') this.#isText = true;
    else if (name === 'c') this.#openCell(attributes);
    else if (name === 'row') this.#openRow(attributes);
    else if (name === 't') this.#isText = !this.#isPhonetic;
    else if (name === 'rPh') this.#isPhonetic = true;
    else if (name === 'dimension') this.declaredRows = lastRowOf(attributes.ref ?? '');
  }

  text(piece: string): void {
    if (!this.#isText) return;
    this.#table.expect(piece.length);
    this.#text += piece;
  }

  close(name: string): void {
    if (this.isDone) return;
    if (name === 'v' || name === 't') this.#isText = false;
    else if (name === 'c') this.#table.put(this.#column, this.#text === '' ? '' : this.#cellText(this.#text));
    else if (name === 'row') this.#table.closeRow();
    else if (name === 'rPh') this.#isPhonetic = false;
    else if (name === 'sheetData') this.isDone = true;
  }

  #openRow({ r }: Attributes): void {
    this.#table.openRow(r);
    this.#column = -1;
  }

  #openCell({ r, t = 'n', s = '0' }: Attributes): void {
    this.#column = r === undefined ? this.#column + 1 : columnOf(r);
    this.#type = t;
    this.#style = Number(s);
    this.#text = '';
  }

  #cellText(text: string): string {
    const { dateStyles, countsFrom1904 } = this.#context;
    if (this.#type === 's') return this.#sharedText(Number(text));
    if (this.#type === 'n') return (dateStyles.has(this.#style) && dateText(text, countsFrom1904)) || numberText(text);
    if (this.#type === 'b') return text.trim() === '1' ? 'TRUE' : 'FALSE';
    if (this.#type === 'd') return text.trim().replace(/T00:00:00(?:\.0+)?Z?$/, '');
    return unescapedText(text);
  }

  #sharedText(index: number): string {
    const text = this.#context.textAt(index);
    this.#table.expect(text.length);
    return text;
  }
}

const REF = /^\$?([A-Za-z]{1,3})\$?\d{1,7}$/;

function columnOf(ref: string): number {
  const letters = REF.exec(ref)?.[1];
  if (letters === undefined) throw damaged();
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}
