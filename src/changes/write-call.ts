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

/** What an inbound message means (R4.2, R4.3). */
export type MessageMeaning = 'OPT_OUT' | 'OPT_IN' | 'HELP' | 'NONE';

/**
 * An inbound message that a call is made for: taken once per door, carrier's id, sender and text (R4.7), kept with what it
 * did, and weighed against the contact's other words under a lock (R4.1).
 */
export interface ContactWord {
  /** The key, person or endpoint that it came through: `key:12`, `person:…`, `endpoint:3`. */
  readonly door: string;
  readonly endpointId?: number;
  readonly externalId: string;
  /** Of sender, receiver and text: the same id with another digest is another message. */
  readonly digest: Buffer;
  /** The key that the sender is listed under. */
  readonly phone: string;
  readonly raw?: string | null;
  readonly businessNumber: string;
  /** The text, where it is to be kept: of opt-outs, opt-ins and HELP. */
  readonly body: string | null;
  /** Null: now, by the database's clock, so that the words of two servers stand in one order. */
  readonly receivedAt: Date | null;
  readonly meaning: MessageMeaning;
  readonly via: 'KEYWORD' | 'PHRASE' | null;
  readonly certainty: 'HIGH' | 'MEDIUM' | null;
  readonly rule: string | null;
  /** The words that decided. */
  readonly decidedBy: string | null;
  /** Whether an opt-out by it would be confirmed (R4.5): high certainty. */
  readonly confirms: boolean;
  /** The consent that it gives when it acts: START express, what neither opts out nor in implied for its thread (R4.9). */
  readonly consent: 'EXPRESS' | 'IMPLIED' | null;
  /** Who handed it in. */
  readonly reporter: ActorRef;
}

/** A fact of a phone call that a call of ours is made for: each is taken once (R4.8). */
export interface CallFact {
  readonly callId: string;
  readonly phone: string;
  readonly kind: 'ADD_TO_DNC' | 'DISPOSITION' | 'IVR_KEY' | 'TRANSCRIPT';
  /** The disposition, the key, the digest of the sentence; '' for ADD_TO_DNC. */
  readonly value: string;
  readonly direction: 'OUTBOUND' | 'INBOUND';
  readonly agent: string | null;
  /** Who reported it. */
  readonly reporter: ActorRef;
}

/** What became of a word: `isNew` is false for one that was taken before, and the rest is then what it did at that time. */
export interface WordOutcome {
  readonly id: string;
  readonly isNew: boolean;
  /** SUPERSEDED: a newer START is known. NOT_NEWER: a START that isn't newer than the newest opt-out. */
  readonly effect: 'LISTED' | 'SUPERSEDED' | 'LIFTED' | 'NOT_NEWER' | 'NONE';
  /** This opt-out is the one that is confirmed (R4.5). */
  readonly isConfirmed: boolean;
  /** The door has had this id with another sender or text (R4.7). */
  readonly isIdReused: boolean;
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
  /** The inbound message that this is the effect of. Of an opt-in, `rows` remove every opt-out that it may lift, as read. */
  readonly word?: ContactWord;
  /** The fact of a phone call that this is the effect of. */
  readonly fact?: CallFact;
  /** The campaign that a word or a fact came by; kept with its entries. */
  readonly campaignId?: number | null;
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
  | 'REFUSED_ARCHIVED'
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
  /** Of a call with `word`. When it isn't new, or didn't act (SUPERSEDED, NOT_NEWER), no row was written and `rows` is empty. */
  readonly word?: WordOutcome;
  /** Of a call with `fact`; TAKEN: an earlier report had it, and `rows` is empty. */
  readonly fact?: 'NEW' | 'TAKEN';
}

/** What one call of a batch answers: its outcome, or the error of that call alone. */
export type CallResult = WriteOutcome | Error;
