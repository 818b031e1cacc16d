import { randomInt } from 'node:crypto';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of `npm run test:durability`; otherwise a few. */
    durabilityRounds?: number;
    /** Repeats a run as far as chance in processes allows. */
    durabilitySeed?: number;
  }
}

/** How often to kill: a few times in `npm test`, as often as asked for by `npm run test:durability`. */
export const rounds = inject('durabilityRounds') ?? 2;
/** Generous: a restart may take seconds on a busy machine. */
export const storyTimeout = 60_000 + rounds * 15_000;
export const seed = inject('durabilitySeed') ?? randomInt(2 ** 31);
