import { randomUUID } from 'node:crypto';
import type { Database, Sql } from '../db/database.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { ChangeKind } from './change-set.ts';
import { isCommitted } from './committed-outcome.ts';
import { findReplay } from './idempotency-replay.ts';
import { Interned } from './interned.ts';
import { toPosition } from './position.ts';
import type { ActorRef, WriteCall, WriteOutcome } from './write-call.ts';
import { WriteQueue } from './write-queue.ts';

/** P2.4: how long a writer waits for its own node to have read what it wrote. */
const CATCH_UP_MS = 2_000;

/** A change of something that isn't an entry: configuration, or a consent (R5.1). */
export type PlainChange = ConfigChange | ConsentChange;

/** A change of a list, a campaign, a disposition, a setting, an environment, a key or an endpoint. */
export interface ConfigChange {
  readonly kind: Extract<
    ChangeKind,
    'LIST' | 'CAMPAIGN' | 'DISPOSITION' | 'SETTING' | 'ENVIRONMENT' | 'API_KEY' | 'WEBHOOK'
  >;
  readonly listId?: number;
  /** JSON text: only what changed, never a secret. Of a list or a campaign `after` is the whole of it. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A consent was given or has ended; its row is written. The database says the rest. */
export interface ConsentChange {
  readonly kind: 'CONSENT';
  readonly consentId: string;
  readonly isEnd: boolean;
}

export interface PlainChangeSet {
  readonly environmentId: number;
  readonly actor: ActorRef;
  readonly operation: string;
  readonly reason?: string | null;
  readonly onBehalfOf?: { readonly id: string; readonly name?: string | null } | null;
}

/** What was committed, and whether this node already answers by it (invariant 1; P2.4 when it can't). */
export type Committed<T> = T & { readonly isEnforcedHere: boolean };

/** The one way into the log (design.md). Whatever is written, writes here; nothing else appends. */
export class ChangeLog {
  readonly #database: Database;
  readonly #feed: ChangeFeed;
  readonly #interned: Interned;
  readonly #queues = new Map<number, WriteQueue>();

  constructor(options: { database: Database; feed: ChangeFeed }) {
    this.#database = options.database;
    this.#feed = options.feed;
    this.#interned = new Interned(options.database.write);
  }

  /** Writes entries through the environment's queue; answers when it is durable and enforced on this node. */
  async write(call: WriteCall): Promise<Committed<WriteOutcome>> {
    const { enforced, ...outcome } = await this.commit(call);
    return { ...outcome, isEnforcedHere: await enforced };
  }

  /**
   * As `write`, for a batch of a task: answers when it is durable. This node reads it back meanwhile (`enforced`), and the
   * task writes its next batch: nobody was told yet that this one is done.
   */
  async commit(call: WriteCall): Promise<WriteOutcome & { readonly enforced: Promise<boolean> }> {
    const outcome = await this.#queue(call.environmentId).write(call);
    return { ...outcome, enforced: this.#caughtUp(call.environmentId, outcome.position) };
  }

  /** The answer that this actor's call with the same key got before (P1.8), or null. */
  async replay(
    call: Pick<WriteCall, 'environmentId' | 'actor' | 'operation' | 'idempotency'>,
  ): Promise<Committed<WriteOutcome> | null> {
    if (!call.idempotency) return null;
    const actorId = await this.#interned.actor(call.environmentId, call.actor);
    const outcome = await findReplay(
      this.#database.write,
      call.environmentId,
      actorId,
      call.operation,
      call.idempotency,
    );
    return outcome && { ...outcome, isEnforcedHere: await this.#caughtUp(call.environmentId, outcome.position) };
  }

  /** The log was replaced by another (R5.3): what is remembered of its texts and actors may not be in it. */
  forgetInterned(): void {
    this.#interned.forget();
  }

  #queue(environmentId: number): WriteQueue {
    let queue = this.#queues.get(environmentId);
    if (!queue) {
      queue = new WriteQueue({
        sql: this.#database.write,
        interned: this.#interned,
        environmentId,
        afterCommit: () => this.#feed.committed(environmentId),
      });
      this.#queues.set(environmentId, queue);
      this.#forgetIdleQueues();
    }
    return queue;
  }

  #forgetIdleQueues(): void {
    if (this.#queues.size < 1_000) return;
    for (const [id, queue] of this.#queues) if (queue.isIdle) this.#queues.delete(id);
  }

  /** Never rejects: what is committed must be answered as committed (P2.4). */
  async #caughtUp(environmentId: number, position: number): Promise<boolean> {
    try {
      const feed = await this.#feed.environment(environmentId);
      return await feed.pullThrough(position, CATCH_UP_MS, true);
    } catch {
      return false;
    }
  }

  /**
   * Changes something that isn't an entry: `work` does the change in the log's own transaction, under the environment's
   * lock, and says what changed. No changes, no change set.
   */
  async record<T>(
    set: PlainChangeSet,
    work: (sql: Sql) => Promise<{ result: T; changes: readonly PlainChange[] }>,
  ): Promise<Committed<{ result: T; position: number }>> {
    const { environmentId } = set;
    const actorId = await this.#interned.actor(environmentId, set.actor);
    const behalf = set.onBehalfOf ? JSON.stringify({ id: set.onBehalfOf.id, name: set.onBehalfOf.name ?? null }) : null;
    const textId = await this.#interned.texts(environmentId, [set.reason, behalf]);
    const id = randomUUID();
    let done: { result: T; position: number } | undefined;
    const transaction = this.#database.transaction(async (sql) => {
      await sql.query('SELECT 1 FROM environment WHERE id = $1 FOR NO KEY UPDATE', [environmentId]);
      const { result, changes } = await work(sql);
      const position = await appendPlain(sql, environmentId, {
        id,
        actorId,
        operation: set.operation,
        onBehalfOf: textId(behalf),
        reason: textId(set.reason),
        changes,
      });
      done = { result, position };
      return done;
    });
    const committed = await transaction.catch(async (error: unknown) => {
      // P1.7: the connection was lost at COMMIT; the log knows whether our set is in it.
      const isLost = (error as { code?: string }).code === 'UNKNOWN_OUTCOME';
      if (isLost && done && (await isCommitted(this.#database.write, environmentId, [id], error))) return done;
      throw error;
    });
    this.#feed.committed(environmentId);
    return { ...committed, isEnforcedHere: await this.#caughtUp(environmentId, committed.position) };
  }

  /** The id of a text, for rows that keep one; null for none. */
  async textId(environmentId: number, text: string | null): Promise<string | null> {
    return (await this.#interned.texts(environmentId, [text]))(text);
  }

  /** The actor's id in the environment, for rows that name who made them. */
  actorId(environmentId: number, actor: ActorRef): Promise<number> {
    return this.#interned.actor(environmentId, actor);
  }
}

/** Appends one set of plain changes inside a transaction that holds the environment's row; answers the log's end. */
export async function appendPlain(
  sql: Sql,
  environmentId: number,
  set: {
    /** The change set's id; by default a new one. */
    id?: string;
    actorId: number;
    operation: string;
    onBehalfOf?: string | null;
    reason?: string | null;
    changes: readonly PlainChange[];
  },
): Promise<number> {
  const { changes } = set;
  const consents = changes.filter((change) => change.kind === 'CONSENT');
  if (consents.length > 0) return appendConsents(sql, environmentId, set, consents);
  const plain = changes as readonly ConfigChange[];
  const { rows } = await sql.query<{ head: string }>(APPEND, [
    environmentId,
    [set.id ?? randomUUID()],
    [set.actorId],
    [set.operation],
    [set.onBehalfOf ?? null],
    [set.reason ?? null],
    plain.map(() => 1),
    plain.map((change) => change.kind),
    plain.map((change) => change.listId ?? null),
    plain.map((change) => change.before),
    plain.map((change) => change.after),
  ]);
  return toPosition(rows[0]!.head);
}

async function appendConsents(
  sql: Sql,
  environmentId: number,
  set: Omit<Parameters<typeof appendPlain>[2], 'changes'>,
  consents: readonly ConsentChange[],
): Promise<number> {
  const { rows } = await sql.query<{ head: string }>(
    'SELECT append_consents($1::int, $2::uuid, $3::int, $4, $5::bigint, $6::bigint, $7::bigint[], $8::boolean[]) AS head',
    [
      environmentId,
      set.id ?? randomUUID(),
      set.actorId,
      set.operation,
      set.onBehalfOf ?? null,
      set.reason ?? null,
      consents.map(({ consentId }) => consentId),
      consents.map(({ isEnd }) => isEnd),
    ],
  );
  return toPosition(rows[0]!.head);
}

const NONE = (type: string) => `array_fill(NULL::${type}, ARRAY[cardinality($7::int[])])`;
const APPEND = `SELECT head FROM append_changes($1::int,
  $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::bigint[], '{null}'::bigint[], '{null}'::bigint[],
  $7::int[], $8::change_kind[], ${NONE('bigint')}, $9::int[], ${NONE('bytea')}, ${NONE('text')}, $10::text[], $11::text[],
  ${NONE('bigint')}, ${NONE('bigint')}, ${NONE('bigint')}, ${NONE('bigint')}, ${NONE('int')}, ${NONE('bigint')})`;
