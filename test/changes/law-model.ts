import type { Authority, EntryRow, EntrySource, EntryStatus, RowCode } from '../../src/changes/write-call.ts';
import { DNC } from './log-world.ts';

/** What the model knows of one entry; times in ms. */
export interface ModelEntry {
  readonly phone: string;
  readonly listId: number;
  readonly source: EntrySource;
  readonly active: boolean;
  readonly status: EntryStatus;
  readonly endUserOptedOut: boolean;
  readonly requestedAt: number;
  readonly expiresAt: number | null;
  readonly reason: string | null;
  readonly evidence: string | null;
  readonly externalReference: string | null;
}

export interface ModelCall {
  readonly authority: Authority;
  readonly hasReason: boolean;
  readonly hasEvidence: boolean;
}

type Decision = { readonly code: RowCode; readonly entry?: ModelEntry };

const strictness: readonly EntryStatus[] = ['PENDING', 'APPROVED', 'PERMANENT'];
const byStaff: readonly EntrySource[] = ['MANUAL', 'API', 'IMPORT'];
const withEvidence: readonly EntrySource[] = ['CALL_ACTION', 'DISPOSITION', 'IVR', 'TRANSCRIPT'];

/** rules.md R1 in memory, written from the page and not from the SQL: who is right, is for the test to show. */
export class LawModel {
  readonly entries = new Map<string, ModelEntry>();
  enforcePending = true;

  /** The codes of a call's rows; an addition that needs a removal is given after it. */
  write(rows: readonly EntryRow[], call: ModelCall): RowCode[] {
    const codes: RowCode[] = [];
    for (const row of rows) {
      const isSkipped = row.needs !== undefined && codes[row.needs] !== 'CHANGED';
      const { code, entry }: Decision = isSkipped ? { code: 'SKIPPED' } : this.#decide(row, call);
      if (entry) this.entries.set(keyOf(row), entry);
      codes.push(code);
    }
    return codes;
  }

  facts(phone: string): string {
    const classes = new Map<number, string>();
    for (const entry of this.entries.values()) {
      if (entry.phone !== phone || !entry.active) continue;
      if (classes.get(entry.listId) !== 'h') classes.set(entry.listId, isHard(entry) ? 'h' : 's');
    }
    return [...classes]
      .sort(([a], [b]) => a - b)
      .map(([list, one]) => `${list}${one}`)
      .join(' ');
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { active, listId, status, source } of this.entries.values())
      if (active) counts[`${listId} ${status} ${source}`] = (counts[`${listId} ${status} ${source}`] ?? 0) + 1;
    return counts;
  }

  #decide(row: EntryRow, call: ModelCall): Decision {
    const old = this.entries.get(keyOf(row));
    if (row.verb === 'ADD') return old?.active ? raise(old, asked(row)) : { code: 'ADDED', entry: asked(row) };
    if (!old?.active) return { code: 'NOT_FOUND' };
    switch (row.verb) {
      case 'APPROVE':
        return approve(old, row.status!);
      case 'EXPIRE':
        return old.expiresAt !== null && old.expiresAt <= Date.now()
          ? { code: 'CHANGED', entry: { ...old, active: false } }
          : { code: 'UNCHANGED' };
      case 'UNAPPROVE':
        return this.#unapprove(old, call);
      case 'REMOVE':
        return lift(old, call) ?? { code: 'CHANGED', entry: { ...old, active: false } };
      case 'EDIT':
        return change(old, row, call);
      case 'WITHDRAW':
        throw new Error("claims aren't in this model: test/changes/import-claims.postgres.test.ts has them");
    }
  }

  // R1.5: where PENDING doesn't block, unapproving is a removal in effect.
  #unapprove(old: ModelEntry, { hasReason }: ModelCall): Decision {
    if (old.status === 'PERMANENT') return { code: 'REFUSED_PERMANENT' };
    if (old.status === 'PENDING') return { code: 'UNCHANGED' };
    const entry: ModelEntry = { ...old, status: 'PENDING' };
    return !isHard(entry) && !this.enforcePending && !hasReason
      ? { code: 'REFUSED_REASON' }
      : { code: 'CHANGED', entry };
  }
}

export function keyOf(entry: { readonly phone: string; readonly listId: number; readonly source: string }): string {
  return `${entry.phone} ${entry.listId} ${entry.source}`;
}

function isHard({ status, endUserOptedOut, source }: ModelEntry): boolean {
  return status !== 'PENDING' || endUserOptedOut || !byStaff.includes(source);
}

function stricter(a: EntryStatus, b: EntryStatus): EntryStatus {
  return strictness[Math.max(strictness.indexOf(a), strictness.indexOf(b))]!;
}

/** R1.3, R1.4: an opt-out isn't PERMANENT, and neither of them ends. */
function asked(row: EntryRow): ModelEntry {
  const endUserOptedOut = row.endUserOptedOut ?? false;
  const status = endUserOptedOut && row.status === 'PERMANENT' ? 'APPROVED' : row.status!;
  return {
    phone: row.phone,
    listId: row.listId,
    source: row.source,
    active: true,
    status,
    endUserOptedOut,
    requestedAt: row.requestedAt!.getTime(),
    expiresAt: endUserOptedOut || status === 'PERMANENT' ? null : (row.expiresAt?.getTime() ?? null),
    reason: row.reason ?? null,
    evidence: row.evidence ?? null,
    externalReference: row.externalReference ?? null,
  };
}

/** R1.2: adding again never weakens. */
function raise(old: ModelEntry, ask: ModelEntry): Decision {
  const endUserOptedOut = old.status !== 'PERMANENT' && (old.endUserOptedOut || ask.endUserOptedOut);
  const status = endUserOptedOut && ask.status === 'PERMANENT' ? 'APPROVED' : stricter(old.status, ask.status);
  const endless = endUserOptedOut || status === 'PERMANENT' || old.expiresAt === null || ask.expiresAt === null;
  const entry: ModelEntry = {
    ...old,
    status,
    endUserOptedOut,
    expiresAt: endless ? null : Math.max(old.expiresAt!, ask.expiresAt!),
    requestedAt: Math.min(old.requestedAt, ask.requestedAt),
  };
  return isSame(old, entry) ? { code: 'ALREADY_LISTED' } : { code: 'RAISED', entry };
}

/** R1.4: a sentence becomes the contact's own opt-out once approved, and that is never permanent. */
function approve(old: ModelEntry, to: EntryStatus): Decision {
  const becomesOptOut =
    old.endUserOptedOut || (old.source === 'SMS_PHRASE' && old.status !== 'PERMANENT' && to !== 'PENDING');
  if (becomesOptOut && to === 'PERMANENT') return { code: 'REFUSED_OPTED_OUT' };
  const status = stricter(old.status, to);
  const isPhrase = old.source === 'SMS_PHRASE' && status === 'APPROVED';
  const entry: ModelEntry = {
    ...old,
    status,
    endUserOptedOut: old.endUserOptedOut || isPhrase,
    expiresAt: status === 'PERMANENT' || isPhrase ? null : old.expiresAt,
  };
  return settled(old, entry);
}

/** Why an entry may not be lifted; undefined when it may. */
function lift(old: ModelEntry, { authority, hasReason, hasEvidence }: ModelCall): Decision | undefined {
  if (old.status === 'PERMANENT') return { code: 'REFUSED_PERMANENT' };
  if (authority === 'CONTACT') return old.endUserOptedOut ? undefined : { code: 'REFUSED_NOT_OPTED_OUT' };
  const isDocumentedOptIn = old.listId === DNC && authority === 'COMPLIANCE';
  if (old.endUserOptedOut && !isDocumentedOptIn) return { code: 'REFUSED_OPTED_OUT' };
  if (!hasReason) return { code: 'REFUSED_REASON' };
  if (!hasEvidence && (old.endUserOptedOut || withEvidence.includes(old.source))) return { code: 'REFUSED_EVIDENCE' };
  return undefined;
}

function change(old: ModelEntry, row: EntryRow, call: ModelCall): Decision {
  const edits = row.edits!;
  if (old.status === 'PERMANENT' && edits !== 1) return { code: 'REFUSED_PERMANENT' };
  const expiresAt = edits & 4 ? (row.expiresAt?.getTime() ?? null) : old.expiresAt;
  if (expiresAt !== null && (old.expiresAt === null || expiresAt < old.expiresAt)) {
    const refusal = lift(old, call);
    if (refusal) return refusal;
  }
  return settled(old, {
    ...old,
    expiresAt,
    reason: edits & 1 ? (row.reason ?? null) : old.reason,
    evidence: edits & 2 ? (row.evidence ?? null) : old.evidence,
    requestedAt: edits & 8 ? row.requestedAt!.getTime() : old.requestedAt,
    externalReference: edits & 16 ? (row.externalReference ?? null) : old.externalReference,
  });
}

function settled(old: ModelEntry, entry: ModelEntry): Decision {
  return isSame(old, entry) ? { code: 'UNCHANGED' } : { code: 'CHANGED', entry };
}

function isSame(a: ModelEntry, b: ModelEntry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
