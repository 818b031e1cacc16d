import type { LoggedRow, LoggedText } from '../../changes/logged-sets.ts';
import type { Columns } from './export-format.ts';
import type { ExportedSet } from './log-lines.ts';

/** One row of the log's CSV: a change, with its set beside it. */
export interface LogCsvRow extends Omit<ExportedSet, 'changes'> {
  readonly change: LoggedRow;
  /** The key of the list that the change is about. */
  readonly list: string | null;
}

/** The log for people who read it in a spreadsheet (PROTOCOL.md 74). */
export const logColumns: Columns<LogCsvRow> = [
  ['position', ({ change }) => String(change.position)],
  ['at', ({ set }) => set.at.toISOString()],
  ['kind', ({ change }) => change.kind],
  ['phone', ({ change }) => change.phone],
  ['list', ({ list }) => list],
  ['entryId', ({ change }) => change.entryId && Buffer.from(`Entry:${change.entryId}`).toString('base64url')],
  ['before', ({ change }) => change.before],
  ['after', ({ change }) => change.after],
  ['reason', ({ change }) => textOf(change.texts, change.reason)],
  ['reasonBefore', ({ change }) => textOf(change.texts, change.reasonBefore)],
  ['evidence', ({ change }) => textOf(change.texts, change.evidence)],
  ['evidenceBefore', ({ change }) => textOf(change.texts, change.evidenceBefore)],
  ['relatedPosition', ({ change }) => change.relatedPosition?.toString() ?? null],
  ['operation', ({ set }) => set.operation],
  ['actor.name', ({ actor }) => actor?.name ?? null],
  ['actor.subject', ({ actor }) => actor?.subject ?? null],
  ['onBehalfOf', ({ set }) => textOf(set.texts, set.onBehalfOf)],
  ['changeSet.reason', ({ set }) => textOf(set.texts, set.reason)],
  ['changeSet.evidence', ({ set }) => textOf(set.texts, set.evidence)],
  ['changeSet.id', ({ set }) => set.id],
  ['changeSet.hash', ({ set }) => set.hash.toString('hex')],
];

function textOf(texts: readonly LoggedText[], commitment: string | null): string | null {
  if (commitment === null) return null;
  return texts.find((text) => text.commitment.toString('hex') === commitment)?.body ?? null;
}
