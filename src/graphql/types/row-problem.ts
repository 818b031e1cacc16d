import type { ImportProblem } from '../../domain/imports/read-import-row.ts';
import { type LineProblem, rowProblemPage } from '../../domain/imports/row-problems.ts';
import { builder } from '../builder.ts';
import { connectionOf, readPage, sealPage } from '../page.ts';
import { ImportReport } from './import-report.ts';

const severities: Record<ImportProblem['severity'], string> = {
  INVALID: 'The row could not be taken.',
  WARNING: 'The row was taken, but not all of it as it stood.',
};

export const RowProblemSeverity = builder.enumType('RowProblemSeverity', {
  description: 'Whether a row of a file was taken.',
  values: Object.fromEntries(
    Object.entries(severities).map(([name, description]) => [name, { description }]),
  ) as Record<ImportProblem['severity'], { description: string }>,
});

export const RowProblem = builder.objectRef<LineProblem>('RowProblem').implement({
  description:
    'What is wrong with a row of a file. Deleted 90 days after the task ended, since it holds what stood in the file; the counts stay.',
  fields: (t) => ({
    line: t.exposeFloat('line', {
      description: 'Where the row begins: the line of the file, or the row of the sheet, from 1.',
    }),
    severity: t.field({
      type: RowProblemSeverity,
      description: 'Whether the row was taken.',
      resolve: ({ severity }) => severity,
    }),
    code: t.exposeString('code', {
      description: 'What is wrong, for programs, such as "TOO_SHORT" or "UNREADABLE_EXPIRY".',
    }),
    message: t.exposeString('message', {
      description: 'What is wrong and what to do, for people. Never holds a phone number.',
    }),
    raw: t.string({
      nullable: true,
      description:
        'The cell that it is about as it stood, at most its first 512 characters. Null without the permission number:see.',
      authScopes: { may: 'number:see' },
      unauthorizedResolver: () => null,
      resolve: ({ raw }) => raw,
    }),
  }),
});

builder.objectField(ImportReport, 'rowProblems', (t) =>
  t.connection(
    {
      type: RowProblem,
      description:
        'What is wrong with rows of the file, in the order of its lines. Pages hold 1 to 100 (20 by default). `rowProblemsFile` has all at once. Both are empty from 90 days after the task ended.',
      args: {
        severity: t.arg({ type: RowProblemSeverity, description: 'Only of this kind.' }),
      },
      complexity: (args) => ({ field: 1, multiplier: Math.ceil((args.first ?? args.last ?? 20) / 10) }),
      resolve: async ({ task }, { severity, ...args }, { services }) => {
        const page = readPage(args, services.pages, `rowProblems ${task.environmentId} ${task.id} ${severity ?? ''}`);
        const rows = await rowProblemPage(services.database.read, task, {
          severity: severity ?? null,
          size: page.size + 1,
          backwards: page.backwards,
          beyond: page.key && { line: Number(page.key.value), n: Number(page.key.id) },
        });
        const more = rows.length > page.size;
        const shown = rows.slice(0, page.size);
        if (page.backwards) shown.reverse();
        return connectionOf(page, shown, more, ({ line, n }) =>
          sealPage(services.pages, page.scope, '', { value: String(line), id: String(n) }),
        );
      },
    },
    { name: 'RowProblemConnection', description: 'A page of row problems.' },
    { name: 'RowProblemEdge', description: 'A row problem and its place in the page.' },
  ),
);
