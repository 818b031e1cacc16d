import type { AuthLog } from '../../src/auth/auth-log.ts';
import { apiKeyViewer, type Viewer } from '../../src/auth/viewer.ts';
import type { Clock } from '../../src/clock.ts';
import type { Sql } from '../../src/db/database.ts';

/** A clock that stands still until told: no test sleeps. */
export function standingClock(start = Date.parse('2026-11-22T12:00:00Z')): Clock & { advance(ms: number): void } {
  let now = start;
  return {
    wall: () => now,
    monotonic: () => 1_000 + now - start,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** Answers each statement with what `answer` returns, and keeps what was asked. */
export function fakeSql(answer: (text: string, values: readonly unknown[]) => object[] | Promise<object[]>) {
  const asked: { text: string; values: readonly unknown[] }[] = [];
  const sql: Sql = {
    async query<R extends object>(text: string, values: readonly unknown[] = []) {
      asked.push({ text, values });
      const rows = (await answer(text, values)) as R[];
      return { rows, rowCount: rows.length };
    },
  };
  return { sql, asked };
}

export function recordingLog(): AuthLog & { readonly lines: { fields: object; message: string }[] } {
  const lines: { fields: object; message: string }[] = [];
  return { lines, warn: (fields, message) => void lines.push({ fields, message }) };
}

export function keyViewer(changes: Partial<Parameters<typeof apiKeyViewer>[0]> = {}): Viewer {
  return apiKeyViewer({
    accountId: 1,
    environmentId: 7,
    environmentKey: 'production',
    authVersion: 0,
    keyId: 12,
    role: 'ADMIN',
    name: 'first key',
    expiresAt: null,
    ...changes,
  });
}

/** A promise that the test settles when the story has come so far. */
export function gate<T = void>(): { readonly passed: Promise<T>; open(value: T): void } {
  let open!: (value: T) => void;
  const passed = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
