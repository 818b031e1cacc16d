/** How firmly somebody agreed (seed 003): by writing first, by saying so, in writing. In order of strictness. */
export const consentLevels = ['IMPLIED', 'EXPRESS', 'EXPRESS_WRITTEN'] as const;
export type ConsentLevel = (typeof consentLevels)[number];

/** What texts are about, and what a consent is for. Each includes those before it. */
export const messageTypes = ['CONVERSATIONAL', 'TRANSACTIONAL', 'PROMOTIONAL'] as const;
export type MessageType = (typeof messageTypes)[number];

/** How a consent was given. */
export const consentMethods = ['WEB_FORM', 'VERBAL', 'INBOUND_TEXT', 'PAPER_FORM'] as const;
export type ConsentMethod = (typeof consentMethods)[number];

/** Who or what ended a consent. */
export const consentEnds = ['REVOKED', 'OPT_OUT'] as const;
export type ConsentEnd = (typeof consentEnds)[number];

/** The level that a text of this type needs (seed 003, 47 CFR 64.1200(f)(9)). */
export const requiredLevel: Readonly<Record<MessageType, ConsentLevel>> = {
  CONVERSATIONAL: 'IMPLIED',
  TRANSACTIONAL: 'EXPRESS',
  PROMOTIONAL: 'EXPRESS_WRITTEN',
};

/** The types of text that a consent of this level and purpose suffices for: those it includes and is firm enough for. */
export function sufficesFor(level: ConsentLevel, purpose: MessageType): MessageType[] {
  return messageTypes
    .slice(0, messageTypes.indexOf(purpose) + 1)
    .filter((type) => consentLevels.indexOf(level) >= consentLevels.indexOf(requiredLevel[type]));
}
