import { problem, type UserProblem } from './user-problem.ts';

/** How long texts may be, in characters; the same at every door. */
export const textLimits = { reason: 1_000, evidence: 10_000, externalReference: 200 } as const;

/** What a database can hold of it: no U+0000, no half characters, no outer blanks; '' counts as absent. */
export function storable(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  return text.toWellFormed().replaceAll('\0', '\ufffd').trim() || null;
}

/** A problem when the text is longer than its field may be, else null. */
export function tooLong(
  field: keyof typeof textLimits,
  text: string | null | undefined,
  path: string,
): UserProblem | null {
  const limit = textLimits[field];
  if (!text || text.length <= limit) return null;
  return problem(
    'TOO_LONG',
    path,
    `This text has ${text.length} characters and may have ${limit}: shorten it, or link to a document.`,
  );
}
