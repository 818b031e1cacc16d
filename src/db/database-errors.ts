import pg from 'pg';

/** COMMIT was sent and no answer came: the change may or may not stand. Look it up by its id (P1.7). */
export class CommitOutcomeUnknownError extends Error {
  readonly code = 'UNKNOWN_OUTCOME';
  constructor(cause: unknown) {
    super('The connection to the database was lost at COMMIT: it is not known whether the transaction was committed', {
      cause,
    });
    this.name = 'CommitOutcomeUnknownError';
  }
}

/** `work` swallowed an error of a statement, so PostgreSQL turned its COMMIT into a ROLLBACK. */
export class TransactionAbortedError extends Error {
  readonly code = 'TRANSACTION_ABORTED';
  constructor() {
    super('A statement of the transaction failed and its error was swallowed: the transaction was rolled back');
    this.name = 'TransactionAbortedError';
  }
}

/** A pool was asked from inside a transaction: on PGlite that waits for itself for ever, on PostgreSQL it may. */
export class NestedSqlError extends Error {
  readonly code = 'NESTED_SQL';
  constructor() {
    super('Inside a transaction, use the `sql` that it was given: the pools may wait for this very transaction');
    this.name = 'NestedSqlError';
  }
}

/** PGlite's thread ended; the process has to be restarted. */
export class DatabaseStoppedError extends Error {
  readonly code = 'DATABASE_STOPPED';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseStoppedError';
  }
}

/** The server is older than what the SQL needs. */
export class UnsupportedServerError extends Error {
  readonly code = 'UNSUPPORTED_SERVER';
  constructor(version: string) {
    super(`Quietline needs PostgreSQL 15 or newer, and this server is ${version}: upgrade it, or use another`);
    this.name = 'UnsupportedServerError';
  }
}

/** At the start nothing answered, or it refused us; the message names the setting, and never the password. */
export class UnreachableDatabaseError extends Error {
  readonly code = 'DATABASE_UNREACHABLE';
  constructor(url: string, cause: unknown) {
    const { host, pathname } = new URL(url);
    super(
      `The database of DATABASE_URL (${host}${pathname}) can't be used: ${reasonOf(cause)}. Start it, or correct the setting.`,
      { cause },
    );
    this.name = 'UnreachableDatabaseError';
  }
}

/** A host with several addresses fails with an AggregateError, whose own message is empty. */
function reasonOf(error: unknown): string {
  const { message, errors, code } = error as Error & { errors?: readonly Error[]; code?: string };
  return message || errors?.map((one) => one.message).join('; ') || code || String(error);
}

/** The five characters that a database's own error carries; undefined for any other error ('EPIPE' isn't one). */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** A serialization failure or a deadlock: nothing happened, and the same again may well succeed. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/**
 * The session ended with or before the answer, so a statement in flight may have had its effect. Judged by SQLSTATE, as
 * the severity is translated: connection (08), shutdown (57P), system (58), internal (XX), completion unknown (40003).
 */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || /^(08|57P|58|XX|40003)/.test(state);
}
