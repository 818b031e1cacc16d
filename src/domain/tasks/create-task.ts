import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog } from '../../changes/change-log.ts';
import type { Authority } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import { onBehalfOf } from '../caller.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import type { TaskKind } from './task-kind.ts';

/** Tasks of one environment that may be unfinished at a time (invariant 10). */
export const MAX_UNFINISHED_TASKS = 100;

/** Work that is to be done by a task. */
export interface NewTask {
  readonly kind: TaskKind;
  /** Whose rights its changes are made with: those of who starts it, as of now (`authorityOf`). */
  readonly authority: Authority;
  /** All that its handler needs; never changes. */
  readonly input: object;
  /** Imports only (R6.4). */
  readonly origin?: string | null;
  /** What else is written with it, once it has its id. */
  readonly inserted?: (sql: Sql, taskId: string) => Promise<void>;
}

export interface StartedTask {
  readonly taskId: string;
  readonly position: number;
  readonly isEnforcedHere: boolean;
  readonly replayed: boolean;
}

/**
 * Starts a task, and only one when the call is sent again (P1.8): the task and the record of the retry are one transaction.
 * `task` checks under the environment's lock what may change until then. Afterwards wake the runner.
 * @throws UserProblemError, IdempotencyMismatchError, UnauthenticatedError
 */
export async function startTask(
  log: ChangeLog,
  viewer: Viewer,
  operation: string,
  input: ConfigInput,
  task: (sql: Sql) => Promise<NewTask>,
): Promise<StartedTask> {
  const { environmentId } = viewer;
  const { result, position, isEnforcedHere, replayed } = await recordOnce<string>(log, viewer, {
    operation,
    input,
    async work(sql, actorId) {
      const behalfOfId = await onBehalfOfId(sql, environmentId, input);
      const started = await task(sql);
      const id = await insertTask(sql, environmentId, actorId, started, behalfOfId);
      await started.inserted?.(sql, id);
      // Starting a task changes no verdict: it is no change of the log (R5.1).
      return { result: id, kept: [{ code: 'ADDED', entryId: id }], changes: [] };
    },
    replay: async (_sql, kept) => kept[0]!.entryId!,
  });
  return { taskId: result, position, isEnforcedHere, replayed };
}

/**
 * Makes a task inside a transaction that holds the environment's row, so that ids rise in the order of commit: the oldest
 * task of an environment is the one with the lowest id.
 * @throws UserProblemError OVERLOADED
 */
export async function insertTask(
  sql: Sql,
  environmentId: number,
  actorId: number,
  { kind, authority, input, origin }: NewTask,
  onBehalfOfId: string | null = null,
): Promise<string> {
  await assertRoom(sql, environmentId);
  const { rows } = await sql.query<{ id: string }>(INSERT, [
    environmentId,
    kind,
    actorId,
    onBehalfOfId,
    authority,
    JSON.stringify(input),
    origin ?? null,
  ]);
  return rows[0]!.id;
}

async function assertRoom(sql: Sql, environmentId: number): Promise<void> {
  const { rows } = await sql.query<{ unfinished: number }>(COUNT_UNFINISHED, [environmentId]);
  if (rows[0]!.unfinished < MAX_UNFINISHED_TASKS) return;
  throw new UserProblemError(
    problem(
      'OVERLOADED',
      'input',
      `${MAX_UNFINISHED_TASKS} tasks of this environment are running or waiting: start this one when some are done, or cancel some (see tasks).`,
    ),
  );
}

/** The text that stands for the person (R1.9): the log has interned it before it opened the transaction. */
async function onBehalfOfId(sql: Sql, environmentId: number, input: ConfigInput): Promise<string | null> {
  const person = onBehalfOf(input);
  if (!person) return null;
  const text = JSON.stringify({ id: person.id, name: person.name ?? null });
  const { rows } = await sql.query<{ id: string }>(FIND_TEXT, [environmentId, text]);
  return rows[0]!.id;
}

const INSERT = `
  INSERT INTO task (environment_id, kind, actor_id, on_behalf_of_id, authority, input, origin, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp()) RETURNING id`;
const COUNT_UNFINISHED = `SELECT count(*)::int AS unfinished FROM task WHERE environment_id = $1 AND state IN ('QUEUED', 'RUNNING')`;
const FIND_TEXT = `SELECT id FROM text_value WHERE environment_id = $1 AND digest = sha256(convert_to($2, 'UTF8'))`;
