import { expect, test } from 'vitest';
import { RowProblemCleaner } from '../../src/domain/forget-row-problems.ts';
import { insertRowProblems } from '../../src/domain/imports/row-problems.ts';
import { insertTask } from '../../src/domain/tasks/create-task.ts';
import { installation, newAccount } from '../accounts/installation.ts';
import { quiet } from '../db/support-log.ts';

test('row problems are deleted 90 days after their task ended, however many there are', async () => {
  const here = await installation();
  const { database, log } = here;
  const { environmentId } = (await newAccount(here)).admin;
  const actorId = await log.actorId(environmentId, { type: 'SYSTEM', subject: 'tests', name: 'Tests' });
  const importWith = async (problems: number, endedDaysAgo: number | null): Promise<string> => {
    const id = await insertTask(database.write, environmentId, actorId, {
      kind: 'IMPORT',
      authority: 'STAFF',
      input: {},
    });
    await database.write.query(
      `UPDATE task SET finished_at = clock_timestamp() - $2::int * interval '1 day' WHERE id = $1`,
      [id, endedDaysAgo],
    );
    const about = { n: 0, severity: 'INVALID', code: 'TOO_SHORT', message: 'Too short.', raw: '+1415555' } as const;
    const rows = Array.from({ length: problems }, (_, line) => ({ ...about, line }));
    await insertRowProblems(database.write, { environmentId, id }, rows);
    return id;
  };
  await importWith(10_001, 91);
  await importWith(3, 91);
  const [young, running] = [await importWith(2, 89), await importWith(1, null)];
  await new RowProblemCleaner({ database, log: quiet }).clean();
  const { rows } = await database.read.query(
    'SELECT task_id AS id, count(*)::int AS problems FROM row_problem GROUP BY 1 ORDER BY 1',
  );
  expect(rows).toEqual([
    { id: young, problems: 2 },
    { id: running, problems: 1 },
  ]);
});
