export type UnreadableFileCode =
  | 'EMPTY_FILE'
  | 'NOT_A_TABLE'
  | 'OLD_EXCEL'
  | 'ENCRYPTED'
  | 'DAMAGED'
  | 'UNCLOSED_QUOTE'
  | 'LINE_TOO_LONG'
  | 'TOO_MANY_COLUMNS'
  | 'TOO_MANY_LINES'
  | 'TOO_LARGE'
  | 'BOMB';

/**
 * Thrown when a file can't be read as a table, however often it is tried. The message is for the person who has the file:
 * what is wrong, where, and what to do. It holds nothing of what is in the file.
 */
export class UnreadableFileError extends Error {
  readonly code: UnreadableFileCode;
  constructor(code: UnreadableFileCode, message: string) {
    super(message);
    this.name = 'UnreadableFileError';
    this.code = code;
  }
}
