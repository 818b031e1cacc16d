/** What keeps a rule from holding where its words mean something else: guards.ts has them. */
export type GuardName =
  | 'negated'
  | 'negado'
  | 'asks how'
  | 'about others'
  | 'about oneself'
  | 'you do not'
  | 'undecided'
  | 'by mistake'
  | 'playful'
  | 'only for now'
  | 'call elsewhere';

/** One way to ask to be left alone. */
export interface Rule {
  /** For people: it stands beside the words that decided. */
  readonly name: string;
  /** HIGH acts like STOP; MEDIUM is put up for review, and blocks meanwhile. */
  readonly certainty: 'HIGH' | 'MEDIUM';
  /** In the language of pattern.ts. */
  readonly patterns: readonly string[];
  readonly guards: readonly GuardName[];
  /** Said aloud it answers an offer, for which dialers have dispositions of their own. */
  readonly onlyInTexts?: boolean;
}
