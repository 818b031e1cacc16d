import type { FileFormat } from '../spreadsheets/file-format.ts';
import type { AskedContact } from '../verdicts/check-answer.ts';

/** The input of a task of kind SCRUB: nothing here changes while it runs, so that reading again judges the same numbers. */
export interface ScrubInput extends Omit<AskedContact, 'businessNumber'> {
  readonly file: { readonly id: string; readonly name: string };
  readonly format: FileFormat;
  /** For people who wait; null when nothing shows it. */
  readonly estimatedRows: number | null;
  /** Where a row has its phone numbers, counted from 0. */
  readonly phoneColumns: readonly number[];
  /** How numbers without a country code are read: as of the start, whatever becomes of the setting meanwhile. */
  readonly defaultCountry: string;
}

/** What a scrub has to tell besides its counts. */
export interface ScrubResult {
  /** The place in the log that its first rows were judged at, as clients get it. */
  readonly cursor: string;
  /** Some rows were judged while the campaign wasn't known or was archived: by every list. */
  readonly isCampaignUnknown?: true;
}
