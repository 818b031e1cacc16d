import type { Viewer } from '../auth/viewer.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { Cursor, CursorCodec, Seal } from '../changes/cursor.ts';
import type { Database } from '../db/database.ts';
import type { Downloads } from '../domain/files/downloads.ts';
import type { Uploads } from '../domain/files/uploads.ts';
import type { Settings } from '../domain/settings.ts';
import type { TaskProgressFeed } from '../domain/tasks/follow-task.ts';
import type { Verdicts } from '../domain/verdicts/check.ts';
import type { SuppressionIndex } from '../suppression-index/suppression-index.ts';
import type { TaskRunner } from '../tasks/task-runner.ts';
import type { Loaders } from './loaders.ts';

/** What the server is made of, as resolvers see it. Composed in app.ts; the same for every request. */
export interface Services {
  readonly database: Database;
  readonly log: ChangeLog;
  readonly feed: ChangeFeed;
  readonly index: SuppressionIndex;
  readonly verdicts: Verdicts;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly cursors: CursorCodec;
  /** Seals the cursors of pages, which name what a viewer may not see (P2.9). */
  readonly pages: Seal;
  readonly serverSecret: Uint8Array;
  /** To be woken when a task was started, and told when one was cancelled. */
  readonly tasks: Pick<TaskRunner, 'wake' | 'cancelled'>;
  readonly taskProgress: TaskProgressFeed;
  readonly bookmarkMs: number;
  /** How many entries one call changes by filter; beyond it a task does. */
  readonly maxSelected: number;
  /** The environment's settings as of now. */
  settings(environmentId: number): Promise<Settings>;
  /** A list of the environment by its key, as of now. */
  list(environmentId: number, key: string): Promise<{ id: number; key: string; blocks: number } | null>;
  /** The cursor of a position that this server has just answered for. */
  cursorAt(environmentId: number, position: number): Promise<Cursor>;
  /** A key was revoked on this server: its sockets close now, and the other servers hear of it by their poll. */
  revoked(environmentId: number, keyId: number): Promise<void>;
}

/** What every resolver gets. */
export interface Context {
  readonly viewer: Viewer;
  readonly services: Services;
  readonly loaders: Loaders;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}
