import { createHash } from 'node:crypto';
import type { Viewer } from '../auth/viewer.ts';
import type { ActorRef, Authority, Idempotency } from '../changes/write-call.ts';
import { problem, UserProblemError } from './user-problem.ts';

/** What every mutation takes besides its own input (R1.9, P1.8). */
export interface CallerInput {
  readonly onBehalfOf?: { readonly id: string; readonly name?: string | null } | null;
  readonly idempotencyKey?: string | null;
}

/** Who acts, as the log names them. */
export function actorOf(viewer: Viewer): ActorRef {
  return { type: viewer.kind === 'PERSON' ? 'PERSON' : 'API_KEY', subject: viewer.subject, name: viewer.name };
}

/** R1.4: only COMPLIANCE and ADMIN may lift the DNC entry that came with a person's STOP, documented. */
export function authorityOf(viewer: Viewer): Authority {
  return viewer.can('entry:lift-call-opt-out') ? 'COMPLIANCE' : 'STAFF';
}

/** The retry record of this call: the hash covers the whole input but for the key itself. */
export function idempotencyOf(caller: CallerInput, input: unknown): Idempotency | undefined {
  const key = caller.idempotencyKey;
  if (key === null || key === undefined) return undefined;
  if (key.length < 1 || key.length > 200 || key.includes('\0')) {
    throw new UserProblemError(
      problem(
        'INVALID_VALUE',
        'input.idempotencyKey',
        'An idempotencyKey has 1 to 200 characters, for example a UUID.',
      ),
    );
  }
  return { key, requestHash: createHash('sha256').update(canonicalJson(input)).digest() };
}

/** JSON with sorted keys, so that the same input in another order of fields is the same request. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (key === 'idempotencyKey') return undefined;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Checks `onBehalfOf` and gives it back. */
export function onBehalfOf(caller: CallerInput): CallerInput['onBehalfOf'] {
  const person = caller.onBehalfOf;
  if (person && (person.id.length < 1 || person.id.length > 200 || (person.name?.length ?? 0) > 200)) {
    throw new UserProblemError(
      problem(
        'TOO_LONG',
        'input.onBehalfOf',
        'onBehalfOf takes an id of 1 to 200 characters and a name of at most 200.',
      ),
    );
  }
  return person ?? null;
}
