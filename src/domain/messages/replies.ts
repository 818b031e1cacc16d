/** What a contact is answered (R4.5, seed 003), word for word. */
export const unsubscribedReply = 'You have been unsubscribed. Reply START to resubscribe.';

/** The answer to START. Without a name of the business it says the rest. */
export function resubscribedReply(businessName: string | null | undefined): string {
  const name = shownName(businessName);
  return `You have been resubscribed to messages${name && ` from ${name}`}. Reply STOP to unsubscribe.`;
}

/** The answer to HELP and INFO: the environment's own text, else one that says who writes and how to opt out. */
export function helpReply(settings: {
  readonly businessName?: string | null;
  readonly helpText?: string | null;
}): string {
  const own = settings.helpText?.trim();
  if (own) return own;
  const name = shownName(settings.businessName);
  return `${name ? `${name} messages. ` : ''}Reply STOP to unsubscribe. Msg & data rates may apply.`;
}

const LONGEST_NAME = 100;

/** On one line and of a length that leaves room for the rest; a stop at its end would double ours. */
function shownName(businessName: string | null | undefined): string {
  const line = (businessName ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return [...line].slice(0, LONGEST_NAME).join('').trim();
}
