/** One environment's settings, the parsed form of the column `environment.settings` (jsonb). */
export interface Settings {
  /** Named in replies to contacts (R4.5); '' until somebody sets it. */
  readonly businessName: string;
  /** ISO 3166-1 alpha-2, upper case: how a number without a country is read (R2.1). */
  readonly defaultCountry: string;
  /** Whether PENDING entries from MANUAL, API and IMPORT block (R1.5). */
  readonly enforcePending: boolean;
  /** Whether STOP by text also lists on DNC (R4.4). Asked when a STOP arrives, never by a verdict. */
  readonly stopBlocksCalls: boolean;
  /** The answer to HELP and INFO (R4.5); '' for the usual one. */
  readonly helpText: string;
  /** Opt-out keywords beside the usual ones, in any language (R4.2). */
  readonly optOutKeywords: readonly string[];
  /** Usual keywords that the environment does without; never one of the legal seven (R4.2). */
  readonly removedOptOutKeywords: readonly string[];
  /** Phrases that are taken for a clear request to stop, in texts and in calls, beside what the detector finds. */
  readonly optOutPhrases: readonly string[];
  /** Whether transcripts are searched for a request to stop where the campaign doesn't say. */
  readonly optOutDetection: boolean;
  /** Keys of a phone menu that mean "don't call me", where the campaign doesn't say. */
  readonly ivrOptOutKeys: readonly string[];
  /** What a text without sufficient consent gets: nothing, a warning, or a block. */
  readonly consentEnforcement: ConsentEnforcement;
}

export const consentEnforcements = ['OFF', 'WARN', 'BLOCK'] as const;
export type ConsentEnforcement = (typeof consentEnforcements)[number];

/** What a new environment has; each switch stands on the side that blocks more. */
export const defaultSettings: Settings = {
  businessName: '',
  defaultCountry: 'US',
  enforcePending: true,
  stopBlocksCalls: true,
  helpText: '',
  optOutKeywords: [],
  removedOptOutKeywords: [],
  optOutPhrases: [],
  optOutDetection: true,
  ivrOptOutKeys: [],
  consentEnforcement: 'WARN',
};

/**
 * Reads stored settings. A missing key, or one with a value of the wrong type, takes its default: rows written by an
 * older or newer release must load, and an unreadable switch must not stop blocking.
 */
export function parseSettings(json: unknown): Settings {
  const stored = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const { businessName, defaultCountry, enforcePending, stopBlocksCalls, helpText, optOutDetection } = stored;
  const { optOutKeywords, removedOptOutKeywords, optOutPhrases, ivrOptOutKeys, consentEnforcement } = stored;
  return {
    businessName: typeof businessName === 'string' ? businessName : defaultSettings.businessName,
    defaultCountry:
      typeof defaultCountry === 'string' && /^[A-Z]{2}$/.test(defaultCountry)
        ? defaultCountry
        : defaultSettings.defaultCountry,
    enforcePending: typeof enforcePending === 'boolean' ? enforcePending : defaultSettings.enforcePending,
    stopBlocksCalls: typeof stopBlocksCalls === 'boolean' ? stopBlocksCalls : defaultSettings.stopBlocksCalls,
    helpText: typeof helpText === 'string' ? helpText : defaultSettings.helpText,
    optOutKeywords: texts(optOutKeywords),
    removedOptOutKeywords: texts(removedOptOutKeywords),
    optOutPhrases: texts(optOutPhrases),
    optOutDetection: typeof optOutDetection === 'boolean' ? optOutDetection : defaultSettings.optOutDetection,
    ivrOptOutKeys: texts(ivrOptOutKeys),
    consentEnforcement:
      consentEnforcements.find((mode) => mode === consentEnforcement) ?? defaultSettings.consentEnforcement,
  };
}

function texts(stored: unknown): readonly string[] {
  return Array.isArray(stored) ? stored.filter((text) => typeof text === 'string') : [];
}
