import type { Disclosure } from '../messages/disclosure-patterns.ts';
import type { FirstMessageCheck } from '../messages/first-message.ts';

const words: Record<Disclosure, string> = {
  BUSINESS_NAME: 'who writes',
  MESSAGE_TYPES: 'what they will receive',
  OPT_OUT: 'how to opt out',
  FREQUENCY: 'how often you will write',
  RATES: 'that message and data rates may apply',
};

/** What to tell whoever sends a first text (seed 003); null for one that lacks nothing, and for a later one. */
export function firstTextWarning(check: FirstMessageCheck | null): string | null {
  if (!check || check.missing.length === 0) return null;
  const missing = check.missing.map((disclosure) => words[disclosure]);
  const last = missing.pop()!;
  const all = missing.length === 0 ? last : `${missing.join(', ')} and ${last}`;
  return `This is the first text to this number, and it does not say ${all}. Say so before you send it.`;
}
