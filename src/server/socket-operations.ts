import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { type Context, makeServer, type OperationResult, type Server, type SubscribePayload } from 'graphql-ws';
import { isAsyncIterable } from 'graphql-yoga';
import type { Viewer } from '../auth/viewer.ts';
import { CloseCode } from './close-codes.ts';
import { endable } from './endable-iterator.ts';
import { formatErrors } from './error-mask.ts';
import type { RegisteredSocket } from './registered-socket.ts';
import { Exchange, isUnauthenticated } from './transport.ts';
import type { WebSocketServerOptions } from './web-socket-server.ts';

/** What one socket keeps beside graphql-ws. */
export interface SocketState {
  readonly req: IncomingMessage;
  slot: RegisteredSocket | null;
  /** By operation id. */
  readonly exchanges: Map<string, Exchange>;
}

type SocketContext = Context<Record<string, unknown> | undefined, SocketState>;
type Enveloped = ReturnType<WebSocketServerOptions['graphql']['getEnveloped']>;
type OperationArgs = ExecutionArgs & {
  readonly run: Pick<Enveloped, 'execute' | 'subscribe'>;
  readonly exchange: Exchange;
};

const INIT_TIMEOUT_MS = 3_000;
const FINISH_POLL_MS = 20;

/** What happens on sockets: who it is, which operations run, and that they obey what operations over HTTP obey. */
export class SocketOperations {
  readonly #options: WebSocketServerOptions;
  readonly #server: Server<SocketState>;
  /** Queries and mutations under way: the replies that a stopping server still owes. */
  #owed = 0;
  finishing = false;

  constructor(options: WebSocketServerOptions) {
    this.#options = options;
    this.#server = makeServer<Record<string, unknown> | undefined, SocketState>({
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      onConnect: (context) => this.#connect(context),
      onSubscribe: (context, id, payload) => this.#prepare(context, id, payload),
      execute: (args) => this.#run(args as OperationArgs, 'execute'),
      subscribe: (args) => this.#run(args as OperationArgs, 'subscribe'),
      onOperation: (_context, _id, _payload, args, result) => this.#watch(args as OperationArgs, result),
      onNext: (_context, _id, _payload, _args, result) => formatResult(result),
      onError: (_context, _id, _payload, errors) =>
        formatErrors(errors.map((error) => options.mask(asGraphqlError(error)))),
      onComplete: (context, id) => {
        context.extra.exchanges.get(id)?.end();
        context.extra.exchanges.delete(id);
      },
    });
  }

  readonly opened: Server<SocketState>['opened'] = (socket, state) => this.#server.opened(socket, state);

  /** From now on new operations are refused; returns when those under way are answered, or at the deadline. */
  async finish(deadline: number): Promise<void> {
    this.finishing = true;
    while (this.#owed > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, FINISH_POLL_MS));
    }
  }

  async #connect({ extra, connectionParams }: SocketContext): Promise<void> {
    const { slot, req } = extra;
    if (!slot || slot.closed) return;
    const { registry } = this.#options;
    const ticket = registry.ticket();
    const viewer = await this.#authenticate(slot, authorizationOf(connectionParams, req));
    if (!viewer || slot.closed) return;
    const remoteAddress = req.socket.remoteAddress ?? '';
    const refusal = registry.identify(slot, { viewer, remoteAddress, ticket });
    if (refusal) slot.end(refusal.code, refusal.reason);
  }

  async #authenticate(slot: RegisteredSocket, authorization: string | null): Promise<Viewer | null> {
    try {
      return await this.#options.authenticate({ authorization });
    } catch (error) {
      if (isUnauthenticated(error)) slot.close(CloseCode.UNAUTHENTICATED, closeReason(error.message));
      else slot.close(CloseCode.TRY_AGAIN_LATER, closeReason(this.#options.mask(error).message));
      return null;
    }
  }

  /** Parses and validates as Yoga does, with its plugins: the limits reach sockets through here. */
  async #prepare(context: SocketContext, id: string, payload: SubscribePayload) {
    const { extra } = context;
    const { graphql, mask, limits } = this.#options;
    const viewer = extra.slot?.viewer;
    if (!viewer || extra.slot?.closed) return [new GraphQLError('The socket is closing.')];
    if (this.finishing) return [refusal('SHUTTING_DOWN', 'The server is restarting: connect again.')];
    if (Object.keys(context.subscriptions).length > limits.maxSubscriptionsPerSocket) {
      const message = `At most ${limits.maxSubscriptionsPerSocket} operations at a time on one socket: complete one first.`;
      return [refusal('TOO_MANY_SUBSCRIPTIONS', message)];
    }

    const exchange = new Exchange({
      transport: 'WEBSOCKET',
      viewer,
      remoteAddress: extra.req.socket.remoteAddress ?? '',
      ticket: 0,
      cutOff: () => undefined,
    });
    extra.exchanges.set(id, exchange);
    try {
      const { schema, parse, validate, contextFactory, execute, subscribe } = graphql.getEnveloped({
        exchange,
        params: payload,
      } as never);
      const document = parse(payload.query);
      const errors = validate(schema, document);
      if (errors.length > 0) {
        forget(extra, id, exchange);
        return errors;
      }
      return {
        schema,
        document,
        operationName: payload.operationName,
        variableValues: payload.variables,
        contextValue: await contextFactory(),
        run: { execute, subscribe },
        exchange,
      } as OperationArgs;
    } catch (error) {
      forget(extra, id, exchange);
      return [mask(error)];
    }
  }

  async #run(args: OperationArgs, how: 'execute' | 'subscribe'): Promise<ExecutionResult> {
    const { run, exchange: _exchange, ...rest } = args;
    this.#owed += how === 'execute' ? 1 : 0;
    try {
      return await run[how](rest);
    } catch (error) {
      return { errors: [this.#options.mask(error)] };
    } finally {
      // The reply itself is written in the same turn of the loop as the result comes.
      if (how === 'execute') setImmediate(() => this.#settled());
    }
  }

  #settled(): void {
    this.#owed -= 1;
  }

  /** Subscriptions end with their socket, whatever their source waits for. */
  #watch({ exchange }: OperationArgs, result: OperationResult): OperationResult {
    if (!isAsyncIterable(result)) return result;
    const results = endable(result as AsyncIterable<ExecutionResult>, {
      onEnd: () => exchange.end(),
      mapError: this.#options.mask,
    });
    exchange.onGone(() => results.end());
    return results as unknown as OperationResult;
  }
}

function forget(extra: SocketState, id: string, exchange: Exchange): void {
  exchange.end();
  extra.exchanges.delete(id);
}

function formatResult(result: ExecutionResult) {
  return result.errors ? { ...result, errors: formatErrors(result.errors) } : undefined;
}

/** graphql-ws wraps what a source threw; the mask has made it readable already. */
function asGraphqlError(error: GraphQLError): unknown {
  return error.originalError instanceof GraphQLError ? error.originalError : error;
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Browsers can't set headers on a socket, so the credential comes in the first message; the header serves others. */
function authorizationOf(params: Record<string, unknown> | undefined, req: IncomingMessage): string | null {
  const { authorization, Authorization, apiKey } = params ?? {};
  const given = authorization ?? Authorization;
  if (given !== undefined && given !== null) return String(given);
  if (apiKey !== undefined && apiKey !== null) return `Bearer ${String(apiKey)}`;
  return req.headers.authorization ?? null;
}

/** A close frame holds 123 bytes. */
function closeReason(text: string): string {
  return Buffer.byteLength(text) <= 123 ? text : 'Unauthenticated';
}
