import type { Seal } from '../../changes/cursor.ts';
import type { Sql } from '../../db/database.ts';
import { endpointByToken } from './endpoint-row.ts';
import { checkDelivery, type Delivery, type DeliveryServices, type Signed, type Unsigned } from './take-delivery.ts';

/** Where each carrier puts its signature, and what to look at when it is wrong. */
const signatures = {
  TWILIO: {
    header: 'x-twilio-signature',
    remedy:
      "compare the secret with your account's auth token, and the endpoint's publicUrl with the address that is called",
  },
  GENERIC: {
    header: 'quietline-signature',
    remedy: 'compare the secret, and sign t, a full stop and the very bytes of the body that are sent',
  },
} as const;

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
    signature: signatures[endpoint.kind],
    // async, so that a secret that was sealed under another SERVER_SECRET rejects like any fault of ours.
    check: async (delivery: Delivery): Promise<Signed | Unsigned> =>
      checkDelivery(endpoint, services.seal.open(sealedSecret), delivery, services),
  };
}
