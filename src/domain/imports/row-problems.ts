import type { Sql } from '../../db/database.ts';
import type { TaskKey } from '../tasks/task-row.ts';
import type { ImportProblem } from './read-import-row.ts';

/** A problem and where it is: the file's line, and which problem of that line, from 0. */
export interface LineProblem extends ImportProblem {
  readonly line: number;
  readonly n: number;
}

/** Keeps what is wrong with rows of a task's file; those that are kept already stay, since a file may be read again. */
export async function insertRowProblems(
  sql: Sql,
  { environmentId, id }: TaskKey,
  problems: readonly LineProblem[],
): Promise<void> {
  await sql.query(INSERT, [
    environmentId,
    id,
    problems.map(({ line }) => line),
    problems.map(({ n }) => n),
    problems.map(({ severity }) => severity),
    problems.map(({ code }) => code),
    problems.map(({ message }) => message),
    problems.map(({ raw }) => raw),
  ]);
}

export interface RowProblemPage {
  readonly severity: ImportProblem['severity'] | null;
  readonly size: number;
  /** From the end of the file towards its beginning. */
  readonly backwards: boolean;
  /** The problem before the page. */
  readonly beyond: Pick<LineProblem, 'line' | 'n'> | null;
}

/** One page of a task's row problems, in the order of the file's lines. */
export async function rowProblemPage(
  sql: Sql,
  { environmentId, id }: TaskKey,
  { severity, size, backwards, beyond }: RowProblemPage,
): Promise<LineProblem[]> {
  const { rows } = await sql.query<LineProblem>(backwards ? BACKWARDS : FORWARDS, [
    environmentId,
    id,
    severity,
    beyond?.line ?? null,
    beyond?.n ?? null,
    size,
  ]);
  return rows;
}

const INSERT = `
  INSERT INTO row_problem (environment_id, task_id, line, n, severity, code, message, raw)
  SELECT $1, $2, p.* FROM unnest($3::bigint[], $4::smallint[], $5::row_problem_severity[], $6::text[], $7::text[], $8::text[]) AS p
  ON CONFLICT DO NOTHING`;

const PAGE = (past: '>' | '<', direction: 'ASC' | 'DESC') => `
  SELECT line::float8 AS line, n, severity, code, message, raw FROM row_problem
   WHERE environment_id = $1 AND task_id = $2 AND ($3::row_problem_severity IS NULL OR severity = $3)
     AND ($4::bigint IS NULL OR (line, n) ${past} ($4, $5::smallint)) ORDER BY line ${direction}, n ${direction} LIMIT $6`;
const FORWARDS = PAGE('>', 'ASC');
const BACKWARDS = PAGE('<', 'DESC');
