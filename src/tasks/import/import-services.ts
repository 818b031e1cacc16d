import type { ChangeLog } from '../../changes/change-log.ts';
import type { Database } from '../../db/database.ts';

/** What imports and their undoing are done with. */
export interface ImportServices {
  readonly database: Database;
  readonly log: ChangeLog;
  /** Numbers of one batch; by default half a change set (P1.4), so that checks and single adds wait less beside it, and somewhat fewer where all share one connection (P3.1). */
  readonly batchRows?: number;
}

const BATCH_ROWS = { postgres: 500, pglite: 400 } as const;

export function batchRowsOf({ database, batchRows }: ImportServices): number {
  return batchRows ?? BATCH_ROWS[database.kind];
}
