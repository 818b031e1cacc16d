import type { Refusal } from './refusal.ts';

/**
 * How far an import is; null before the file is counted. `after` is the last number (as `keyOf`) whose rows are done, ''
 * before the first: numbers are done in the order of their keys, whatever their order in the file.
 */
export type ImportCheckpoint =
  | { readonly phase: 'ADD'; readonly after: string }
  /** REPLACE only: the additions are done. */
  | { readonly phase: 'WITHDRAW'; readonly after: string }
  /** REPLACE only: the file must not lift what it would (R6.4). Nothing was changed. */
  | ({ readonly phase: 'REFUSED' } & Refusal)
  | { readonly phase: 'DONE' };
