import { EXIT, type ExitCode } from './exit-codes.ts';
import { graphql } from './gql/index.ts';
import { LONG_PATIENCE_MS } from './patience.ts';
import type { Session } from './session.ts';
import { followTask } from './task.ts';

const BULK_REPORT = graphql(`
  query CommandBulkReport($id: ID!) {
    task(id: $id) {
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

/** A bulk change that was too large for one call. */
export async function followBulkTask(session: Session, id: string): Promise<ExitCode> {
  const { api, output } = session;
  await followTask(session, id);
  const report = (await api.ask(BULK_REPORT, { id }, LONG_PATIENCE_MS)).task?.bulk;
  const exitCode = report && report.refusedCount + report.changedMeanwhileCount > 0 ? EXIT.partly : EXIT.done;
  await output.tell(
    { type: 'result', task: id, ...report, exitCode },
    `${report?.matchedCount}\tentries fitted`,
    `${report?.changedCount}\tchanged`,
    `${report?.unchangedCount}\twere so already`,
    `${report?.refusedCount}\trefused by the rules`,
    `${report?.changedMeanwhileCount}\tchanged by somebody else meanwhile, and left alone`,
  );
  return exitCode;
}
