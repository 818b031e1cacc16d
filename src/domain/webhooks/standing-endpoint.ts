import type { Sql } from '../../db/database.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { type EndpointRow, findEndpoint } from './endpoint-row.ts';

/** The endpoint with this id, removed or not. @throws UserProblemError when the environment has none */
export async function presentEndpoint(sql: Sql, environmentId: number, id: number): Promise<EndpointRow> {
  const isId = Number.isInteger(id) && id > 0 && id < 2 ** 31;
  const endpoint = isId ? await findEndpoint(sql, environmentId, id) : null;
  if (endpoint) return endpoint;
  const sentence = 'This environment has no webhook endpoint with this id: see webhookEndpoints.';
  throw new UserProblemError(problem('NOT_FOUND', 'input.webhookEndpointId', sentence));
}

/** The same, for who wants to change it. @throws UserProblemError also when it was removed */
export async function standingEndpoint(sql: Sql, environmentId: number, id: number): Promise<EndpointRow> {
  const endpoint = await presentEndpoint(sql, environmentId, id);
  if (!endpoint.removedAt) return endpoint;
  throw new UserProblemError(
    problem('REFUSED', 'input.webhookEndpointId', 'This webhook endpoint was removed: make another one.'),
  );
}
