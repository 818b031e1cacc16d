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
  | { readonly outcome: 'UNREADABLE'; readonly problem: string };

export interface UnsignedDelivery {
  readonly outcome: 'UNSIGNED';
  readonly why: 'MISSING' | 'MALFORMED' | 'OUTSIDE_WINDOW' | 'WRONG';
}

export interface SignedDelivery {
  readonly outcome: 'SIGNED';
  /** Answers when it is committed. */
  take(): Promise<WebhookOutcome>;
}

/** What is behind an address. */
export interface OpenWebhook {
  readonly environmentId: number;
  readonly id: number;
  /** In which header, and what to look at when it is wrong. */
  readonly signature: { readonly header: string; readonly remedy: string };
  check(delivery: WebhookDelivery): Promise<SignedDelivery | UnsignedDelivery>;
}

export interface WebhookRoutesOptions {
  /** Null for an address that there is none behind, or none any more. */
  open(token: string): Promise<OpenWebhook | null>;
  readonly log: Pick<Log, 'warn' | 'error'>;
  /** For tests; BODY_MS otherwise. */
  readonly bodyMs?: number;
}

/** Signed messages at once, on this server; one account's leave room for another's. */
const MOST = 200;
/** Addresses looked up at once, each for milliseconds: anybody may ask for any. */
const MOST_LOOKUPS = 64;
/** A text is one packet or two. */
const BODY_MS = 10_000;
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
  WRONG: 'its signature is wrong',
} as const;

/**
 * `POST /webhooks/<token>`: inbound texts from a carrier, by a signature instead of a key. 200 is sent after the commit
 * alone. A carrier doesn't repeat what was answered with 4xx, so whatever it could mend by sending it again is 503.
 */
export function webhookRoutes({ open, log, bodyMs = BODY_MS }: WebhookRoutesOptions): Route[] {
  const lookups = new Places({ most: MOST_LOOKUPS, what: 'webhook requests' });
  const places = new Places({ most: MOST, mostOfOne: MOST / 2, what: 'webhook requests' });

  async function handle(req: IncomingMessage, res: ServerResponse, { id: token }: Asked): Promise<void> {
    const webhook = TOKEN.test(token) ? await inPlace(lookups.take(), () => open(token)) : null;
    if (!webhook) {
      const message = 'There is no webhook endpoint at this address (any more): see webhookEndpoints.';
      throw new HttpProblemError({ status: 404, code: 'NOT_FOUND', message });
    }
    const signature = headerOf(req, webhook);
    if (signature === null) throw unsigned(webhook, 'MISSING');
    refuseAnnouncedBody(req, LIMIT);
    const body = await inTime(readBody(req, LIMIT), bodyMs);
    const delivery = { body, host: req.headers.host ?? '', query: queryOf(req), signature };
    const checked = await orAgain(() => webhook.check(delivery));
    if (checked.outcome === 'UNSIGNED') throw unsigned(webhook, checked.why);
    // Not before: who only knows the address takes no place from those whose messages count.
    answer(res, await inPlace(places.take(webhook.environmentId), () => checked.take()));
  }

  async function inPlace<T>(leave: () => void, work: () => Promise<T>): Promise<T> {
    try {
      return await orAgain(work);
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
      throw tryAgain('This could not be taken just now');
    }
  }

  function unsigned({ environmentId, id, signature }: OpenWebhook, why: UnsignedDelivery['why']): HttpProblemError {
    log.warn({ environmentId, endpoint: id, why }, 'a webhook request was refused for its signature');
    const remedy = why === 'WRONG' ? `: ${signature.remedy}` : why === 'MISSING' ? ` (${signature.header})` : '';
    const message = `Nothing was done with this request: ${whyUnsigned[why]}${remedy}.`;
    return new HttpProblemError({ status: 403, code: 'SIGNATURE_REFUSED', message });
  }

  return [{ method: 'POST', path: '/webhooks/:id', handle }];
}

function answer(res: ServerResponse, taken: WebhookOutcome): void {
  if (taken.outcome === 'UNREADABLE')
    throw new HttpProblemError({ status: 400, code: 'BAD_REQUEST', message: taken.problem });
  res.writeHead(200, { 'content-type': taken.mediaType }).end(taken.body);
}

/** The body, unless it takes too long; then the rest is thrown away, and the connection ends. */
async function inTime(body: Promise<Buffer>, ms: number): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tryAgain('The request was not complete in time', { connection: 'close' })), ms);
  });
  try {
    return await Promise.race([body, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

function tryAgain(what: string, headers: Record<string, string> = {}): HttpProblemError {
  return new HttpProblemError({
    status: 503,
    code: 'TRY_AGAIN',
    message: `${what}: send it again. A message that was taken is not taken twice.`,
    headers: { 'retry-after': '5', ...headers },
  });
}

/** As it was sent: a signature is over every character. */
function queryOf(req: IncomingMessage): string {
  const [, ...query] = (req.url ?? '').split('?');
  return query.join('?');
}

function headerOf(req: IncomingMessage, { signature }: OpenWebhook): string | null {
  const header = req.headers[signature.header];
  return typeof header === 'string' && header !== '' ? header : null;
}
