/** Why a text isn't taken as a phone number. The codes are part of the API: clients match on them. */
export type NumberProblemCode = keyof typeof sentences;

/**
 * What is wrong with a number and what to do about it. Holds nothing of the number itself: it goes into answers,
 * reports and logs, where the row's index or line points to the raw value.
 */
export interface NumberProblem {
  readonly code: NumberProblemCode;
  readonly message: string;
  readonly remedy: string;
}

const sentences = {
  EMPTY: ['There is no phone number.', 'Give one, for example +14151234567.'],
  TOO_LONG_TEXT: ['The text is too long to be one phone number.', 'Give one number per row, and nothing else.'],
  NOT_A_NUMBER: [
    "The text isn't a phone number.",
    'Give the digits with + and the country code, for example +14151234567; spaces, dots, dashes and brackets may stay.',
  ],
  LETTERS: ['The number has letters in it.', 'Write all of it in digits; letters are never guessed.'],
  SEVERAL_NUMBERS: ['There is more than one phone number.', 'Give one number per row.'],
  SPREADSHEET_NUMBER: [
    'A spreadsheet has turned the number into a decimal or shortened it.',
    'Format the column as text in the spreadsheet and save it again.',
  ],
  TOO_SHORT: ['The number has too few digits for its country.', 'Give the whole number with its area code.'],
  TOO_LONG: [
    'The number has too many digits for its country.',
    'If it is from abroad begin with + and its country code; otherwise take the extra digits away.',
  ],
  IMPOSSIBLE_LENGTH: [
    'No number of its country has this many digits.',
    'Compare it with the original; if it is from abroad begin with + and its country code.',
  ],
  UNKNOWN_COUNTRY_CODE: [
    "The number doesn't begin with a known country code.",
    'Begin with + and the country code, without 00 or 011 behind the plus.',
  ],
  EMERGENCY_NUMBER: [
    'This is an emergency number.',
    "Emergency numbers can't be listed; calls to them are always allowed.",
  ],
  CRISIS_NUMBER: [
    'This is the number of a crisis line.',
    "Crisis lines can't be listed; calls to them are always allowed.",
  ],
  WITHHELD: [
    'This is how phones show a caller without a number.',
    "Callers who withhold their number can't be listed; list a number or a sender's name.",
  ],
  UNSTORABLE: ['The sender is longer than any phone system sends.', 'Report this message: it was cut or garbled.'],
} as const satisfies Record<string, readonly [message: string, remedy: string]>;

/** One frozen object per code: a file with a million bad rows must not build a million of them. */
const problems = new Map<NumberProblemCode, NumberProblem>();
for (const [code, [message, remedy]] of Object.entries(sentences) as [NumberProblemCode, readonly [string, string]][]) {
  problems.set(code, Object.freeze({ code, message, remedy }));
}

/** The problem with this code. */
export function numberProblem(code: NumberProblemCode): NumberProblem {
  return problems.get(code)!;
}

/** Every problem, in the order of the list above. */
export const numberProblems: readonly NumberProblem[] = [...problems.values()];
