/** HARD always blocks; SOFT (only PENDING entries from staff, API or import) blocks while `enforcePending` is on (R1.5). */
export type Enforced = 'HARD' | 'SOFT';

/** One list on which a number has an active entry. */
export interface ListFact {
  readonly listId: number;
  readonly enforced: Enforced;
}

/** The log or a snapshot held facts that this release can't read: the index must be rebuilt, not patched. */
export class InvalidFactsError extends Error {
  readonly code = 'INVALID_FACTS';
  constructor(facts: string) {
    super(`Not a facts string: ${JSON.stringify(facts.slice(0, 80))}`);
    this.name = 'InvalidFactsError';
  }
}

const FACT = /^([1-9][0-9]{0,9})([hs])$/;

/**
 * Reads `change.facts`: list ids ascending, each with `h` (hard) or `s` (soft), blank-separated: `1h 2s`; '' is none.
 * Strict, because two spellings of one state would be interned twice and compared as different.
 * @throws InvalidFactsError
 */
export function parseFacts(facts: string): readonly ListFact[] {
  if (facts === '') return [];
  let last = 0;
  return facts.split(' ').map((part) => {
    const match = FACT.exec(part);
    const listId = Number(match?.[1]);
    if (match === null || listId <= last) throw new InvalidFactsError(facts);
    last = listId;
    return { listId, enforced: match[2] === 'h' ? 'HARD' : 'SOFT' };
  });
}

/**
 * Writes facts in their one spelling, whatever order they come in.
 * @throws InvalidFactsError when a list appears twice or an id isn't a positive integer of at most ten digits
 */
export function formatFacts(facts: readonly ListFact[]): string {
  const sorted = [...facts].sort((a, b) => a.listId - b.listId);
  const text = sorted.map((fact) => `${fact.listId}${fact.enforced === 'HARD' ? 'h' : 's'}`).join(' ');
  parseFacts(text);
  return text;
}
