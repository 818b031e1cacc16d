import { join } from 'node:path';
import { ask, importFile } from './import-run.ts';
import { writeLeadFile } from './lead-file.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const CHECK = 'query ($phone: String!) { check(phone: $phone, channel: CALL) { decision } }';
const ADD = 'mutation ($input: AddEntriesInput!) { addEntries(input: $input) { userErrors { message } } }';

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly n: number;
}

/** Checks and single adds at a fixed pace, with nothing else going on and then beside an import: the same server, one run. */
export async function measureLatencies(
  server: ServerUnderTest,
  { rows, folder, say }: { rows: number; folder: string; say: (what: string, told: string) => void },
): Promise<void> {
  const path = join(folder, 'leads.csv');
  await writeLeadFile(path, { rows });
  await during(server, 3_000);
  const alone = await during(server, 20_000);
  let isOver = false;
  const importing = importFile(server, server.keys.production, path).finally(() => {
    isOver = true;
  });
  const beside = await during(server, Number.POSITIVE_INFINITY, () => isOver);
  await importing;
  for (const what of ['check', 'add'] as const) {
    const [a, b] = [alone[what], beside[what]];
    say(`${what}: alone`, `p50 ${a.p50.toFixed(1)} ms, p99 ${a.p99.toFixed(1)} ms (${a.n})`);
    say(
      `${what}: beside an import of ${rows.toLocaleString('en')}`,
      `p50 ${b.p50.toFixed(1)} ms, p99 ${b.p99.toFixed(1)} ms (${b.n})`,
    );
    say(`${what}: p99 beside / alone`, (b.p99 / a.p99).toFixed(1));
  }
}

/** 100 checks and 20 single adds a second, each at its time whether or not the one before has its answer. */
async function during(server: ServerUnderTest, forMs: number, isOver = () => false) {
  const times = { check: [] as number[], add: [] as number[] };
  const running = new Set<Promise<void>>();
  const run = (what: 'check' | 'add', query: string, variables: object) => {
    const began = performance.now();
    const one = ask(server.url, server.keys.production, query, variables).then(() => {
      times[what].push(performance.now() - began);
      running.delete(one);
    });
    running.add(one);
  };
  const began = performance.now();
  for (let tick = 0; performance.now() - began < forMs && !isOver(); tick++) {
    const phone = `+1415${2_000_000 + Math.floor(Math.random() * 7_999_999)}`;
    run('check', CHECK, { phone });
    if (tick % 5 === 0) run('add', ADD, { input: { list: 'DNT', entries: [{ phone }] } });
    const wait = began + (tick + 1) * 10 - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  await Promise.all(running);
  return { check: percentiles(times.check), add: percentiles(times.add) };
}

function percentiles(times: number[]): Percentiles {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { p50: at(0.5), p99: at(0.99), n: sorted.length };
}
