import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { graphql } from '../gql/index.ts';
import { type ChangeOptions, changeInput, changeOptions } from '../options.ts';
import { LONG_PATIENCE_MS } from '../patience.ts';
import { type Session, withSession } from '../session.ts';
import { followTask } from '../task.ts';

interface UndoOptions extends ChangeOptions {
  readonly reason: string;
}

export function addUndo(program: Command): void {
  const command = program
    .command('undo')
    .description('Takes an import back: lifts what it alone has listed, and tells what stays and why.')
    .argument('<import>', 'the id of the import, as `import` and `tasks` print it')
    .requiredOption('--reason <text>', 'why')
    .action(withSession(undo));
  for (const option of changeOptions()) command.addOption(option);
  withExamples(command, 'quietline undo VGFzazoxMg== --reason "Wrong file"');
}

const UNDO = graphql(`
  mutation CommandUndo($input: UndoImportInput!) {
    undoImport(input: $input) {
      notice
      task {
        id
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const UNDO_REPORT = graphql(`
  query CommandUndoReport($id: ID!) {
    task(id: $id) {
      undo {
        liftedCount
        keptClaimedCount
        keptEditedCount
        keptPermanentCount
        keptOptedOutCount
      }
    }
  }
`);

async function undo(session: Session, id: string, options: UndoOptions): Promise<ExitCode> {
  const { api, output } = session;
  const input = { import: id, reason: options.reason, ...changeInput(options) };
  const task = (await api.change(UNDO, 'undoImport', { input })).task!;
  await followTask(session, task.id);
  const report = (await api.ask(UNDO_REPORT, { id: task.id }, LONG_PATIENCE_MS)).task?.undo;
  await output.tell(
    { type: 'result', task: task.id, ...report, exitCode: EXIT.done },
    `${report?.liftedCount}\tlifted`,
    `${report?.keptClaimedCount}\tkept: another import has them too`,
    `${report?.keptEditedCount}\tkept: edited, raised or approved by hand since`,
    `${report?.keptPermanentCount}\tkept: permanent`,
    `${report?.keptOptedOutCount}\tkept: the people opted out themselves`,
  );
  return EXIT.done;
}
