import type { Command } from 'commander';
import { noFile } from '../download.ts';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { fetchFile } from '../fetch-file.ts';
import { graphql } from '../gql/index.ts';
import { LONG_PATIENCE_MS } from '../patience.ts';
import { type Session, withSession } from '../session.ts';
import { isStandardOutput } from '../targets.ts';
import { checkOutput, type FileOptions } from './export.ts';

interface FetchOptions extends FileOptions {
  readonly blocked?: boolean;
}

/** For who didn't wait for the task, or lost the connection. */
export function addFetch(tasks: Command): void {
  const command = tasks
    .command('fetch')
    .description(
      'Saves the file of a finished task: an export, the callable rows of a scrub, the invalid rows of an import.',
    )
    .argument('<id>', 'the id of the task')
    .option('-o, --output <file>', 'where to; by default to standard output')
    .option('--blocked', 'of a scrub, the blocked rows')
    .action(withSession(fetchTaskFile));
  withExamples(command, 'quietline tasks fetch VGFzazoxMg== -o invalid.csv');
}

const FILES = graphql(`
  query CommandFiles($id: ID!) {
    task(id: $id) {
      import {
        rowProblemsFile {
          url
          size
        }
      }
      export {
        file {
          url
          size
        }
      }
      scrub {
        callableFile {
          url
          size
        }
        blockedFile {
          url
          size
        }
      }
    }
  }
`);

async function fetchTaskFile(session: Session, id: string, options: FetchOptions): Promise<ExitCode> {
  const { api, output } = session;
  await checkOutput(session, options);
  const find = async () => {
    const { task } = await api.ask(FILES, { id }, LONG_PATIENCE_MS);
    const ofScrub = options.blocked ? task?.scrub?.blockedFile : task?.scrub?.callableFile;
    return task?.import?.rowProblemsFile ?? task?.export?.file ?? ofScrub;
  };
  // Before a file of ours is touched.
  if (!(await find())) throw noFile(id);
  await fetchFile(session, id, options.output, find);
  if (options.output !== undefined && !isStandardOutput(options.output)) {
    await output.tell({ type: 'result', task: id, file: options.output, exitCode: EXIT.done }, options.output);
  }
  return EXIT.done;
}
