import { checkSignature, readGenericMessage, type SignatureCheck } from '../messages/carriers/generic.ts';
import type { UnreadableMessage } from '../messages/carriers/inbound-message.ts';
import { isSignedByTwilio, readTwilioMessage, twimlReply } from '../messages/carriers/twilio.ts';
import type { MessageDoor } from '../messages/message-door.ts';
import {
  type MessageServices,
  type ReceivedMessage,
  type ReceiveMessageInput,
  receiveMessage,
} from '../messages/receive-message.ts';
import { UserProblemError } from '../user-problem.ts';
import { calledAddresses } from './endpoint-address.ts';
import type { EndpointRow } from './endpoint-row.ts';
import { jsonAnswer } from './json-answer.ts';

/** A request to an endpoint, as it came. */
export interface Delivery {
  readonly body: Uint8Array;
  readonly host: string;
  /** Behind the question mark, as it was sent. */
  readonly query: string;
  /** X-Twilio-Signature, or Quietline-Signature. */
  readonly signature: string | null;
}

export type Unsigned = { readonly outcome: 'UNSIGNED'; readonly why: Exclude<SignatureCheck, 'VALID'> };

export type DeliveryOutcome =
  /** Committed; what to answer. */
  | { readonly outcome: 'TAKEN'; readonly mediaType: string; readonly body: string }
  | ({ readonly outcome: 'UNREADABLE' } & UnreadableMessage);

/** A request that the carrier has signed, and of which nothing is done yet. */
export interface Signed {
  readonly outcome: 'SIGNED';
  /**
   * Takes it; what is answered is committed. Anything thrown means that nothing is known to be done: the carrier is to send
   * it again, which is safe (R4.7).
   */
  take(): Promise<DeliveryOutcome>;
}

export interface DeliveryServices {
  readonly messages: MessageServices;
  /** Where clients reach this server. */
  readonly publicUrl: string | undefined;
}

/** Checks who sent what a carrier posts: there is no other way to take it. */
export function checkDelivery(
  endpoint: EndpointRow,
  secret: string,
  delivery: Delivery,
  services: DeliveryServices,
): Signed | Unsigned {
  const body = Buffer.from(delivery.body).toString('utf8');
  const why =
    endpoint.kind === 'TWILIO'
      ? checkTwilio(secret, endpoint, delivery, body, services)
      : checkSignature(secret, delivery.signature, delivery.body, new Date());
  if (why !== 'VALID') return { outcome: 'UNSIGNED', why };
  return {
    outcome: 'SIGNED',
    take: () => (endpoint.kind === 'TWILIO' ? takeTwilio : takeGeneric)(endpoint, body, services),
  };
}

function checkTwilio(
  authToken: string,
  endpoint: EndpointRow,
  { signature, host, query }: Delivery,
  body: string,
  { publicUrl }: DeliveryServices,
): SignatureCheck {
  if (signature === null) return 'MISSING';
  const form = new URLSearchParams(body);
  const urls = calledAddresses(endpoint, { publicUrl, host, query });
  return urls.some((url) => isSignedByTwilio(authToken, { url, signature, form })) ? 'VALID' : 'WRONG';
}

async function takeTwilio(endpoint: EndpointRow, body: string, services: DeliveryServices): Promise<DeliveryOutcome> {
  const message = readTwilioMessage(new URLSearchParams(body));
  if ('problem' in message) return { outcome: 'UNREADABLE', problem: message.problem };
  // With the setting off, or without its word, the carrier has told them nothing.
  const isAnswered = endpoint.carrierAnswers && message.optOutType !== null;
  return take(endpoint, { ...message, isAnswered }, services, twiml);
}

async function takeGeneric(endpoint: EndpointRow, body: string, services: DeliveryServices): Promise<DeliveryOutcome> {
  const message = readGenericMessage(body);
  if ('problem' in message) return { outcome: 'UNREADABLE', problem: message.problem };
  return take(endpoint, message, services, (received) => jsonAnswer(received, message));
}

async function take(
  { environmentId, id, name }: EndpointRow,
  message: ReceiveMessageInput,
  { messages }: DeliveryServices,
  answer: (received: ReceivedMessage) => { mediaType: string; body: string },
): Promise<DeliveryOutcome> {
  const subject = `endpoint:${id}`;
  const reporter = { type: 'SYSTEM', subject, name } as const;
  const door: MessageDoor = { environmentId, name: subject, endpointId: id, reporter };
  try {
    return { outcome: 'TAKEN', ...answer(await receiveMessage(door, message, messages)) };
  } catch (error) {
    if (error instanceof UserProblemError) return { outcome: 'UNREADABLE', problem: error.message };
    throw error;
  }
}

function twiml({ reply }: ReceivedMessage): { mediaType: string; body: string } {
  return { mediaType: 'text/xml; charset=utf-8', body: twimlReply(reply?.text ?? null) };
}
