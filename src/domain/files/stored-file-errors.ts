/** The bytes don't begin where the file ends: send those from `offset` on. */
export class OffsetConflictError extends Error {
  readonly code = 'OFFSET_CONFLICT';
  /** Where the file ends, and the next part begins. */
  readonly offset: number;
  constructor(offset: number) {
    super(`The next byte of this file is the one at ${offset}: go on from there.`);
    this.name = 'OffsetConflictError';
    this.offset = offset;
  }
}

/** The file has ended: it expired, was deleted, or never was. */
export class StoredFileGoneError extends Error {
  readonly code = 'FILE_GONE';
  constructor() {
    super('This file is not there any more: files are deleted when they expire. Upload or make it again.');
    this.name = 'StoredFileGoneError';
  }
}
