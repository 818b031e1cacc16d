import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import { withExamples } from '../examples.ts';
import type { ExitCode } from '../exit-codes.ts';
import { notIntact } from '../failure.ts';
import type { CommandVerifyQuery, ExportFormat } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import type { Place } from '../log-file.ts';
import { oneOf } from '../options.ts';
import { withProgress } from '../progress.ts';
import { outputOf, type Session, withSession } from '../session.ts';
import { compareWithWitness, tellIntact, verifyFiles } from '../verify-files.ts';
import { checkOutput, type FileOptions, fetchExport } from './export.ts';

interface VerifyOptions {
  /** Noted on an earlier day. */
  readonly witness?: Place;
}

export function addAudit(program: Command): void {
  const audit = program.command('audit').description('The log of every change. ADMIN, COMPLIANCE and AUDITOR may.');
  withExamples(audit, 'quietline audit verify');
  const verify = audit
    .command('verify')
    .description(
      'Shows that the log is what was written: recomputes its hash chain, on the server or here from exported files.',
    )
    .argument('[file...]', 'exported logs in NDJSON, in their order; without one the server verifies its own')
    .option(
      '--witness <position:hash>',
      'also compare the hash at this position with one that you noted earlier: nothing before it was rewritten',
      witnessOf,
    )
    .action(verifyLog);
  withExamples(
    verify,
    'quietline audit verify',
    'quietline audit verify --witness 1200:90f922b68f83da8a3538bfc72979cb8f9270e9e717f27c5a31194fca30488172',
    'quietline audit verify log.ndjson',
  );
  const exporting = audit
    .command('export')
    .description('Writes the log to a file that anybody can verify without the server.')
    .option('-o, --output <file>', 'where to; by default to standard output')
    .option('--after <cursor>', 'only what came after this place in the log, such as the cursor of an earlier export')
    .addOption(
      oneOf('--format <format>', 'CSV is for people and cannot be verified', ['NDJSON', 'CSV']).default(
        'NDJSON',
        'ndjson',
      ),
    )
    .action(withSession(exportLog));
  withExamples(exporting, 'quietline audit export -o log.ndjson');
}

/** Files are verified without a server and without a key. */
async function verifyLog(files: string[], options: VerifyOptions, command: Command): Promise<void> {
  if (files.length === 0) await withSession(verifyOnServer)(options, command);
  else process.exitCode = await verifyFiles(outputOf(command), files, options.witness);
}

const VERIFY = graphql(`
  query CommandVerify($from: LogPosition, $to: LogPosition) {
    verifyAudit(from: $from, to: $to) {
      isIntact
      isAtHead
      verifiedFrom
      verifiedThrough
      positionsChecked
      firstBadPosition
      problem
      nextPosition
      hash
    }
  }
`);

const EXPORT_LOG = graphql(`
  mutation CommandExportLog($input: StartLogExportInput!) {
    startLogExport(input: $input) {
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

interface ExportLogOptions extends FileOptions {
  readonly after?: string;
  readonly format: ExportFormat;
}

async function exportLog(session: Session, options: ExportLogOptions): Promise<ExitCode> {
  await checkOutput(session, options);
  const input = { after: options.after, format: options.format, idempotencyKey: randomUUID() };
  const { task } = await session.api.change(EXPORT_LOG, 'startLogExport', { input });
  return fetchExport(session, task!.id, options);
}

async function verifyOnServer({ api, output }: Session, { witness }: VerifyOptions): Promise<ExitCode> {
  const farewell = () => ({ message: 'Nothing is shown until all of it is verified.' });
  const { changes, end } = await withProgress(output, farewell, async (progress) => {
    let from: number | null = 1;
    let changes = 0;
    let end: Place = { position: 0, hash: '' };
    while (from !== null) {
      // A call that ends at the witness shows the hash there.
      const to: number | null = witness && from <= witness.position ? witness.position : null;
      const verified: CommandVerifyQuery = await api.ask(VERIFY, { from, to });
      const answer = verified.verifyAudit!;
      if (!answer.isIntact)
        throw notIntact(answer.firstBadPosition ?? from, answer.problem ?? 'the chain differs here');
      changes += answer.positionsChecked;
      end = { position: answer.verifiedThrough, hash: answer.hash };
      progress.show({ what: 'Verifying', done: changes, total: answer.isAtHead ? changes : null, unit: 'changes' });
      if (witness && to !== null && answer.nextPosition == null) compareWithWitness(witness, end);
      from = answer.nextPosition ?? (answer.isAtHead ? null : answer.verifiedThrough + 1);
    }
    return { changes, end };
  });
  return tellIntact(output, changes, end);
}

function witnessOf(text: string): Place {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (!position || !hash)
    throw new InvalidArgumentError('It must be a position and 64 hexadecimal digits, such as 1200:90f9….');
  return { position: Number(position), hash: hash.toLowerCase() };
}
