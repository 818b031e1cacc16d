import { expect, test } from 'vitest';
import { embeddedFolder } from '../support/embedded-folder.ts';
import { killStory } from './kill-story.ts';
import { rounds, seed, storyTimeout } from './rounds.ts';

test(
  `invariants 1, 2, 3, 5: a server on PGlite is killed ${rounds} times while numbers come in (seed ${seed})`,
  async () => {
    const figures = await killStory({ settings: { DATA_DIR: await embeddedFolder() }, rounds, seed });
    console.log('PGlite, SIGKILL of the server:', JSON.stringify(figures));
    expect(figures.resumes).toBe(rounds);
    expect(figures.acknowledgedCalls).toBeGreaterThan(rounds);
  },
  storyTimeout,
);
