import { createHash } from 'node:crypto';

/** Written from src/changes/PROTOCOL.md alone (sections 2 and 7): imports nothing of the server. */
export interface Verified {
  readonly after: number;
  readonly position: number;
  readonly hash: string;
}

interface Committed {
  commitment: string;
  salt: string | null;
  text: string | null;
}

// biome-ignore lint/suspicious/noExplicitAny: what stands in a file may be anything
type Line = any;

/** 70 and 71. @throws Error that names the first line that doesn't fit */
export function verifyExportedLog(file: string): Verified {
  const lines: Line[] = file
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const [log, end] = [lines[0], lines.at(-1)];
  fits(file.endsWith('\n') && log.type === 'log' && log.format === 1 && end.type === 'end', 0, 'the file is not whole');
  if (log.after === 0) fits(log.afterHash === sha256(byte(2), log.epoch).toString('hex'), 0, 'the beginning');
  let [position, hash, at]: [number, Buffer, number] = [log.after, Buffer.from(log.afterHash, 'hex'), 0];

  for (let n = 1; n < lines.length - 1; ) {
    const set = lines[n];
    fits(set.type === 'set' && set.firstPosition === position + 1, n, 'a set is missing');
    fits(set.previousHash === hash.toString('hex') && set.at >= at, n, 'the set does not follow');
    const rows: Buffer[] = [];
    while (position < set.position) {
      n += 1;
      position += 1;
      const change = lines[n];
      fits(change.type === 'change' && change.position === position, n, 'a change is missing');
      rows.push(rowHash(change, n));
    }
    hash = setHash(log.epoch, hash, set, rows, n);
    fits(set.hash === hash.toString('hex'), n, 'the hash of the set');
    at = set.at;
    n += 1;
  }
  const reached = { position, hash: hash.toString('hex') };
  fits(end.position === position && end.hash === reached.hash, lines.length - 1, 'the end');
  fits(log.through === position && log.throughHash === reached.hash, lines.length - 1, 'the announced end');
  return { after: log.after, ...reached };
}

function rowHash(row: Line, n: number): Buffer {
  const texts = [row.reason, row.reasonBefore, row.evidence, row.evidenceBefore].map((text) => commitment(text, n));
  const facts = [row.facts, row.before, row.after];
  const start = ['1', row.position, row.kind, row.entryId, row.listId, commitment(row.number, n)];
  return sha256(byte(0), [...start, ...facts, ...texts, row.relatedPosition].map(field).join(''));
}

function setHash(epoch: string, previous: Buffer, set: Line, rows: Buffer[], n: number): Buffer {
  const texts = [set.onBehalfOf, set.reason, set.evidence].map((text) => commitment(text, n));
  const fields = [
    '1',
    epoch,
    set.id,
    set.firstPosition,
    set.position,
    set.at,
    set.actorId,
    set.operation,
    ...texts,
    set.taskId,
  ];
  return sha256(byte(1), previous, fields.map(field).join(''), ...rows);
}

/** 66: a text that is there must be the one committed to. */
function commitment(text: Committed | null, n: number): string | null {
  if (text === null) return null;
  if (text.salt !== null && text.text !== null)
    fits(sha256(Buffer.from(text.salt, 'hex'), text.text).toString('hex') === text.commitment, n, 'a text');
  return text.commitment;
}

/** 13. */
function field(value: string | number | null): string {
  return value === null ? '-' : `${Buffer.byteLength(String(value))}:${value},`;
}

function byte(value: number): Buffer {
  return Buffer.from([value]);
}

function sha256(...parts: (Buffer | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function fits(isSo: boolean, line: number, what: string): void {
  if (!isSo) throw new Error(`line ${line + 1}: ${what}`);
}
