/** A campaign as the log defines it: the whole of a change of kind CAMPAIGN. */
export interface CampaignRow {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** Whether what contacts say in its calls is searched for a request to stop. */
  readonly optOutDetection: boolean;
  /** Phrases that are taken for a clear request, beside the environment's. */
  readonly phrases: readonly string[];
  /** Keys of its phone menu that mean "don't call me"; null: the environment's. */
  readonly ivrOptOutKeys: readonly string[] | null;
  /** One that is archived counts as unknown. */
  readonly enabled: boolean;
}
