import { GraphQLError, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Log } from '../log.ts';
import type { ErrorMask } from './error-mask.ts';
import { useErrorText } from './error-text.ts';
import { problemError } from './http-problem.ts';
import { queryLimits } from './limits.ts';
import { checkMultipartMap } from './multipart-map.ts';
import type { SocketRegistry } from './socket-registry.ts';
import { useRegisteredStreams } from './sse-streams.ts';
import type { ContextFor, ServerContext } from './transport.ts';

export const GRAPHQL_PATH = '/graphql';

/** Characters of queries whose documents are kept parsed; a document takes some twenty times as much. */
const DOCUMENT_CACHE_CHARACTERS = 2_000_000;

export interface GraphqlServerOptions {
  readonly schema: GraphQLSchema;
  readonly contextFor: ContextFor;
  readonly mask: ErrorMask;
  readonly registry: SocketRegistry;
  readonly log: Log;
  readonly suggestions: boolean;
}

export type GraphqlServer = YogaServerInstance<ServerContext, object>;

/** Yoga, with everything that isn't GraphQL switched off: requests reach it checked, and only for /graphql. */
export function createGraphqlServer(options: GraphqlServerOptions): GraphqlServer {
  const { schema, contextFor, mask, registry, log } = options;
  return createYoga<ServerContext, object>({
    schema,
    context: ({ exchange }) => contextFor(exchange.viewer, exchange),
    graphqlEndpoint: GRAPHQL_PATH,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/never-asked',
    cors: false,
    batching: false,
    // Who may send a form, and how large, is decided before it gets here.
    multipart: true,
    // Bodies are counted before they get here: Yoga's own limit doubles the CPU of a request.
    maxRequestBodySize: false,
    maskedErrors: { errorMessage: 'Unexpected error.', isDev: false, maskError: mask },
    parserAndValidationCache: {
      documentCache: new LRUCache<string, object>({
        max: 1_000,
        maxSize: DOCUMENT_CACHE_CHARACTERS,
        sizeCalculation: (_document, query) => query.length + 1,
      }) as never,
      // Faulty documents are cheap to refuse again, and not worth memory.
      errorCache: { get: () => undefined, set: () => undefined },
      validationCache: true,
    },
    logging: {
      debug: () => undefined,
      info: () => undefined,
      warn: (...parts: unknown[]) => log.warn(parts.map(String).join(' ')),
      // The mask has logged the error already, with its id.
      error: () => undefined,
    },
    plugins: [
      useCheckedForms(),
      useUnreadableJson(),
      ...queryLimits(),
      useErrorText({ suggestions: options.suggestions }),
      useRegisteredStreams(registry, mask),
    ] as Plugin<ServerContext>[],
  });
}

/** Checks a form before Yoga applies its `map`. It is read once: Yoga gets the very fields that were checked. */
function useCheckedForms(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (!requestParser || !/multipart/i.test(request.headers.get('content-type') ?? '')) return;
      setRequestParser(async (request) => {
        const reading = request.formData();
        // What can't be read is Yoga's to refuse.
        const form = await reading.catch(() => undefined);
        if (form) checkMultipartMap(form);
        return requestParser({ formData: () => reading } as Request);
      });
    },
  };
}

/** JSON that can't be read is the client's to mend. Yoga would repeat the whole body, numbers and all, or call it our fault. */
function useUnreadableJson(): Plugin {
  const isUnreadable = (error: unknown) =>
    error instanceof SyntaxError || (error instanceof GraphQLError && 'originalError' in error.extensions);
  const badRequest = (message: string) => problemError({ status: 400, code: 'BAD_REQUEST', message });
  const unreadable = () =>
    badRequest(
      'This is not JSON: send {"query": "…", "variables": {…}} as your JSON library writes it, without a byte order mark.',
    );
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (isUnreadable(error)) throw unreadable();
          // Of a form: what Yoga says without a status, and what it trips over, such as a `map` that holds no lists.
          if (error instanceof GraphQLError && !error.extensions.http) throw badRequest(error.message);
          if (error instanceof TypeError) throw badRequest('This is no form of the graphql-multipart-request-spec.');
          throw error;
        }
      });
    },
  };
}
