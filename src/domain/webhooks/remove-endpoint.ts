import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Committed } from '../../changes/change-log.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import type { EndpointServices } from './create-endpoint.ts';
import { type EndpointRow, endEndpoint } from './endpoint-row.ts';
import { presentEndpoint } from './standing-endpoint.ts';

export interface RemoveEndpointInput extends ConfigInput {
  readonly id: number;
}

export type RemovedEndpoint = Committed<{
  readonly endpoint: EndpointRow;
  readonly outcome: 'REMOVED' | 'ALREADY_REMOVED';
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Ends an endpoint for ever: what is sent to it from now on is refused on every server, for each request asks the
 * database. What came through it stays.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function removeEndpoint(
  viewer: Viewer,
  input: RemoveEndpointInput,
  { log }: Pick<EndpointServices, 'log'>,
): Promise<RemovedEndpoint> {
  requirePermission(viewer, 'webhook:manage');
  const { environmentId } = viewer;
  const { result, ...recorded } = await recordOnce<Pick<RemovedEndpoint, 'endpoint' | 'outcome'>>(log, viewer, {
    operation: 'removeWebhookEndpoint',
    input,
    async work(sql) {
      const before = await presentEndpoint(sql, environmentId, input.id);
      const { id } = before;
      const kept = (code: 'CHANGED' | 'UNCHANGED') => [{ code, entryId: String(id) }];
      if (before.removedAt)
        return { result: { endpoint: before, outcome: 'ALREADY_REMOVED' }, kept: kept('UNCHANGED'), changes: [] };
      const endpoint = await endEndpoint(sql, before);
      const { removedAt } = endpoint;
      const change = { before: JSON.stringify({ id, removedAt: null }), after: JSON.stringify({ id, removedAt }) };
      return {
        result: { endpoint, outcome: 'REMOVED' },
        kept: kept('CHANGED'),
        changes: [{ kind: 'WEBHOOK', ...change }],
      };
    },
    async replay(sql, kept) {
      const endpoint = await presentEndpoint(sql, environmentId, Number(kept[0]!.entryId));
      return { endpoint, outcome: kept[0]!.code === 'CHANGED' ? 'REMOVED' : 'ALREADY_REMOVED' };
    },
  });
  return { ...result, ...recorded };
}
