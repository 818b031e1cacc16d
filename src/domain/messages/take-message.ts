import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import { systemActor, type WriteOutcome } from '../../changes/write-call.ts';
import { OptOutsChangedError, OverloadedError } from '../../changes/write-errors.ts';
import type { Sql } from '../../db/database.ts';
import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import { type CallerInput, onBehalfOf } from '../caller.ts';
import type { Settings } from '../settings.ts';
import type { CheckAnswer } from '../verdicts/check-answer.ts';
import type { InboundMessage } from './carriers/inbound-message.ts';
import { liftingRows, optOutRows, reasonOf } from './listing.ts';
import type { MessageDoor } from './message-door.ts';
import type { ReadMessage } from './read-inbound.ts';
import { isYes, understandIn, withCarriersWord } from './understand-inbound.ts';
import type { MessageUnderstanding } from './understand-message.ts';
import { wordOf } from './word-of.ts';

/** What isn't read out of the message itself. */
export type TakenInput = Pick<InboundMessage, 'optOutType'> & Pick<CallerInput, 'onBehalfOf'>;

export interface TakingServices {
  readonly log: ChangeLog;
  /** Reads from the primary. */
  readonly sql: Sql;
}

/** A message on its way into the log. */
export interface Taking {
  readonly door: MessageDoor;
  readonly input: TakenInput;
  readonly message: ReadMessage;
  readonly settings: Settings;
  readonly campaign: CampaignRow | null;
  ask(): Promise<CheckAnswer>;
}

export interface Taken {
  readonly outcome: Committed<WriteOutcome>;
  readonly understood: MessageUnderstanding;
  readonly inbound: CheckAnswer;
}

/** How often a START reads anew which opt-outs there are, when others came meanwhile. */
const ATTEMPTS = 5;

/** Understands a message and writes what it asks for: one call into the log, whatever it is (R4.1). */
export async function takeMessage(taking: Taking, services: TakingServices): Promise<Taken> {
  const { message, settings, campaign, input, ask } = taking;
  const understood = withCarriersWord(understandIn(settings, campaign, message.body), input.optOutType);
  if (understood.meaning === 'OPT_OUT') {
    // Before SPAM is looked at (R4.7).
    const rows = optOutRows(message, understood, settings);
    const outcome = await write(taking, services, { understood, rows, givesConsent: false });
    return { outcome, understood, inbound: await ask() };
  }
  if (understood.meaning === 'OPT_IN') {
    const outcome = await optIn(taking, services, understood);
    if (outcome) return { outcome, understood, inbound: await ask() };
  }
  // Whom nobody may hear has no conversation with us, and gives no consent to one (R4.7).
  const inbound = await ask();
  const plain = understood.meaning === 'HELP' ? understood : { ...understood, ...plainMessage };
  const givesConsent = inbound.decision === 'ALLOW';
  const outcome = await write(taking, services, { understood: plain, rows: [], givesConsent });
  // A YES that a carrier sends again has lifted what it could the first time.
  return { outcome, understood: outcome.word!.isNew ? plain : understood, inbound };
}

const plainMessage = { meaning: 'NONE', via: null, certainty: null, rule: null, decidedBy: [] } as const;

/** Null for a YES that answers nothing: its sender has no opt-out (R4.3). */
async function optIn(
  taking: Taking,
  services: TakingServices,
  understood: MessageUnderstanding,
): Promise<Committed<WriteOutcome> | null> {
  const { door, message } = taking;
  for (let attempt = 1; ; attempt += 1) {
    const rows = await liftingRows(services.sql, door.environmentId, message.sender.key);
    if (rows.length === 0 && isYes(understood)) return null;
    try {
      return await write(taking, services, { understood, rows, givesConsent: true });
    } catch (error) {
      if (!(error instanceof OptOutsChangedError)) throw error;
      if (attempt === ATTEMPTS) throw new OverloadedError();
    }
  }
}

interface Writing {
  readonly understood: MessageUnderstanding;
  readonly rows: Parameters<ChangeLog['write']>[0]['rows'];
  readonly givesConsent: boolean;
}

function write(
  { door, input, message, campaign }: Taking,
  { log }: TakingServices,
  { understood, rows, givesConsent }: Writing,
): Promise<Committed<WriteOutcome>> {
  const isPlain = understood.meaning === 'NONE';
  return log.write({
    environmentId: door.environmentId,
    actor: systemActor,
    operation: 'receiveMessage',
    authority: 'CONTACT',
    reason: rows.length > 0 ? reasonOf(understood) : null,
    evidence: isPlain ? null : message.body,
    onBehalfOf: onBehalfOf(input),
    rows,
    word: wordOf(door, message, understood, { givesConsent }),
    campaignId: campaign?.id ?? null,
  });
}
