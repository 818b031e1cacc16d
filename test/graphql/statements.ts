import pg from 'pg';
import { vi } from 'vitest';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Every statement that this process sends to PostgreSQL while `work` runs, whoever sends it: Prisma, the pools, the polls. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const sent: Statement[] = [];
  const query = pg.Client.prototype.query;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...given: unknown[]
  ) {
    const [first, second] = given as [string | { text?: string; values?: unknown[] }, unknown];
    if (typeof first === 'string') sent.push({ text: first, values: Array.isArray(second) ? second : [] });
    else if (first.text) sent.push({ text: first.text, values: first.values ?? (Array.isArray(second) ? second : []) });
    return (query as (...all: unknown[]) => unknown).apply(this, given);
  } as typeof query);
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return sent;
}

/** Without the server's own polls and sweeps, which come when they come. */
export function readsOf(statements: readonly Statement[]): Statement[] {
  return statements.filter(
    ({ text }) =>
      /\b(?:entry|list|text_value|actor|entry_count)\b/.test(text) &&
      !/\bchange_set\b|head|expires_at <= now/.test(text),
  );
}
