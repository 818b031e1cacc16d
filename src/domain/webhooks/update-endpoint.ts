import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Committed } from '../../changes/change-log.ts';
import { readName } from '../name-text.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import type { EndpointServices } from './create-endpoint.ts';
import { readCarrierAnswers, readPublicUrl, readSecret } from './endpoint-input.ts';
import { changeEndpoint, type EndpointRow } from './endpoint-row.ts';
import { presentEndpoint, standingEndpoint } from './standing-endpoint.ts';

/** What is absent or null stays as it is. */
export interface UpdateEndpointInput extends ConfigInput {
  readonly id: number;
  readonly name?: string | null;
  readonly secret?: string | null;
  /** '' clears it. */
  readonly publicUrl?: string | null;
  readonly carrierAnswers?: boolean | null;
}

export type UpdatedEndpoint = Committed<{
  readonly endpoint: EndpointRow;
  readonly outcome: 'CHANGED' | 'UNCHANGED';
  readonly position: number;
  readonly replayed: boolean;
}>;

/** @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError */
export async function updateEndpoint(
  viewer: Viewer,
  input: UpdateEndpointInput,
  { log, seal }: EndpointServices,
): Promise<UpdatedEndpoint> {
  requirePermission(viewer, 'webhook:manage');
  const { environmentId } = viewer;
  const wanted = {
    ...(typeof input.name === 'string' && { name: readName(input.name, 'input.name') }),
    ...(typeof input.publicUrl === 'string' && { publicUrl: readPublicUrl(input.publicUrl) }),
  };
  const sealedSecret = input.secret ? seal.seal(readSecret(input.secret)) : undefined;
  const { result, ...recorded } = await recordOnce<Pick<UpdatedEndpoint, 'endpoint' | 'outcome'>>(log, viewer, {
    operation: 'updateWebhookEndpoint',
    input,
    async work(sql) {
      const before = await standingEndpoint(sql, environmentId, input.id);
      const asked = {
        ...wanted,
        ...(typeof input.carrierAnswers === 'boolean' && {
          carrierAnswers: readCarrierAnswers(before.kind, input.carrierAnswers),
        }),
      };
      const names = (Object.keys(asked) as (keyof typeof asked)[]).filter((name) => asked[name] !== before[name]);
      const outcome = names.length > 0 || sealedSecret ? 'CHANGED' : 'UNCHANGED';
      const kept = [{ code: outcome, entryId: String(before.id) }] as const;
      if (outcome === 'UNCHANGED') return { result: { endpoint: before, outcome }, kept, changes: [] };
      const endpoint = await changeEndpoint(sql, before, { ...asked, ...(sealedSecret && { sealedSecret }) });
      const pick = (from: EndpointRow) => Object.fromEntries(names.map((name) => [name, from[name]]));
      const { id } = before;
      return {
        result: { endpoint, outcome },
        kept,
        changes: [
          {
            kind: 'WEBHOOK',
            before: JSON.stringify({ id, ...pick(before) }),
            // That it is another one, never which.
            after: JSON.stringify({ id, ...pick(endpoint), ...(sealedSecret && { isSecretReplaced: true }) }),
          },
        ],
      };
    },
    async replay(sql, kept) {
      const endpoint = await presentEndpoint(sql, environmentId, Number(kept[0]!.entryId));
      return { endpoint, outcome: kept[0]!.code as UpdatedEndpoint['outcome'] };
    },
  });
  return { ...result, ...recorded };
}
