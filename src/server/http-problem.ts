import { GraphQLError } from 'graphql';

/** A request that is refused before GraphQL sees it; answered in GraphQL's shape, so that clients need one reader. */
export interface HttpProblem {
  readonly status: number;
  readonly code: string;
  /** What is wrong and what to do about it. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class HttpProblemError extends Error {
  readonly problem: HttpProblem;
  constructor(problem: HttpProblem) {
    super(problem.message);
    this.name = 'HttpProblemError';
    this.problem = problem;
  }
}

export function problemBody({ code, message }: HttpProblem): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}

/** The same as an error of an operation; Yoga takes status and headers from `http`, and doesn't send it. */
export function problemError({ status, code, message, headers }: HttpProblem): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status, headers } } });
}
