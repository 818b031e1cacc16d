import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { EntryStatus } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { type ChangeOptions, changeInput, changeOptions, oneOf } from '../options.ts';
import { type Session, withSession } from '../session.ts';

interface AddOptions extends ChangeOptions {
  readonly list: string;
  readonly reason?: string;
  readonly evidence?: string;
  readonly expiresAt?: string;
  readonly requestedAt?: string;
  readonly reference?: string;
  readonly status: EntryStatus;
}

export function addAdd(program: Command): void {
  const command = program
    .command('add')
    .description('Lists numbers at once. Adding again never weakens. For many numbers use `import`.')
    .argument('<number...>', 'numbers as people write them')
    .requiredOption('--list <key>', 'the list, such as DNC')
    .option('--reason <text>', 'why')
    .option('--evidence <text>', 'proof of the request, as text or a link')
    .option('--expires-at <date>', 'when it ends, such as 2027-01-31')
    .option('--requested-at <date>', 'when the person asked; by default now')
    .option('--reference <id>', 'your own id for it')
    .addOption(
      oneOf('--status <status>', 'permanent can never be undone', ['PENDING', 'APPROVED', 'PERMANENT']).default(
        'APPROVED',
        'approved',
      ),
    )
    .action(withSession(add));
  for (const option of changeOptions()) command.addOption(option);
  withExamples(command, 'quietline add "(415) 123-4567" --list DNC --reason "Requested removal via email"');
}

const ADD = graphql(`
  mutation CommandAdd($input: AddEntriesInput!) {
    addEntries(input: $input) {
      addedCount
      raisedCount
      alreadyListedCount
      duplicateCount
      invalidCount
      cursor
      notice
      results {
        index
        outcome
        problem {
          code
          message
          remedy
        }
        warnings {
          code
          message
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`);

async function add({ api, output }: Session, numbers: string[], options: AddOptions): Promise<ExitCode> {
  const { list, reason, status, evidence, expiresAt, requestedAt, reference } = options;
  const entries = numbers.map((phone) => ({ phone, evidence, expiresAt, requestedAt, externalReference: reference }));
  const input = { list, reason, status, entries, ...changeInput(options) };
  const payload = await api.change(ADD, 'addEntries', { input });
  for (const { index, outcome, problem, warnings } of payload.results ?? []) {
    const number = numbers[index];
    const faults = [
      ...(problem ? [`${problem.message} ${problem.remedy}`] : []),
      ...warnings.map(({ message }) => message),
    ];
    await output.tell(
      { type: 'row', index, number, outcome, problem, warnings },
      [outcome, number, ...faults].join('\t'),
    );
  }
  const exitCode = payload.invalidCount > 0 ? EXIT.partly : EXIT.done;
  const { addedCount, raisedCount, alreadyListedCount, duplicateCount, invalidCount, cursor } = payload;
  const counts = { addedCount, raisedCount, alreadyListedCount, duplicateCount, invalidCount };
  await output.tell({ type: 'result', list, ...counts, cursor, exitCode });
  return exitCode;
}
