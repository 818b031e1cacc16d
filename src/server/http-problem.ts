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

/** What a status says beyond the code, for the routes that aren't GraphQL; anything else is 500. */
const statuses: Readonly<Record<string, number>> = {
  REQUIRED: 400,
  TOO_LONG: 400,
  INVALID_VALUE: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  FILE_GONE: 410,
  LINK_EXPIRED: 410,
  TOO_LARGE: 413,
  TOO_MANY: 429,
  OVERLOADED: 503,
  TIMEOUT: 503,
  UNKNOWN_OUTCOME: 503,
  STORAGE_FULL: 507,
};

/** An error as the mask shows it, for a route that isn't GraphQL: the first thing to mend names the problem. */
export function problemOf({ message, extensions }: GraphQLError): HttpProblem {
  const [first] = (extensions.problems ?? []) as readonly { code: string }[];
  const code = first?.code ?? String(extensions.code ?? 'INTERNAL_SERVER_ERROR');
  const status = statuses[code] ?? 500;
  return {
    status,
    code,
    message,
    ...(status === 401 && { headers: { 'www-authenticate': 'Bearer' } }),
    ...(status === 503 && { headers: { 'retry-after': '5' } }),
  };
}

/** The same as an error of an operation; Yoga takes status and headers from `http`, and doesn't send it. */
export function problemError({ status, code, message, headers }: HttpProblem): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status, headers } } });
}
