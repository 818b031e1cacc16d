import { createHash } from 'node:crypto';

/**
 * The hash chain of src/changes/PROTOCOL.md (12 to 18), written from that page alone: it shares no code with the server,
 * so that a fault there can't hide itself. test/changes/chain-vectors.json pins both.
 */
type Field = string | number | null;

/** Fields of a row, in the order of PROTOCOL.md 15, without the version. */
export interface ChainedRow {
  readonly position: number;
  readonly kind: string;
  readonly entryId: string | null;
  readonly listId: number | null;
  readonly phoneCommitment: string | null;
  readonly facts: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
  readonly reasonBefore: string | null;
  readonly evidence: string | null;
  readonly evidenceBefore: string | null;
  readonly relatedPosition: number | null;
}

/** Fields of a set, in the order of PROTOCOL.md 16, without the version. */
export interface ChainedSet {
  readonly epoch: string;
  readonly id: string;
  readonly firstPosition: number;
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly actorId: number;
  readonly operation: string;
  readonly onBehalfOf: string | null;
  readonly reason: string | null;
  readonly evidence: string | null;
  readonly taskId: string | null;
}

const VERSION = '1';

export function hashBeforeFirst(epoch: string): Buffer {
  return sha256(Uint8Array.of(2), Buffer.from(epoch));
}

export function hashOfRow(row: ChainedRow): Buffer {
  const { position, kind, entryId, listId, phoneCommitment, facts, before, after } = row;
  const { reason, reasonBefore, evidence, evidenceBefore, relatedPosition } = row;
  const item = [kind, entryId, listId, phoneCommitment, facts, before, after];
  const texts = [reason, reasonBefore, evidence, evidenceBefore];
  return sha256(Uint8Array.of(0), fields(VERSION, position, ...item, ...texts, relatedPosition));
}

/** Of a set, whose rows are added in order: however many there are, none is kept. */
export class SetHash {
  readonly #hash = createHash('sha256');

  constructor(before: Uint8Array, set: ChainedSet) {
    const { epoch, id, firstPosition, position, at, actorId, operation, onBehalfOf, reason, evidence, taskId } = set;
    const place = [epoch, id, firstPosition, position, at];
    this.#hash.update(Uint8Array.of(1)).update(before);
    this.#hash.update(fields(VERSION, ...place, actorId, operation, onBehalfOf, reason, evidence, taskId));
  }

  add(rowHash: Uint8Array): void {
    this.#hash.update(rowHash);
  }

  digest(): Buffer {
    return this.#hash.digest();
  }
}

/** What the log holds in place of a text (PROTOCOL.md 18), as hex. */
export function commitmentTo(text: string, salt: Uint8Array): string {
  return sha256(salt, Buffer.from(text)).toString('hex');
}

/** PROTOCOL.md 13. */
function fields(...values: readonly Field[]): Buffer {
  const parts = values.map((value) => {
    if (value === null) return '-';
    const text = String(value);
    return `${Buffer.byteLength(text)}:${text},`;
  });
  return Buffer.from(parts.join(''));
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
