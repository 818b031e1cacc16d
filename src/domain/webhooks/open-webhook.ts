import type { Seal } from '../../changes/cursor.ts';
import type { Sql } from '../../db/database.ts';
import { endpointByToken } from './endpoint-row.ts';
import { type Delivery, type DeliveryOutcome, type DeliveryServices, takeDelivery } from './take-delivery.ts';

const signatureHeaders = { TWILIO: 'x-twilio-signature', GENERIC: 'quietline-signature' } as const;

/**
 * Finds what is behind an address; null for nothing. Asked of the database each time, so that one that was removed is gone
 * on every server at once.
 */
export async function openWebhook(
  token: string,
  services: DeliveryServices & { readonly sql: Sql; readonly seal: Seal },
) {
  const found = await endpointByToken(services.sql, token);
  if (!found) return null;
  const { sealedSecret, ...endpoint } = found;
  return {
    environmentId: endpoint.environmentId,
    id: endpoint.id,
    signatureHeader: signatureHeaders[endpoint.kind],
    // async, so that a secret that was sealed under another SERVER_SECRET rejects like any fault of ours.
    take: async (delivery: Delivery): Promise<DeliveryOutcome> =>
      takeDelivery(endpoint, services.seal.open(sealedSecret), delivery, services),
  };
}
