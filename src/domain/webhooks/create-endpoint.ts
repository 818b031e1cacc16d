import { randomBytes } from 'node:crypto';
import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Seal } from '../../changes/cursor.ts';
import type { Sql } from '../../db/database.ts';
import { readName } from '../name-text.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { readCarrierAnswers, readPublicUrl, readSecret } from './endpoint-input.ts';
import { countEndpoints, type EndpointKind, type EndpointRow, findEndpoint, insertEndpoint } from './endpoint-row.ts';

/** For each environment (invariant 10). */
const MOST_ENDPOINTS = 100;

export interface CreateEndpointInput extends ConfigInput {
  readonly kind: EndpointKind;
  readonly name: string;
  /** TWILIO: the account's auth token. GENERIC: by default one is made. */
  readonly secret?: string | null;
  readonly publicUrl?: string | null;
  readonly carrierAnswers?: boolean | null;
}

export type CreatedEndpoint = Committed<{
  readonly endpoint: EndpointRow;
  /** The secret that was made, for this one time; null when it was given, and in a replay. */
  readonly secret: string | null;
  readonly position: number;
  readonly replayed: boolean;
}>;

/** Seals secrets of endpoints, so that the database alone opens none. */
export interface EndpointServices {
  readonly log: ChangeLog;
  readonly seal: Seal;
}

/**
 * Makes an address of this server that a carrier may send inbound texts to.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function createEndpoint(
  viewer: Viewer,
  input: CreateEndpointInput,
  { log, seal }: EndpointServices,
): Promise<CreatedEndpoint> {
  requirePermission(viewer, 'webhook:manage');
  const { environmentId } = viewer;
  const { kind } = input;
  const name = readName(input.name, 'input.name');
  const given = input.secret ? readSecret(input.secret) : null;
  if (kind === 'TWILIO' && given === null)
    throw new UserProblemError(
      problem(
        'REQUIRED',
        'input.secret',
        'Give the auth token of your Twilio account: Twilio signs its requests with it.',
      ),
    );
  const publicUrl = readPublicUrl(input.publicUrl ?? '');
  const carrierAnswers = readCarrierAnswers(kind, input.carrierAnswers);
  const { result, ...recorded } = await recordOnce<Pick<CreatedEndpoint, 'endpoint' | 'secret'>>(log, viewer, {
    operation: 'createWebhookEndpoint',
    input,
    async work(sql, createdById) {
      await assertRoom(sql, environmentId);
      const secret = given ?? randomBytes(32).toString('base64url');
      const token = randomBytes(32).toString('base64url');
      const sealedSecret = seal.seal(secret);
      const endpoint = await insertEndpoint(sql, {
        ...{ environmentId, kind, name, token, sealedSecret, publicUrl, carrierAnswers, createdById },
      });
      const { id } = endpoint;
      return {
        result: { endpoint, secret: given === null ? secret : null },
        kept: [{ code: 'ADDED', entryId: String(id) }],
        changes: [
          { kind: 'WEBHOOK', before: null, after: JSON.stringify({ id, kind, name, publicUrl, carrierAnswers }) },
        ],
      };
    },
    async replay(sql, kept) {
      return { endpoint: (await findEndpoint(sql, environmentId, Number(kept[0]!.entryId)))!, secret: null };
    },
  });
  return { ...result, ...recorded };
}

async function assertRoom(sql: Sql, environmentId: number): Promise<void> {
  if ((await countEndpoints(sql, environmentId)) < MOST_ENDPOINTS) return;
  const sentence = `An environment has at most ${MOST_ENDPOINTS} webhook endpoints: remove one that you do not need.`;
  throw new UserProblemError(problem('TOO_MANY', 'input', sentence));
}
