import { checkSignature, readGenericMessage, type SignatureCheck } from '../messages/carriers/generic.ts';
import type { InboundMessage, UnreadableMessage } from '../messages/carriers/inbound-message.ts';
import { isSignedByTwilio, readTwilioMessage, twimlReply } from '../messages/carriers/twilio.ts';
import type { MessageDoor } from '../messages/message-door.ts';
import { type MessageServices, type ReceivedMessage, receiveMessage } from '../messages/receive-message.ts';
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

export type DeliveryOutcome =
  /** Committed; what to answer. */
  | { readonly outcome: 'TAKEN'; readonly mediaType: string; readonly body: string }
  | { readonly outcome: 'UNSIGNED'; readonly why: Exclude<SignatureCheck, 'VALID'> }
  | ({ readonly outcome: 'UNREADABLE' } & UnreadableMessage);

export interface DeliveryServices {
  readonly messages: MessageServices;
  /** Where clients reach this server. */
  readonly publicUrl: string | undefined;
}

/**
 * Takes what a carrier posts: nothing is done before the signature is checked, and what is answered is committed.
 * Anything thrown means that nothing is known to be done: the carrier is to send it again, which is safe (R4.7).
 */
export async function takeDelivery(
  endpoint: EndpointRow,
  secret: string,
  delivery: Delivery,
  services: DeliveryServices,
): Promise<DeliveryOutcome> {
  const body = Buffer.from(delivery.body).toString('utf8');
  const why =
    endpoint.kind === 'TWILIO'
      ? checkTwilio(secret, endpoint, delivery, body, services)
      : checkSignature(secret, delivery.signature, delivery.body, new Date());
  if (why !== 'VALID') return { outcome: 'UNSIGNED', why };
  const message = endpoint.kind === 'TWILIO' ? readTwilioMessage(new URLSearchParams(body)) : readGenericMessage(body);
  if ('problem' in message) return { outcome: 'UNREADABLE', problem: message.problem };
  try {
    return await take(endpoint, message, services);
  } catch (error) {
    if (error instanceof UserProblemError) return { outcome: 'UNREADABLE', problem: error.message };
    throw error;
  }
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

async function take(
  endpoint: EndpointRow,
  message: InboundMessage,
  { messages }: DeliveryServices,
): Promise<DeliveryOutcome> {
  const { environmentId, id, name } = endpoint;
  const subject = `endpoint:${id}`;
  const door: MessageDoor = {
    environmentId,
    name: subject,
    endpointId: id,
    reporter: { type: 'SYSTEM', subject, name },
  };
  // With the setting off, or without its word, the carrier has told them nothing.
  const isAnswered = endpoint.carrierAnswers && message.optOutType !== null;
  const received = await receiveMessage(door, { ...message, isAnswered }, messages);
  return { outcome: 'TAKEN', ...(endpoint.kind === 'TWILIO' ? twiml(received) : jsonAnswer(received)) };
}

function twiml({ reply }: ReceivedMessage): { mediaType: string; body: string } {
  return { mediaType: 'text/xml; charset=utf-8', body: twimlReply(reply?.text ?? null) };
}
