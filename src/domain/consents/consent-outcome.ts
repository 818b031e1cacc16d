import type { CheckAnswer } from '../verdicts/check-answer.ts';
import { sufficesFor } from './consent.ts';
import type { ConsentRow } from './consent-row.ts';

type Recorded = { readonly consent: ConsentRow; readonly verdict: Pick<CheckAnswer, 'reasons'> };

/** Whether the person may not be contacted in spite of the consent: their opt-out, or another entry, outranks it (R4.9). */
export function isOutranked({ consent, verdict }: Recorded): boolean {
  return consent.endedBy === 'OPT_OUT' || verdict.reasons.some(({ code }) => code === 'LISTED');
}

/** What a recorded consent is good for, for people. */
export function consentSentence({ consent, verdict }: Recorded): string {
  if (consent.endedBy === 'OPT_OUT')
    return `This consent is kept and not in effect: the person opted out of texts on ${dayOf(consent.endedAt!)}, after they had given it, and an opt-out outranks any consent.`;
  if (consent.endedAt) return `This consent ended on ${dayOf(consent.endedAt)}.`;
  if (verdict.reasons.some(({ code }) => code === 'LISTED'))
    return 'This consent is recorded and unblocks nothing: the number is on a list that blocks this channel, and an opt-out outranks any consent. See the verdict.';
  if (consent.channel === 'CALL') return 'This consent to calls is recorded.';
  const types = sufficesFor(consent.level, consent.purpose).map((type) => type.toLowerCase());
  const missing = consent.purpose === 'PROMOTIONAL' && consent.level !== 'EXPRESS_WRITTEN';
  return `This consent suffices for ${types.join(', ')} texts.${missing ? ' Promotional texts need express written consent.' : ''}`;
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
