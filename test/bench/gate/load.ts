import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** How one kind of question is asked, as the bench tells its child process. */
export interface LoadPlan {
  readonly url: string;
  readonly key: string;
  /** Asked in turns, each for so long at a time: by name, the query and its variables for a number. */
  readonly kinds: readonly { readonly name: string; readonly query: string; readonly input: boolean }[];
  readonly turns: number;
  readonly turnMs: number;
  readonly concurrency: number;
  /** Numbers that are blocked; of five questions one is about one of them. */
  readonly blocked: readonly string[];
}

/** Milliseconds of every answer, by kind; the first turn of each warms up and isn't counted. */
export type LoadFigures = Readonly<Record<string, number[]>>;

const plan = (await json(process.stdin)) as LoadPlan;
const agent = new Agent({ keepAlive: true, maxSockets: plan.concurrency });
const figures: Record<string, number[]> = Object.fromEntries(plan.kinds.map(({ name }) => [name, []]));
let asked = 0;

for (let turn = 0; turn <= plan.turns; turn += 1) {
  for (const kind of plan.kinds) {
    const end = performance.now() + plan.turnMs;
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: plan.concurrency }, async () => {
        while (performance.now() < end) times.push(await ask(kind));
      }),
    );
    if (turn > 0) figures[kind.name]!.push(...times);
  }
}
process.stdout.write(JSON.stringify(figures));
agent.destroy();

/** One question; how long it took. */
function ask({ query, input }: LoadPlan['kinds'][number]): Promise<number> {
  asked += 1;
  const isBlocked = asked % 5 === 0;
  const phone = isBlocked
    ? plan.blocked[asked % plan.blocked.length]
    : `+1628${String(2_000_000 + ((asked * 7_919) % 7_000_000))}`;
  const variables = input ? { input: { phone, channel: 'CALL', dialingMode: 'DIALER' } } : { phone };
  const body = JSON.stringify({ query, variables });
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      `${plan.url}/graphql`,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${plan.key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => {
          const took = performance.now() - began;
          const isRight = text.includes(isBlocked ? '"BLOCK"' : '"ALLOW"') && !text.includes('"errors"');
          if (isRight) resolve(took);
          else reject(new Error(`not the expected answer: ${text.slice(0, 300)}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
