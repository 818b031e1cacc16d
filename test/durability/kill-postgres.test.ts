import { expect, test } from 'vitest';
import { onceEnded } from '../support/leftovers.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { killStory } from './kill-story.ts';
import { rounds, seed, storyTimeout } from './rounds.ts';

test(
  `invariants 1, 2, 3, 5: a server on PostgreSQL is killed ${rounds} times while numbers come in (seed ${seed})`,
  async () => {
    const { url, drop } = await createTestDatabase();
    onceEnded('a test database', drop);
    const figures = await killStory({ settings: { DATABASE_URL: url }, rounds, seed });
    console.log('PostgreSQL, SIGKILL of the server:', JSON.stringify(figures));
    expect(figures.resumes).toBe(rounds);
    expect(figures.acknowledgedCalls).toBeGreaterThan(rounds);
  },
  storyTimeout,
);
