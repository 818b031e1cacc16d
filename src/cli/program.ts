import { Command } from 'commander';
import { addAdd } from './commands/add.ts';
import { addApprove } from './commands/approve.ts';
import { addAudit } from './commands/audit.ts';
import { addCheck } from './commands/check.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addKeys } from './commands/keys.ts';
import { addRemove } from './commands/remove.ts';
import { addScrub } from './commands/scrub.ts';
import { addServe } from './commands/serve.ts';
import { addTasks } from './commands/tasks.ts';
import { addUndo } from './commands/undo.ts';
import { addWatch } from './commands/watch.ts';
import { addConnectionOptions } from './connection.ts';
import { withExamples } from './examples.ts';
import { exitCodeTable } from './exit-codes.ts';

/** The commands for whoever uses a server; the operator's own are `npm run operator`. */
export function createProgram(): Command {
  const program = new Command('quietline')
    .description('Asks Quietline before every call or text, and keeps its lists.')
    .option('--json', 'one JSON object a line on standard output, the last one of type "result" or "error"')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows how to use it)')
    .exitOverride();
  addConnectionOptions(program);
  const lists = [addCheck, addAdd, addRemove, addApprove];
  const files = [addImport, addUndo, addExport, addScrub, addTasks];
  for (const addCommand of [addServe, ...lists, ...files, addWatch, addAudit, addKeys]) addCommand(program);
  withExamples(program, 'QUIETLINE_KEY=ql_live_… quietline check "(415) 123-4567"');
  return program.addHelpText('after', `\n${exitCodeTable()}`);
}
