import type { CountryCode } from 'libphonenumber-js/max';
import type { Channel } from '../../suppression-index/block-mask.ts';
import { parseListable } from '../numbers/listed-number.ts';
import type { ConfigInput } from '../record-once.ts';
import { storable, tooLong } from '../text-limits.ts';
import { problem, type UserProblem, UserProblemError } from '../user-problem.ts';
import type { ConsentLevel, ConsentMethod, MessageType } from './consent.ts';
import { type GivenMethod, isRefused, refusedMethods } from './refused-methods.ts';

export interface RecordConsentInput extends ConfigInput {
  readonly phone: string;
  readonly channel: Channel;
  readonly level: ConsentLevel;
  readonly purpose: MessageType;
  readonly method: GivenMethod;
  readonly evidence?: string | null;
  readonly businessNumber?: string | null;
  readonly givenAt?: Date | null;
}

/** A consent as it will be stored. */
export interface ReadConsent {
  readonly phone: string;
  readonly channel: Channel;
  readonly level: ConsentLevel;
  readonly purpose: MessageType;
  readonly method: ConsentMethod;
  readonly evidence: string | null;
  readonly businessNumber: string | null;
  readonly givenAt: Date | null;
}

/**
 * Reads a consent, or says everything that is wrong with it at once.
 * @throws UserProblemError
 */
export function readConsent(input: RecordConsentInput, defaultCountry: string): ReadConsent {
  const { channel, level, purpose, method } = input;
  const phone = readPhone(input.phone, defaultCountry);
  const businessNumber = readBusinessNumber(input.businessNumber, defaultCountry);
  const evidence = storable(input.evidence);
  const problems = [
    typeof phone === 'string' ? null : phone,
    typeof businessNumber === 'object' ? businessNumber : null,
    tooLong('evidence', evidence, 'input.evidence'),
    isRefused(method) ? problem('REFUSED', 'input.method', refusedMethods[method]) : combination(input, evidence),
  ].filter((found) => found !== null);
  if (problems.length > 0) throw new UserProblemError(...problems);
  return {
    phone: phone as string,
    channel,
    level,
    purpose,
    method: method as ConsentMethod,
    evidence,
    businessNumber: businessNumber as string | null,
    givenAt: input.givenAt ?? null,
  };
}

/** What the parts of a consent must be to each other: the first rule that they break. */
function combination(input: RecordConsentInput, evidence: string | null): UserProblem | null {
  const { level, method, purpose, channel } = input;
  if (level === 'IMPLIED') {
    if (method !== 'INBOUND_TEXT' || purpose !== 'CONVERSATIONAL' || channel !== 'SMS')
      return refuse(
        'level',
        'Implied consent comes from a text that the person sent first, and covers that conversation alone: channel SMS, method INBOUND_TEXT, purpose CONVERSATIONAL. What they agreed to otherwise is EXPRESS.',
      );
    if (!storable(input.businessNumber))
      return problem(
        'REQUIRED',
        'input.businessNumber',
        'Implied consent covers one conversation: name the number of yours that the person wrote to.',
      );
    return null;
  }
  if (level === 'EXPRESS_WRITTEN' && method !== 'WEB_FORM' && method !== 'PAPER_FORM')
    return refuse(
      'level',
      'Express written consent is given on a form that the person filled in: WEB_FORM or PAPER_FORM. What was said on a call, or a text such as START, is EXPRESS at most.',
    );
  if (level === 'EXPRESS_WRITTEN' && evidence === null)
    return problem(
      'REQUIRED',
      'input.evidence',
      'Express written consent needs its evidence: which form, where, and what it said; a link to a copy is best.',
    );
  if (method === 'VERBAL' && evidence === null)
    return problem(
      'REQUIRED',
      'input.evidence',
      'A verbal consent must be documented: who asked, on which call, and what was agreed to; a link to the recording is best.',
    );
  if (method === 'INBOUND_TEXT' && evidence === null)
    return problem('REQUIRED', 'input.evidence', 'A consent by text needs that text: give what the person wrote.');
  return null;
}

function refuse(field: string, message: string): UserProblem {
  return problem('REFUSED', `input.${field}`, message);
}

/** A consent is to contact somebody, so it needs a number that can be contacted: nothing is kept as received. */
function readPhone(raw: string, defaultCountry: string): string | UserProblem {
  const options = { defaultCountry: defaultCountry as CountryCode, acceptsSenders: false, keepAsReceived: false };
  const listable = parseListable(raw, options);
  if (listable.ok) return listable.key;
  const { code, message, remedy } = listable.problem;
  if (code === 'EMERGENCY_NUMBER' || code === 'CRISIS_NUMBER')
    return problem('INVALID_VALUE', 'input.phone', `${message} It takes no consent.`);
  return problem('INVALID_VALUE', 'input.phone', `${message} ${remedy}`);
}

/** The number of the business, as messages name it: E.164, a short code or a sender's name. */
export function readBusinessNumber(
  raw: string | null | undefined,
  defaultCountry: string,
): string | null | UserProblem {
  const text = storable(raw);
  if (text === null) return null;
  const options = { defaultCountry: defaultCountry as CountryCode, acceptsSenders: true, keepAsReceived: false };
  const listable = parseListable(text, options);
  if (listable.ok) return listable.key;
  return problem(
    'INVALID_VALUE',
    'input.businessNumber',
    'The business number could not be read: write it as +14155550123, or as a short code.',
  );
}
