import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { HttpProblemError } from './http-problem.ts';
import { Places } from './places.ts';
import { type BodyLimit, readBody, refuseAnnouncedBody } from './request-body.ts';
import type { Asked, Route } from './routes.ts';

/** A request to an endpoint, as it came. */
export interface WebhookDelivery {
  readonly body: Uint8Array;
  readonly host: string;
  readonly query: string;
  readonly signature: string | null;
}

export type WebhookOutcome =
  | { readonly outcome: 'TAKEN'; readonly mediaType: string; readonly body: string }
  | { readonly outcome: 'UNSIGNED'; readonly why: 'MISSING' | 'MALFORMED' | 'OUTSIDE_WINDOW' | 'WRONG' }
  | { readonly outcome: 'UNREADABLE'; readonly problem: string };

/** What is behind an address. */
export interface OpenWebhook {
  readonly environmentId: number;
  readonly id: number;
  readonly signatureHeader: string;
  /** Answers when it is committed. */
  take(delivery: WebhookDelivery): Promise<WebhookOutcome>;
}

export interface WebhookRoutesOptions {
  /** Null for an address that there is none behind, or none any more. */
  open(token: string): Promise<OpenWebhook | null>;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

/** At once, on this server; one account's messages leave room for another's. */
const MOST = 200;
const LIMIT: BodyLimit = {
  bytes: 64 * 1024,
  setting: 'of a webhook',
  remedy: 'An inbound text is far smaller: is this the address that you mean?',
};
/** Enough random characters for any token of ours; of anything longer the database isn't asked. */
const TOKEN = /^[\w-]{20,100}$/;

const whyUnsigned = {
  MISSING: 'it has no signature',
  MALFORMED: 'its signature header cannot be read',
  OUTSIDE_WINDOW:
    'its time is more than five minutes from now: set the clock of the sender, or do not send a copy again',
  WRONG: "its signature is wrong: compare the secret, and the endpoint's publicUrl with the address that is called",
} as const;

/**
 * `POST /webhooks/<token>`: inbound texts from a carrier, by a signature instead of a key. 200 is sent after the commit
 * alone. A carrier doesn't repeat what was answered with 4xx, so whatever it could mend by sending it again is 503.
 */
export function webhookRoutes({ open, log }: WebhookRoutesOptions): Route[] {
  const places = new Places({ most: MOST, mostOfOne: MOST / 2, what: 'webhook requests' });

  async function handle(req: IncomingMessage, res: ServerResponse, { id: token }: Asked): Promise<void> {
    const webhook = TOKEN.test(token) ? await orAgain(() => open(token)) : null;
    if (!webhook) {
      const message = 'There is no webhook endpoint at this address (any more): see webhookEndpoints.';
      throw new HttpProblemError({ status: 404, code: 'NOT_FOUND', message });
    }
    const leave = places.take(webhook.environmentId);
    try {
      refuseAnnouncedBody(req, LIMIT);
      const body = await readBody(req, LIMIT);
      const delivery = { body, host: req.headers.host ?? '', query: queryOf(req), signature: headerOf(req, webhook) };
      answer(res, webhook, await orAgain(() => webhook.take(delivery)));
    } finally {
      leave();
    }
  }

  /** Nothing may be lost for a fault of ours: the carrier sends it again, to this server or its fallback. */
  async function orAgain<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      log.error({ err: error }, 'a webhook request could not be taken; the carrier is asked to send it again');
      throw new HttpProblemError({
        status: 503,
        code: 'TRY_AGAIN',
        message: 'This could not be taken just now: send it again. A message that was taken is not taken twice.',
        headers: { 'retry-after': '5' },
      });
    }
  }

  function answer(res: ServerResponse, { environmentId, id }: OpenWebhook, taken: WebhookOutcome): void {
    switch (taken.outcome) {
      case 'TAKEN':
        res.writeHead(200, { 'content-type': taken.mediaType }).end(taken.body);
        return;
      case 'UNSIGNED': {
        log.warn({ environmentId, endpoint: id, why: taken.why }, 'a webhook request was refused for its signature');
        const message = `Nothing was done with this request: ${whyUnsigned[taken.why]}.`;
        throw new HttpProblemError({ status: 403, code: 'SIGNATURE_REFUSED', message });
      }
      case 'UNREADABLE':
        throw new HttpProblemError({ status: 400, code: 'BAD_REQUEST', message: taken.problem });
    }
  }

  return [{ method: 'POST', path: '/webhooks/:id', handle }];
}

/** As it was sent: a signature is over every character. */
function queryOf(req: IncomingMessage): string {
  const [, ...query] = (req.url ?? '').split('?');
  return query.join('?');
}

function headerOf(req: IncomingMessage, { signatureHeader }: OpenWebhook): string | null {
  const header = req.headers[signatureHeader];
  return typeof header === 'string' ? header : null;
}
