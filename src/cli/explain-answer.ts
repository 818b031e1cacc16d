import { ClientError } from 'graphql-request';
import { type CommandFailure, refused, unreachable } from './failure.ts';

/** An error of an operation, as GraphQL and the server's other routes send it. */
export interface AnsweredError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The server says these of a moment: the same question may be answered soon. */
const passing = new Set([
  'STALE',
  'NOT_READY',
  'OVERLOADED',
  'UNKNOWN_OUTCOME',
  'ISSUER_UNREACHABLE',
  'TOO_MANY_SOCKETS',
]);

/** What a failed request means, in words that hold neither the key nor what was sent. */
export function explainAnswer(error: unknown, endpoint: URL): CommandFailure {
  if (error instanceof ClientError) {
    const { status, errors } = error.response;
    return explainErrors(errors ?? [], status, endpoint);
  }
  if (isOfNetwork(error)) return explainNetwork(error, endpoint);
  return notQuietline(endpoint, 'its answer is not one of GraphQL');
}

/** By the first error; the others say the same of other fields. */
export function explainErrors(errors: readonly AnsweredError[], status: number, endpoint: URL): CommandFailure {
  const [first] = errors;
  if (!first) {
    if (status >= 500 || status === 429) {
      return unreachable('UNAVAILABLE', `${endpoint.origin} can't answer now (HTTP ${status}): try again later.`);
    }
    return notQuietline(endpoint, `HTTP ${status}`);
  }
  const code = typeof first.extensions?.code === 'string' ? first.extensions.code : 'UNEXPECTED';
  if (code === 'UNAUTHENTICATED')
    return refused(code, `The key isn't accepted by ${endpoint.origin}: ${first.message}`);
  if (code === 'GRAPHQL_VALIDATION_FAILED') {
    return refused(code, `The server is of another version than this command: ${first.message}`);
  }
  return passing.has(code) || status === 503 ? unreachable(code, first.message) : refused(code, first.message);
}

/** `fetch` failed, and says in `cause` why; or nothing came in time. */
function isOfNetwork(error: unknown): boolean {
  const { name, cause } = error as { name?: unknown; cause?: unknown };
  return (error instanceof TypeError && cause !== undefined) || name === 'TimeoutError';
}

/** An error of `fetch`, of a stream or of a socket: what the system said. */
export function explainNetwork(error: unknown, endpoint: URL): CommandFailure {
  const { code: own, cause, name } = error as { code?: unknown; cause?: { code?: unknown }; name?: string };
  const said = cause?.code ?? own;
  const code = typeof said === 'string' ? said : name === 'TimeoutError' ? 'no answer in time' : 'no connection';
  switch (code) {
    case 'ECONNREFUSED':
      return unreachable(
        'NOT_THERE',
        `Nothing listens at ${endpoint.origin}. Start a server with \`quietline serve\`, or name another with --endpoint.`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable(
        'NOT_THERE',
        `${endpoint.hostname} can't be found (${code}): look at --endpoint and your network.`,
      );
    default:
      return unreachable('CONNECTION_LOST', `The connection to ${endpoint.origin} failed (${code}): try again later.`);
  }
}

function notQuietline(endpoint: URL, what: string): CommandFailure {
  return unreachable(
    'NOT_QUIETLINE',
    `No Quietline answers at ${endpoint.href} (${what}): --endpoint is the whole address, such as https://quietline.example.com/graphql.`,
  );
}
