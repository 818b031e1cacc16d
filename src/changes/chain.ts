import { createHash } from 'node:crypto';

/**
 * The hash chain over the log, computed a second time: the SQL function append_changes writes it, this verifies it, and
 * test/changes/chain-vectors.json pins both. PROTOCOL.md states the format for anybody else's verifier (P1.9).
 */
const FORMAT_VERSION = '1';

/** What a row's hash covers. Texts and the number enter as commitments (hex), so an erasure leaves the chain valid (R5.4). */
export interface ChainRow {
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

/** What a set's hash covers besides the one before and its rows. */
export interface ChainSet {
  readonly epoch: string;
  readonly id: string;
  readonly firstPosition: number;
  readonly position: number;
  readonly at: Date;
  readonly actorId: number;
  readonly operation: string;
  readonly onBehalfOf: string | null;
  readonly reason: string | null;
  readonly evidence: string | null;
  readonly taskId: string | null;
}

/** The hash at position 0, before the first set. */
export function genesisHash(epoch: string): Buffer {
  return createHash('sha256')
    .update(Buffer.from([2]))
    .update(epoch)
    .digest();
}

export function rowHash(row: ChainRow): Buffer {
  const fields = [
    FORMAT_VERSION,
    row.position,
    row.kind,
    row.entryId,
    row.listId,
    row.phoneCommitment,
    row.facts,
    row.before,
    row.after,
    row.reason,
    row.reasonBefore,
    row.evidence,
    row.evidenceBefore,
    row.relatedPosition,
  ];
  return createHash('sha256')
    .update(Buffer.from([0]))
    .update(fields.map(field).join(''))
    .digest();
}

export function setHash(previous: Uint8Array, set: ChainSet, rowHashes: readonly Uint8Array[]): Buffer {
  const header = [
    FORMAT_VERSION,
    set.epoch,
    set.id,
    set.firstPosition,
    set.position,
    set.at.getTime(),
    set.actorId,
    set.operation,
    set.onBehalfOf,
    set.reason,
    set.evidence,
    set.taskId,
  ];
  const hash = createHash('sha256')
    .update(Buffer.from([1]))
    .update(previous)
    .update(header.map(field).join(''));
  for (const row of rowHashes) hash.update(row);
  return hash.digest();
}

/** sha256(salt || text): what the log holds instead of the text. */
export function commitment(salt: Uint8Array, text: string): Buffer {
  return createHash('sha256').update(salt).update(text).digest();
}

/** Length in bytes of UTF-8, ':', the text, ','; null is '-' and so distinct from empty. */
function field(value: string | number | null): string {
  if (value === null) return '-';
  const text = String(value);
  return `${Buffer.byteLength(text)}:${text},`;
}
