import type { Viewer } from '../auth/viewer.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { Cursor, CursorCodec, Seal } from '../changes/cursor.ts';
import type { Database } from '../db/database.ts';
import type { Attempts } from '../domain/attempts/attempts.ts';
import type { AttemptFeed } from '../domain/attempts/follow-attempts.ts';
import type { Downloads } from '../domain/files/downloads.ts';
import type { Uploads } from '../domain/files/uploads.ts';
import type { Grants } from '../domain/messages/grants.ts';
import type { MessageServices } from '../domain/messages/receive-message.ts';
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
  /** Keeps what the gate has answered. */
  readonly attempts: Attempts;
  readonly attemptFeed: AttemptFeed;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly cursors: CursorCodec;
  /** Seals the cursors of pages, which name what a viewer may not see (P2.9). */
  readonly pages: Seal;
  readonly serverSecret: Uint8Array;
  /** Leave to send the confirmation of an opt-out (R4.5). */
  readonly grants: Grants;
  /** What it takes to take an inbound message, at whatever door. */
  readonly messages: MessageServices;
  /** Seals the secrets of webhook endpoints; where carriers reach this server. */
  readonly webhooks: { readonly seal: Seal; readonly publicUrl: string | undefined };
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
