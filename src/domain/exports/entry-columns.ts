import type { Columns } from './export-format.ts';
import type { ExportedEntry } from './exported-entry.ts';

/** A CSV of entries. An import takes the columns that it knows by these names, so that what goes out comes in again. */
const columns: Columns<ExportedEntry> = [
  ['phone', ({ phone }) => phone],
  ['list', ({ list }) => list.key],
  ['status', ({ status }) => status],
  ['source', ({ source }) => source],
  ['reason', ({ reason }) => reason],
  ['evidence', ({ evidence }) => evidence ?? null],
  ['requestedAt', ({ requestedAt }) => requestedAt.toISOString()],
  ['expiresAt', ({ expiresAt }) => expiresAt?.toISOString() ?? null],
  ['externalReference', ({ externalReference }) => externalReference],
  ['businessNumber', ({ businessNumber }) => businessNumber],
  ['campaign', ({ campaign }) => campaign?.key ?? null],
  ['endUserOptedOut', ({ endUserOptedOut }) => String(endUserOptedOut)],
  ['createdAt', ({ createdAt }) => createdAt.toISOString()],
  ['updatedAt', ({ updatedAt }) => updatedAt.toISOString()],
  ['createdBy.kind', ({ createdBy }) => createdBy.kind],
  ['createdBy.actor.name', ({ createdBy }) => createdBy.actor?.name ?? null],
  ['createdBy.actor.subject', ({ createdBy }) => createdBy.actor?.subject ?? null],
  ['id', ({ id }) => id],
];

const ofEvidence = new Set(['evidence', 'createdBy.actor.name', 'createdBy.actor.subject']);

/** R7: evidence and who did it are for those who may see them; for others the columns aren't there. */
export function entryColumns(seesEvidence: boolean): Columns<ExportedEntry> {
  return seesEvidence ? columns : columns.filter(([name]) => !ofEvidence.has(name));
}
