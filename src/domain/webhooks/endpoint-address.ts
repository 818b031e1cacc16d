import type { EndpointRow } from './endpoint-row.ts';

export const WEBHOOK_PATH = '/webhooks';

type Addressed = Pick<EndpointRow, 'token' | 'publicUrl'>;

/** What to enter at the carrier: the endpoint's own address, else this server's. Without either known, its path. */
export function endpointAddress(endpoint: Addressed, publicUrl: string | undefined): string {
  return endpoint.publicUrl ?? `${publicUrl ?? ''}${WEBHOOK_PATH}/${endpoint.token}`;
}

/**
 * The addresses that the carrier may have called, of which it has signed one: the known one, with the query that came,
 * unless it has one itself. Where none is known, what the request says of itself: a signature is over it all the same.
 */
export function calledAddresses(
  endpoint: Addressed,
  { publicUrl, host, query }: { readonly publicUrl: string | undefined; readonly host: string; readonly query: string },
): string[] {
  const address = endpointAddress(endpoint, publicUrl);
  const whole = /^https?:/i.test(address) ? [address] : [`https://${host}${address}`, `http://${host}${address}`];
  return whole.map((one) => (query === '' || one.includes('?') ? one : `${one}?${query}`));
}
