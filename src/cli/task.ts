import { EXIT } from './exit-codes.ts';
import { CommandFailure, refused } from './failure.ts';
import { follow } from './follow.ts';
import type { CommandTaskFragment } from './gql/graphql.ts';
import { graphql } from './gql/index.ts';
import { LONG_PATIENCE_MS } from './patience.ts';
import { type Progress, type Step, withProgress } from './progress.ts';
import type { Session } from './session.ts';

/** What every document here says of a task. */
graphql(`
  fragment CommandTask on Task {
    id
    kind
    state
    step
    rowsDone
    rowsTotal
    rowsPerSecond
    estimatedEndAt
    createdAt
    startedAt
    finishedAt
    failure {
      code
      message
    }
  }
`);

const TASK_PROGRESS = graphql(`
  subscription CommandTaskProgress($task: ID!) {
    taskProgress(task: $task) {
      ...CommandTask
    }
  }
`);

const TASK_NOW = graphql(`
  query CommandTaskNow($id: ID!) {
    task(id: $id) {
      ...CommandTask
    }
  }
`);

export async function findTask({ api }: Session, id: string, patienceMs?: number): Promise<CommandTaskFragment> {
  const { task } = await api.ask(TASK_NOW, { id }, patienceMs);
  if (!task) throw refused('NOT_FOUND', `There is no task ${id} in your environment, or you may not see it.`);
  return task;
}

/**
 * Shows how far a task is until it is done, across lost connections and restarts of the server. The task itself needs
 * nobody who waits.
 * @throws CommandFailure when it failed, was cancelled, or is nobody's
 */
export async function followTask(session: Session, id: string): Promise<void> {
  const { output } = session;
  const goesOn = `Task ${id} goes on without you. See it with \`quietline tasks watch ${id}\`, end it with \`quietline tasks cancel ${id}\`.`;
  try {
    await withProgress(
      output,
      () => ({ message: goesOn, facts: { task: id } }),
      (progress) => untilOver(session, id, progress),
    );
  } catch (error) {
    if ((error as Partial<CommandFailure>).exitCode === EXIT.unreachable) output.note(goesOn);
    throw error;
  }
}

async function untilOver(session: Session, id: string, progress: Progress): Promise<void> {
  const options = { patienceMs: LONG_PATIENCE_MS, isPatientAtOnce: true };
  let task = await findTask(session, id, LONG_PATIENCE_MS);
  progress.show(stepOf(task));
  while (!isOver(task)) {
    for await (const { taskProgress } of follow(session, TASK_PROGRESS, () => ({ task: id }), options)) {
      if (taskProgress) progress.show(stepOf(taskProgress));
    }
    // The last word is the task's own, whatever ended the subscription.
    task = await findTask(session, id, LONG_PATIENCE_MS);
  }
  progress.stop();
  refuseUnlessDone(task);
}

function isOver({ state }: CommandTaskFragment): boolean {
  return state !== 'QUEUED' && state !== 'RUNNING';
}

function refuseUnlessDone({ id, state, failure }: CommandTaskFragment): void {
  if (state === 'FAILED')
    throw refused(failure?.code ?? 'FAILED', `Task ${id} failed: ${failure?.message ?? 'see its log.'}`);
  if (state === 'CANCELLED') {
    throw new CommandFailure(
      EXIT.stopped,
      'CANCELLED',
      `Task ${id} was cancelled. \`quietline tasks show ${id}\` tells how far it had come.`,
    );
  }
}

function stepOf({
  id,
  kind,
  state,
  step,
  rowsDone,
  rowsTotal,
  rowsPerSecond,
  estimatedEndAt,
}: CommandTaskFragment): Step {
  return {
    what: state === 'QUEUED' ? 'Waiting for its turn' : state === 'DONE' ? 'Done' : step || 'Starting',
    done: rowsDone,
    total: rowsTotal ?? null,
    unit: 'rows',
    rate: rowsPerSecond ?? null,
    estimatedEndAt: estimatedEndAt ?? null,
    facts: { task: id, kind, state },
  };
}
