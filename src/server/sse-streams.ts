import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { CloseCode } from './close-codes.ts';
import { type EndableIterator, endable } from './endable-iterator.ts';
import type { ErrorMask } from './error-mask.ts';
import { type HttpProblem, problemError } from './http-problem.ts';
import type { Refusal, SocketRegistry } from './socket-registry.ts';
import type { ServerContext } from './transport.ts';

/** Streams over HTTP (SSE) obey expiry, revocation, shutdown and the bounds, just as sockets do: they are in the registry too. */
export function useRegisteredStreams(registry: SocketRegistry, mask: ErrorMask): Plugin<ServerContext> {
  return {
    onExecutionResult({ result, setResult, context }) {
      if (!isAsyncIterable(result)) return;
      const { exchange } = context as unknown as ServerContext;

      let results: EndableIterator<ExecutionResult> | undefined;
      const stream = registry.open(() => {
        // Without the `complete` that would tell the client that there is nothing more to come.
        exchange.cutOff();
        results?.end();
      });
      results = endable(result as AsyncIterable<ExecutionResult>, {
        onEnd: () => {
          exchange.end();
          stream?.release();
        },
        mapError: mask,
      });

      const refusal = stream ? registry.identify(stream, exchange) : null;
      if (stream && !refusal) {
        exchange.stream = stream;
        exchange.onGone(() => results?.end());
        setResult(results as never);
        return;
      }
      results.end();
      setResult({ errors: [problemError(refusal ? problemOf(refusal) : serverFull)] });
    },
  };
}

const serverFull: HttpProblem = {
  status: 503,
  code: 'TOO_MANY_SOCKETS',
  message: 'The server has as many sockets as it may (MAX_SOCKETS): try again later.',
};

function problemOf({ code, reason }: Refusal): HttpProblem {
  switch (code) {
    case CloseCode.TOO_MANY_SOCKETS:
      return { status: 429, code: 'TOO_MANY_SOCKETS', message: reason };
    case CloseCode.FORBIDDEN:
    case CloseCode.UNAUTHENTICATED:
      return { status: 401, code: 'UNAUTHENTICATED', message: reason };
    default:
      return { status: 503, code: 'TRY_AGAIN_LATER', message: reason };
  }
}
