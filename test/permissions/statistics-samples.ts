import type { Sample } from './samples.ts';

export const statisticsSamples: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  'Query.statistics': { '': () => ({}) },
  'Query.optOutDeadlines': { '': () => ({ first: 5 }) },
};
