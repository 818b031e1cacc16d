import type { LoggedRow, LoggedSet, LoggedText } from '../../changes/logged-sets.ts';
import type { LogPlace } from './export-cursor.ts';
import { ndjsonLine } from './export-format.ts';
import type { ExportedActor } from './exported-entry.ts';

const FORMAT = 1;

/** A set and its changes as they stand in the log, with what is beside the log's rows: texts, numbers, names. */
export interface ExportedSet {
  readonly set: LoggedSet;
  readonly changes: readonly LoggedRow[];
  readonly actor: ExportedActor | null;
}

/** The lines of PROTOCOL.md, section 7: all that a program needs to verify the chain by itself. */
export function logLine(after: LogPlace, through: LogPlace): string {
  return ndjsonLine({
    type: 'log',
    format: FORMAT,
    epoch: through.epoch,
    after: after.position,
    afterHash: after.hash,
    through: through.position,
    throughHash: through.hash,
  });
}

export function setLine({ set, actor }: ExportedSet): string {
  const text = texts(set.texts);
  return ndjsonLine({
    type: 'set',
    id: set.id,
    firstPosition: set.firstPosition,
    position: set.position,
    at: set.at.getTime(),
    actorId: set.actorId,
    operation: set.operation,
    onBehalfOf: text(set.onBehalfOf),
    reason: text(set.reason),
    evidence: text(set.evidence),
    taskId: set.taskId,
    previousHash: set.prevHash.toString('hex'),
    hash: set.hash.toString('hex'),
    actor,
  });
}

export function changeLine(change: LoggedRow): string {
  const text = texts(change.texts);
  return ndjsonLine({
    type: 'change',
    position: change.position,
    kind: change.kind,
    entryId: change.entryId,
    listId: change.listId,
    number: numberOf(change),
    facts: change.facts,
    before: change.before,
    after: change.after,
    reason: text(change.reason),
    reasonBefore: text(change.reasonBefore),
    evidence: text(change.evidence),
    evidenceBefore: text(change.evidenceBefore),
    relatedPosition: change.relatedPosition,
  });
}

export function endLine(end: { position: number; hash: string; sets: number; changes: number }): string {
  const { position, hash, sets, changes } = end;
  return ndjsonLine({ type: 'end', position, hash, sets, changes });
}

interface Committed {
  readonly commitment: string;
  readonly salt: string | null;
  readonly text: string | null;
}

function numberOf({ phoneCommitment, salt, phone }: LoggedRow): Committed | null {
  if (phoneCommitment === null) return null;
  return { commitment: phoneCommitment, salt: salt?.toString('hex') ?? null, text: phone };
}

/** The texts by their commitments, which is how rows name them. */
function texts(known: readonly LoggedText[]): (commitment: string | null) => Committed | null {
  return (commitment) => {
    if (commitment === null) return null;
    const text = known.find((one) => one.commitment.toString('hex') === commitment);
    return { commitment, salt: text?.salt?.toString('hex') ?? null, text: text?.body ?? null };
  };
}
