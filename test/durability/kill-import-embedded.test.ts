import { expect, inject, test } from 'vitest';
import { embeddedFolder } from '../support/embedded-folder.ts';
import { importKills } from './import-kills.ts';
import { seed } from './rounds.ts';

/** Once in `npm test`, as often as asked for by `npm run test:durability`. */
const kills = inject('durabilityRounds') ?? 1;

test(
  `exactly once in effect: a server on PGlite is killed ${kills} times while it imports (seed ${seed})`,
  async () => {
    const figures = await importKills({ settings: { DATA_DIR: await embeddedFolder() }, kills, seed, rows: 800 });
    console.log('PGlite, SIGKILL of the server in an import:', JSON.stringify(figures));
    expect(figures.kills).toBe(kills);
  },
  120_000 + kills * 30_000,
);
