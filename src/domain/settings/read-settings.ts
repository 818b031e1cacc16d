import { readIvrKeys, readPhrases } from '../campaigns/opt-out-input.ts';
import { readCountry } from '../country.ts';
import { readOptionalName } from '../name-text.ts';
import { consentEnforcements, type Settings } from '../settings.ts';
import { storable } from '../text-limits.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { readAddedKeywords, readRemovedKeywords } from './read-keywords.ts';

/** What is absent or null stays as it is. */
export type SettingsInput = { readonly [Name in keyof Settings]?: Settings[Name] | null };

/** Two texts of a carrier; more is cut or costs what nobody expects. */
const MAX_HELP_TEXT = 320;

type Readers = { readonly [Name in keyof Settings]: (value: Settings[Name], path: string) => Settings[Name] };

/** How each setting is read. A problem points at the setting, or at one of its items. */
const readers: Readers = {
  businessName: readOptionalName,
  defaultCountry: readCountry,
  enforcePending: readSwitch,
  stopBlocksCalls: readSwitch,
  helpText: readHelpText,
  optOutKeywords: readAddedKeywords,
  removedOptOutKeywords: readRemovedKeywords,
  optOutPhrases: readPhrases,
  optOutDetection: readSwitch,
  ivrOptOutKeys: readIvrKeys,
  consentEnforcement(value, path) {
    if (consentEnforcements.includes(value)) return value;
    throw invalid(path, `consentEnforcement is one of ${consentEnforcements.join(', ')}.`);
  },
};

/**
 * The settings that an input gives, as they are to be kept.
 * @throws UserProblemError
 */
export function readSettings(input: SettingsInput): Partial<Settings> {
  const names = (Object.keys(readers) as (keyof Settings)[]).filter((name) => (input[name] ?? null) !== null);
  return Object.fromEntries(names.map((name) => [name, read(name, input[name] as never)]));
}

function read<Name extends keyof Settings>(name: Name, value: Settings[Name]): Settings[Name] {
  return readers[name](value, `input.${name}`);
}

function readSwitch(value: boolean, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(path, `${path.replace('input.', '')} is true or false.`);
}

function readHelpText(value: string, path: string): string {
  const text = storable(value) ?? '';
  if (text.length > MAX_HELP_TEXT)
    throw new UserProblemError(
      problem(
        'TOO_LONG',
        path,
        `This text has ${text.length} characters and may have ${MAX_HELP_TEXT}, about two messages: shorten it.`,
      ),
    );
  if (/[^\P{Cc}\n]/u.test(text)) throw invalid(path, 'A text has no tabs or other control characters: take them out.');
  return text;
}

function invalid(path: string, message: string): UserProblemError {
  return new UserProblemError(problem('INVALID_VALUE', path, message));
}
