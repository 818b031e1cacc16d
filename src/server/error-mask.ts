import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Log } from '../log.ts';
import { bounded } from './error-text.ts';
import { originOf } from './input-errors.ts';

export type ErrorMask = (error: unknown) => GraphQLError;

export interface ErrorMaskOptions {
  readonly log: Log;
  /** Turns an error of the domain into what the client may read; undefined hides it. */
  readonly publicError?: (error: unknown) => GraphQLError | undefined;
}

/**
 * What a client may know of an error. A GraphQLError was written for it and passes. Anything else becomes "Unexpected
 * error." with an id under which the log has the truth. There is no development mode: what can leak in one, will.
 */
export function createErrorMask({ log, publicError }: ErrorMaskOptions): ErrorMask {
  const masked = new WeakSet<object>();
  return (error) => {
    const cause = originOf(error);
    if (error instanceof GraphQLError && (cause === error || masked.has(error))) return bounded(error);
    if (cause instanceof GraphQLError) return bounded(error as GraphQLError);

    const place = error instanceof GraphQLError ? error : undefined;
    const known = publicError?.(cause);
    const errorId = known ? undefined : randomUUID();
    if (!known) log.error({ err: cause, errorId, path: place?.path }, 'unexpected error');

    const shown = new GraphQLError(known?.message ?? 'Unexpected error.', {
      nodes: place?.nodes,
      source: place?.source,
      positions: place?.positions,
      path: place?.path,
      // Yoga answers 500 for an unexpected error without data; the mark itself is never sent.
      extensions: known?.extensions ?? { code: 'INTERNAL_SERVER_ERROR', errorId, unexpected: true },
    });
    masked.add(shown);
    return bounded(shown);
  };
}

/** Errors as they are sent over a socket: without the notes that only HTTP's status needs. */
export function formatErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
  return errors.map((error) => {
    const { extensions, ...rest } = error.toJSON();
    const { http: _http, unexpected: _unexpected, ...shown } = extensions ?? {};
    return Object.keys(shown).length > 0 ? { ...rest, extensions: shown } : rest;
  });
}
