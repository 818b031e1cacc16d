// Not part of `npm test`. node --expose-gc --import tsx test/suppression-index/number-table.bench.ts [numbers]

import { EnvironmentIndex } from '../../src/suppression-index/environment-index.ts';
import { deriveVerdict } from '../../src/suppression-index/verdict.ts';

const count = Number(process.argv[2] ?? 10_000_000);
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
// An odd multiplier permutes the integers: numbers come in no order.
const phoneOf = (i: number) => `+1${2_000_000_000 + ((Math.imul(i, 0x9e3779b1) >>> 0) % 2_147_483_648)}`;
const heldBytes = () => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const seconds = (work: () => void) => {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
};

for (const reserved of [false, true]) {
  const before = heldBytes();
  const index = new EnvironmentIndex(reserved ? { expectedNumbers: count } : {});
  const kinds = ['1h', '2h', '1h 2h', '3h', '1s'];
  let worst = 0;
  const build = seconds(() => {
    for (let i = 0; i < count; i++) {
      const phone = phoneOf(i);
      const start = performance.now();
      index.put(phone, kinds[i % 5] as string);
      const took = performance.now() - start;
      if (took > worst) worst = took;
    }
  });
  const held = heldBytes() - before;
  console.log({
    reserved,
    size: index.size,
    buildSeconds: build.toFixed(2),
    worstPutMs: worst.toFixed(1),
    measuredBytesPerNumber: (held / count).toFixed(1),
    memoryBytesPerNumber: (index.memoryBytes / count).toFixed(1),
  });
  for (const [name, from] of [
    ['hit', 0],
    ['miss', count],
  ] as const) {
    const phones = Array.from({ length: 1_000_000 }, (_, i) => phoneOf(from + ((i * 7919) % count)));
    let found = 0;
    const masks = Array.from({ length: 5 }, () =>
      seconds(() => {
        for (const phone of phones) if (index.blockMask(phone) !== 0) found++;
      }),
    );
    const numbers = phones.map((e164) => ({ ok: true, e164, emergency: false }) as const);
    const verdicts = Array.from({ length: 5 }, () =>
      seconds(() => {
        for (const number of numbers) {
          const input = {
            number,
            otherKeys: [],
            direction: 'OUTBOUND',
            channel: 'CALL',
            source: index,
            stale: false,
          } as const;
          if (deriveVerdict(input).decision === 'BLOCK') found++;
        }
      }),
    );
    const rate = (times: number[]) => (1 / (times.sort((a, b) => a - b)[2] as number)).toFixed(1);
    console.log({ name, found, blockMaskPerSecondM: rate(masks), verdictsPerSecondM: rate(verdicts) });
  }
}
