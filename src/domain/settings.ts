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
}

/** What a new environment has; each switch stands on the side that blocks more. */
export const defaultSettings: Settings = {
  businessName: '',
  defaultCountry: 'US',
  enforcePending: true,
  stopBlocksCalls: true,
};

/**
 * Reads stored settings. A missing key, or one with a value of the wrong type, takes its default: rows written by an
 * older or newer release must load, and an unreadable switch must not stop blocking.
 */
export function parseSettings(json: unknown): Settings {
  const stored = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const { businessName, defaultCountry, enforcePending, stopBlocksCalls } = stored;
  return {
    businessName: typeof businessName === 'string' ? businessName : defaultSettings.businessName,
    defaultCountry:
      typeof defaultCountry === 'string' && /^[A-Z]{2}$/.test(defaultCountry)
        ? defaultCountry
        : defaultSettings.defaultCountry,
    enforcePending: typeof enforcePending === 'boolean' ? enforcePending : defaultSettings.enforcePending,
    stopBlocksCalls: typeof stopBlocksCalls === 'boolean' ? stopBlocksCalls : defaultSettings.stopBlocksCalls,
  };
}
