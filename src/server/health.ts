import type { Log } from '../log.ts';

/** One thing that must hold before this server should get traffic. */
export interface ReadinessCheck {
  readonly name: string;
  /** Null when it holds, else why not, in words that name no tenant. What it throws is logged, not shown. */
  readonly check: () => Promise<string | null> | string | null;
}

export interface HealthReport {
  readonly status: 200 | 503;
  readonly body: { readonly status: 'ready' | 'not ready'; readonly waitingFor?: Readonly<Record<string, string>> };
}

/** A check that hangs, such as one of a dead database, counts as failed after this time. */
const CHECK_TIMEOUT_MS = 2_000;

/** Whether this server is ready (P2.5). Callers at the same time share one round of checks. */
export class Health {
  readonly #checks: readonly ReadinessCheck[];
  readonly #log: Log;
  #round: Promise<HealthReport> | undefined;
  #stopping = false;

  constructor(checks: readonly ReadinessCheck[], log: Log) {
    this.#checks = checks;
    this.#log = log;
  }

  /** From now on not ready, so that a load balancer sends nothing more here. */
  stop(): void {
    this.#stopping = true;
  }

  ready(): Promise<HealthReport> {
    if (this.#stopping) return Promise.resolve(notReady([['server', 'stopping']]));
    this.#round ??= this.#ask().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  async #ask(): Promise<HealthReport> {
    const answers = await Promise.all(this.#checks.map(async (one) => [one.name, await this.#answerOf(one)] as const));
    const failed = answers.filter((answer): answer is readonly [string, string] => answer[1] !== null);
    return failed.length > 0 ? notReady(failed) : { status: 200, body: { status: 'ready' } };
  }

  async #answerOf({ name, check }: ReadinessCheck): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, CHECK_TIMEOUT_MS, `no answer within ${CHECK_TIMEOUT_MS} ms`);
    });
    try {
      return await Promise.race([check(), late]);
    } catch (error) {
      this.#log.warn({ err: error, check: name }, 'readiness check failed');
      return 'failed; the log has the reason';
    } finally {
      clearTimeout(timer);
    }
  }
}

function notReady(waitingFor: readonly (readonly [string, string])[]): HealthReport {
  return { status: 503, body: { status: 'not ready', waitingFor: Object.fromEntries(waitingFor) } };
}
