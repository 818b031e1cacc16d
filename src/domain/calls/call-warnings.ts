/** What whoever reports a call should know; nothing of it kept anybody off the list. */
export interface CallWarning {
  readonly code: CallWarningCode;
  readonly message: string;
}

export type CallWarningCode = keyof typeof sentences;

const sentences = {
  NO_CAMPAIGN:
    "The report names no campaign, so the environment's dispositions, menu keys and detection apply. Name the campaign's key to have its own.",
  UNKNOWN_CAMPAIGN:
    "There is no such campaign, or it is archived, so the environment's dispositions, menu keys and detection apply.",
  DISPOSITION_ADDS_NOTHING:
    'This disposition reads like a request to stop and added nothing: a name alone never does. Configure it with saveDisposition(addsToDnc: true), or use the "Add to DNC" action (addToDnc).',
  NO_OPT_OUT_KEYS:
    'A key press was reported, and no key of the phone menu is configured as an opt-out, so none can add. Set ivrOptOutKeys in the settings or for the campaign.',
  DETECTION_OFF: 'The transcript was not searched: detection is switched off for this campaign or environment.',
  KEPT_AS_RECEIVED:
    "The number could not be read. A contact's word is never refused over its format, so it was listed as it stands and matches exactly this text alone. If you know the number, list that too.",
  UNREADABLE_TIME:
    'The time of a turn could not be read, or lies in the future: what was asked in it counts as asked now. Write it as 2026-03-04T09:00:00Z.',
} as const;

export const callWarningSentences: Readonly<Record<CallWarningCode, string>> = sentences;

export function callWarning(code: CallWarningCode): CallWarning {
  return { code, message: sentences[code] };
}
