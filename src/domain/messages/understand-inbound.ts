import type { CampaignRow } from '../../suppression-index/campaign-row.ts';
import type { Settings } from '../settings.ts';
import type { InboundMessage } from './carriers/inbound-message.ts';
import { Keywords } from './keywords.ts';
import { type MessageUnderstanding, understandMessage } from './understand-message.ts';

export type MessageSettings = Pick<Settings, 'optOutKeywords' | 'removedOptOutKeywords' | 'optOutPhrases'>;

/** How a text is understood in an environment: with its own keywords, its phrases and those of the campaign (R4.2). */
export function understandIn(
  settings: MessageSettings,
  campaign: Pick<CampaignRow, 'phrases'> | null,
  text: string,
): MessageUnderstanding {
  const phrases = [...settings.optOutPhrases, ...(campaign?.phrases ?? [])];
  return understandMessage(text, { keywords: keywordsOf(settings), phrases });
}

/** Settings are one object until they are changed: their keywords are read once. */
const known = new WeakMap<MessageSettings, Keywords>();

function keywordsOf(settings: MessageSettings): Keywords {
  const keywords =
    known.get(settings) ?? new Keywords({ added: settings.optOutKeywords, removed: settings.removedOptOutKeywords });
  known.set(settings, keywords);
  return keywords;
}

/**
 * The carrier has keywords of its own: what it took for an opt-out is one, although we read the text otherwise. Its word
 * for an opt-in lifts nothing: that takes the contact's own START (R4.3).
 */
export function withCarriersWord(
  understood: MessageUnderstanding,
  optOutType: InboundMessage['optOutType'],
): MessageUnderstanding {
  const isCertain = understood.meaning === 'OPT_OUT' && understood.certainty === 'HIGH';
  if (optOutType === 'STOP' && !isCertain) return { ...understood, ...carriersWord, meaning: 'OPT_OUT' };
  if (optOutType === 'HELP' && understood.meaning === 'NONE')
    return { ...understood, ...carriersWord, meaning: 'HELP' };
  return understood;
}

const carriersWord = { via: 'KEYWORD', certainty: 'HIGH', rule: "the carrier's keyword", decidedBy: [] } as const;

/** YES acts only for a number that has opted out by text; said by another it is a message like any (R4.3). */
export function isYes({ meaning, decidedBy }: MessageUnderstanding): boolean {
  return meaning === 'OPT_IN' && decidedBy[0]?.text.normalize('NFKC').toUpperCase() === 'YES';
}
