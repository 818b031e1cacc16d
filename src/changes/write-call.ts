/** What a row asks of an entry; the rules are in the SQL function resolve_entry (rules.md R1). */
export type EntryVerb = 'ADD' | 'EDIT' | 'APPROVE' | 'UNAPPROVE' | 'REMOVE' | 'EXPIRE' | 'WITHDRAW';

/** Whose word it is: staff; COMPLIANCE's and ADMIN's rights (R1.4); the contact's own START; the server itself. */
export type Authority = 'STAFF' | 'COMPLIANCE' | 'CONTACT' | 'SYSTEM';

export type EntryStatus = 'PENDING' | 'APPROVED' | 'PERMANENT';
export type EntrySource =
  | 'MANUAL'
  | 'API'
  | 'IMPORT'
  | 'SMS_KEYWORD'
  | 'SMS_PHRASE'
  | 'CALL_ACTION'
  | 'DISPOSITION'
  | 'IVR'
  | 'TRANSCRIPT';

/** Bits of `EntryRow.edits`: what an EDIT sets; the rest stays. */
export const edit = { reason: 1, evidence: 2, expiresAt: 4, requestedAt: 8, externalReference: 16 } as const;

/** One row of a call. `phone`, `listId` and `source` are given for every verb: rows are locked in their order (P1.1). */
export interface EntryRow {
  readonly verb: EntryVerb;
  /** The entry's id, for every verb but ADD. */
  readonly entryId?: string;
  readonly phone: string;
  readonly listId: number;
  readonly source: EntrySource;
  readonly status?: EntryStatus;
  readonly endUserOptedOut?: boolean;
  /** As received, when it differs from `phone`. */
  readonly raw?: string;
  readonly reason?: string | null;
  readonly evidence?: string | null;
  readonly requestedAt?: Date;
  readonly expiresAt?: Date | null;
  readonly externalReference?: string | null;
  readonly businessNumber?: string;
  readonly edits?: number;
  /** The place (in the call's rows) of a row that must take effect, or this one is skipped (R1.6). */
  readonly needs?: number;
  /** The row's xmin when it was read: the entry is left alone (REFUSED_CHANGED) when it isn't that one any more. */
  readonly version?: string;
}

/** A batch of a task: written only while the task is this claim's, and counted once (design.md, "Storage"). */
export interface TaskBatch {
  readonly id: string;
  readonly fence: number;
  /** Kept with the rows; another one for each batch. */
  readonly checkpoint: object;
  /** How many of the task's rows are done then, from its beginning. */
  readonly rowsDone: number;
  /** Added to the task's counts besides the codes of the rows. */
  readonly count?: Readonly<Record<string, number>>;
}

/** An import's claims on entries (R6.3). */
export interface ImportClaims {
  /** ADD: the import that has these numbers. */
  readonly importId?: string;
  /** Imports that give up their claims: their entries are lifted (verb WITHDRAW), or were theirs and need no further claim (ADD). */
  readonly of?: readonly string[];
}

/** Who acts: kept once per environment, by subject. */
export interface ActorRef {
  readonly type: 'API_KEY' | 'PERSON' | 'SYSTEM';
  readonly subject: string;
  readonly name: string;
}

/** The server's own hand: expiry, and what contacts cause. */
export const systemActor: ActorRef = { type: 'SYSTEM', subject: 'system', name: 'Quietline' };

/** Makes a retry safe (P1.8): the same key and request replays the first answer. */
export interface Idempotency {
  readonly key: string;
  readonly requestHash: Buffer;
}

/** One caller's write: up to 10,000 rows, committed whole. */
export interface WriteCall {
  readonly environmentId: number;
  readonly actor: ActorRef;
  /** The mutation's name, as the audit log shows it. */
  readonly operation: string;
  readonly authority: Authority;
  readonly reason?: string | null;
  readonly evidence?: string | null;
  /** R1.9: the person behind a shared key, as asserted. */
  readonly onBehalfOf?: { readonly id: string; readonly name?: string | null } | null;
  readonly rows: readonly EntryRow[];
  /** The row that each item of the caller's input became (default: one each): kept for a replay, and given back with it. */
  readonly inputMap?: readonly number[];
  readonly idempotency?: Idempotency;
  /** The task whose batch this is: its checkpoint is kept with the rows, or nothing is (P1.2). */
  readonly task?: TaskBatch;
  /** The import that lists these numbers, or that gives up its claims on them (R6.3). */
  readonly claims?: ImportClaims;
  /** Task batches yield to single calls in the queue (P1.3). */
  readonly background?: boolean;
}

export type RowCode =
  | 'ADDED'
  | 'RAISED'
  | 'ALREADY_LISTED'
  | 'CHANGED'
  | 'UNCHANGED'
  | 'NOT_FOUND'
  | 'SKIPPED'
  | 'REFUSED_PERMANENT'
  | 'REFUSED_OPTED_OUT'
  | 'REFUSED_NOT_OPTED_OUT'
  | 'REFUSED_REASON'
  | 'REFUSED_EVIDENCE'
  | 'REFUSED_CHANGED'
  /** Of a withdrawn claim: another import has the number too; somebody changed the entry by hand since. */
  | 'KEPT_CLAIMED'
  | 'KEPT_EDITED';

export interface RowOutcome {
  readonly code: RowCode;
  readonly entryId: string | null;
  /** The number's facts after the call: what still blocks it. */
  readonly facts: string;
}

/** What a write answers. `rows` are in the order of the call's rows; of a replay, in the order that `inputMap` names. */
export interface WriteOutcome {
  readonly rows: readonly RowOutcome[];
  /** The place in the log that the answer is true at. */
  readonly position: number;
  /** The first call's input map, when this is its replay. */
  readonly replayed: { readonly inputMap: readonly number[] } | null;
}

/** What one call of a batch answers: its outcome, or the error of that call alone. */
export type CallResult = WriteOutcome | Error;
