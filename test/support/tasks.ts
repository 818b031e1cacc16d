import type { Client } from './client.ts';

const PROGRESS = /* GraphQL */ `
  subscription ($task: ID!) {
    taskProgress(task: $task) { state failure { code message } }
  }
`;

interface Ended {
  readonly state: 'DONE' | 'FAILED' | 'CANCELLED';
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** Follows a task until it has ended, however it does. */
export async function untilEnded(by: Client, task: string, options: { within?: number } = {}): Promise<Ended> {
  const progress = by.subscribe(PROGRESS, { task });
  try {
    const messages = await progress.until(({ taskProgress }) => isEnded(taskProgress.state), {
      within: options.within ?? 30_000,
    });
    return messages.at(-1).taskProgress;
  } finally {
    await progress.close();
  }
}

/** Follows a task until it is done; fails when it ends otherwise. */
export async function untilDone(by: Client, task: string, options: { within?: number } = {}): Promise<void> {
  const { state, failure } = await untilEnded(by, task, options);
  if (state !== 'DONE') throw new Error(`The task is ${state}: ${failure?.code} ${failure?.message}`);
}

function isEnded(state: string): boolean {
  return state === 'DONE' || state === 'FAILED' || state === 'CANCELLED';
}
