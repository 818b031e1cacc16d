import { startVitest } from 'vitest/node';

/**
 * `npm run test:durability -- [rounds] [seed]`: the stories of this folder that kill servers, as long as one likes
 * (10 rounds by default). `npm test` tells their short versions.
 */
const [rounds = '10', seed] = process.argv.slice(2);
if (!/^[1-9]\d{0,4}$/.test(rounds) || (seed !== undefined && !/^\d{1,10}$/.test(seed))) {
  process.stderr.write('usage: npm run test:durability -- [rounds, 1 to 99999] [seed]\n');
  process.exit(64);
}
const vitest = await startVitest('test', ['test/durability/kill-', 'test/durability/crash-'], {
  config: 'test/vitest.config.ts',
  reporters: ['default'],
  watch: false,
  provide: { durabilityRounds: Number(rounds), ...(seed === undefined ? {} : { durabilitySeed: Number(seed) }) },
});
await vitest.close();
