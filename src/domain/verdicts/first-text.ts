import type { Sql } from '../../db/database.ts';
import type { Attempts } from '../attempts/attempts.ts';
import { hasTexted } from '../attempts/has-texted.ts';
import { checkFirstMessage, type FirstMessageCheck } from '../messages/first-message.ts';
import type { CheckAnswer } from './check-answer.ts';
import { within } from './within.ts';

/** A text that is to be sent. */
export interface GivenText {
  readonly text: string;
  /** The attempt that was recorded for it, which is no earlier text. */
  readonly attemptId?: string;
}

/** How long it may take to find out whether a text is the first. */
const FIRST_MS = 2_000;

/**
 * Which disclosures the first text to a number makes (seed 003); null when it isn't the first, or no outbound text to a
 * number. Where that can't be found out it counts as the first: what it lacks is worth knowing all the same.
 */
export async function checkFirstText(
  sql: Sql,
  environmentId: number,
  { number, direction, channel, settings }: Pick<CheckAnswer, 'number' | 'direction' | 'channel' | 'settings'>,
  { text, attemptId }: GivenText,
  attempts: Pick<Attempts, 'written'>,
): Promise<FirstMessageCheck | null> {
  if (direction !== 'OUTBOUND' || channel !== 'SMS' || !number?.ok) return null;
  const { e164 } = number;
  const hasEarlier = async () => {
    // The one that was allowed a moment ago is an earlier text too.
    await attempts.written(environmentId);
    return hasTexted(sql, environmentId, e164, attemptId);
  };
  if (await within(FIRST_MS, hasEarlier())) return null;
  return checkFirstMessage(text, settings);
}
