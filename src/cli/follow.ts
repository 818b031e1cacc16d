import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { CommandFailure } from './failure.ts';
import { Patience } from './patience.ts';
import type { Session } from './session.ts';

export interface FollowOptions {
  /** How long to try to come back after the connection was lost. */
  readonly patienceMs: number;
  /** Whether the first connection is worth as much patience: the server was there a moment ago. */
  readonly isPatientAtOnce?: boolean;
  readonly onLost?: (failure: CommandFailure) => void;
}

/**
 * A subscription that outlives lost connections and restarts of the server: each time it asks anew with what
 * `variables` says then, such as the last cursor.
 * @throws CommandFailure when it is refused, or the server stays away
 */
export async function* follow<TData, TVariables extends object>(
  { api }: Session,
  document: TypedDocumentNode<TData, TVariables>,
  variables: () => TVariables,
  { patienceMs, isPatientAtOnce = false, onLost }: FollowOptions,
): AsyncGenerator<TData, void> {
  let patience = new Patience(isPatientAtOnce ? patienceMs : undefined);
  let wasConnected = false;
  // Sockets are loaded by those who need one: most commands are done before.
  const { subscribe } = await import('./subscribe.ts');
  for (;;) {
    try {
      for await (const data of subscribe(api.connection, document, variables())) {
        patience = new Patience(patienceMs);
        wasConnected = true;
        yield data;
      }
      return;
    } catch (error) {
      if (wasConnected) onLost?.(error as CommandFailure);
      await patience.after(error);
    }
  }
}
