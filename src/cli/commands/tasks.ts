import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { refused } from '../failure.ts';
import type { CommandTasksQuery, TaskKind, TaskState } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { oneOf, wholeNumber } from '../options.ts';
import { type Session, withSession } from '../session.ts';
import { followTask } from '../task.ts';
import { addFetch } from './fetch.ts';

interface ListOptions {
  readonly kind?: TaskKind;
  readonly state?: TaskState;
  readonly limit: number;
}

const kinds = [
  'IMPORT',
  'UNDO_IMPORT',
  'ENTRY_EXPORT',
  'LOG_EXPORT',
  'SCRUB',
  'APPROVE',
  'UNAPPROVE',
  'REMOVE',
] as const satisfies readonly TaskKind[];
const states = ['QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'] as const satisfies readonly TaskState[];

const USUAL_LIMIT = 20;
const PAGE_SIZE = 100;

export function addTasks(program: Command): void {
  const tasks = program.command('tasks').description('Long work: imports, exports, scrubs and bulk changes.');
  withExamples(tasks, 'quietline tasks', 'quietline tasks list --state running');
  const list = tasks
    .command('list', { isDefault: true })
    .description('Prints id, kind, state, rows done, start and step of the newest tasks.')
    .addOption(oneOf('--kind <kind>', 'only of this kind', kinds))
    .addOption(oneOf('--state <state>', 'only in this state', states))
    .option('--limit <n>', 'at most so many', wholeNumber(1), USUAL_LIMIT)
    .action(withSession(listTasks));
  withExamples(list, 'quietline tasks list --kind import --limit 5');
  const one = (name: string, description: string) =>
    tasks.command(name).description(description).argument('<id>', 'the id of the task');
  withExamples(
    one('show', 'Shows a task with what it counted and its log lines.').action(withSession(showTask)),
    'quietline tasks show VGFzazoxMg==',
  );
  withExamples(
    one('watch', 'Shows how far a task is until it is done.').action(withSession(watchTask)),
    'quietline tasks watch VGFzazoxMg==',
  );
  withExamples(
    one('cancel', 'Ends a task; what it has done so far stays, and is told.').action(withSession(cancelTask)),
    'quietline tasks cancel VGFzazoxMg==',
  );
  addFetch(tasks);
}

const TASKS = graphql(`
  query CommandTasks($filterBy: TaskFilter, $first: Int, $after: String) {
    tasks(filterBy: $filterBy, first: $first, after: $after) {
      nodes {
        ...CommandTask
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);

async function listTasks({ api, output }: Session, { kind, state, limit }: ListOptions): Promise<ExitCode> {
  const filterBy = { kinds: kind ? [kind] : null, states: state ? [state] : null };
  let after: string | null = null;
  let left = limit;
  while (left > 0) {
    const page: CommandTasksQuery = await api.ask(TASKS, { filterBy, first: Math.min(left, PAGE_SIZE), after });
    const { nodes, pageInfo } = page.tasks!;
    for (const task of nodes) {
      const { id, rowsDone, rowsTotal, createdAt, step } = task;
      const rows = rowsTotal == null ? String(rowsDone) : `${rowsDone}/${rowsTotal}`;
      await output.tell({ type: 'task', ...task }, [id, task.kind, task.state, rows, createdAt, step].join('\t'));
    }
    left -= nodes.length;
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor ?? null;
  }
  await output.tell({ type: 'result', count: limit - left, exitCode: EXIT.done });
  return EXIT.done;
}

const TASK_DETAILS = graphql(`
  query CommandTaskDetails($id: ID!) {
    task(id: $id) {
      ...CommandTask
      startedBy {
        name
        subject
      }
      logLines {
        at
        level
        message
      }
      import {
        fileName
        summary
        rowCount
        addedCount
        raisedCount
        alreadyListedCount
        duplicateCount
        invalidCount
        emptyLineCount
        warningCount
        liftedCount
        keptCount
        newlyBlockedCount
      }
      undo {
        liftedCount
        keptClaimedCount
        keptEditedCount
        keptPermanentCount
        keptOptedOutCount
      }
      export {
        format
        rowCount
      }
      scrub {
        summary
        checkedCount
        callableCount
        blockedCount
        invalidCount
      }
      bulk {
        matchedCount
        changedCount
        unchangedCount
        refusedCount
        changedMeanwhileCount
      }
    }
  }
`);

async function showTask({ api, output }: Session, id: string): Promise<ExitCode> {
  const { task } = await api.ask(TASK_DETAILS, { id });
  if (!task) throw refused('NOT_FOUND', `There is no task ${id} in your environment, or you may not see it.`);
  const {
    logLines,
    startedBy,
    failure,
    import: importReport,
    undo,
    export: exportReport,
    scrub,
    bulk,
    ...facts
  } = task;
  const report = importReport ?? undo ?? exportReport ?? scrub ?? bulk ?? {};
  const texts = [
    ...Object.entries({ ...facts, startedBy: startedBy?.name, ...report })
      .filter(([name, value]) => value != null && name !== '__typename')
      .map(([name, value]) => `${name}\t${String(value)}`),
    ...(failure ? [`failure\t${failure.code}: ${failure.message}`] : []),
    ...logLines.map(({ at, level, message }) => `${at}\t${level}\t${message}`),
  ];
  await output.tell({ type: 'result', ...task, exitCode: EXIT.done }, ...texts);
  return EXIT.done;
}

async function watchTask(session: Session, id: string): Promise<ExitCode> {
  await followTask(session, id);
  return showTask(session, id);
}

const CANCEL = graphql(`
  mutation CommandCancelTask($input: CancelTaskInput!) {
    cancelTask(input: $input) {
      notice
      task {
        ...CommandTask
      }
      userErrors {
        code
        message
      }
    }
  }
`);

async function cancelTask({ api, output }: Session, id: string): Promise<ExitCode> {
  const { task } = await api.change(CANCEL, 'cancelTask', { input: { task: id } });
  await output.tell({ type: 'result', ...task, exitCode: EXIT.done }, `${task?.state}\t${task?.rowsDone} rows done`);
  return EXIT.done;
}
