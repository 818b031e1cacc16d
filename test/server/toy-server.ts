import { EventEmitter, once } from 'node:events';
import { Writable } from 'node:stream';
import { GraphQLError } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { onTestFinished } from 'vitest';
import { UnauthenticatedError } from '../../src/auth/unauthenticated-error.ts';
import { anonymousViewer, type Viewer } from '../../src/auth/viewer.ts';
import { type Config, readConfig, type ServerLimits } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { createServer, type Server, type ServerOptions } from '../../src/server/http-server.ts';
import type { TransportInfo } from '../../src/server/transport.ts';

interface ToyContext {
  readonly viewer: Viewer;
  readonly transport: TransportInfo;
  readonly events: EventEmitter;
}

export const typeDefs = /* GraphQL */ `
  type Query {
    hello: String!
    who: String!
    slow: String!
    fails: String
    refused: String
    domainError: String
    nested: Nested!
    count(numbers: [String!]!): Int!
    color(color: Color!): String
    contact(i: Contact!): String
    wordy: String
    badResult: Int
  }
  type Nested {
    inner: Nested!
    value: Int!
  }
  enum Color {
    RED
  }
  input Contact {
    phones: [Phone!]!
    color: Color
    age: Int
  }
  input Phone {
    phone: String!
  }
  type Mutation {
    note: String!
    slowNote: String!
  }
  type Subscription {
    counted(to: Int!): Int!
    contacted(i: Contact!): Int
    ticks: Int!
    fat(bytes: Int!): String!
    breaks: Int
  }
`;

/** Says `name` started and finished, so that tests can wait for both. */
async function* watched<T>(events: EventEmitter, name: string, source: () => AsyncGenerator<T>): AsyncGenerator<T> {
  events.emit(`${name} started`);
  try {
    yield* source();
  } finally {
    events.emit(`${name} finished`);
  }
}

/** Resolves with the value of `event`, or when the operation is abandoned. */
const untilAbandoned = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

const schema = createSchema<ToyContext>({
  typeDefs,
  resolvers: {
    Query: {
      hello: () => 'hello',
      who: (_, __, { viewer }) => viewer.name,
      slow: async (_, __, { events }) => {
        events.emit('slow started');
        await once(events, 'slow may finish');
        return 'slow';
      },
      fails: () => {
        throw new Error('select * from secret where phone = +14155550123');
      },
      refused: () => {
        throw new GraphQLError('Not for you', { extensions: { code: 'NOT_FOR_YOU' } });
      },
      domainError: () => {
        throw Object.assign(new Error('The row is locked'), { code: 'ROW_LOCKED' });
      },
      nested: () => ({}),
      count: (_, { numbers }) => numbers.length,
      color: () => 'red',
      contact: () => 'contacted',
      wordy: () => {
        throw new GraphQLError('x'.repeat(5_000), { extensions: { code: 'WORDY' } });
      },
      badResult: () => '4155550101 or so',
    },
    Nested: { inner: () => ({}), value: () => 1 },
    Mutation: {
      note: () => 'noted',
      slowNote: async (_, __, { events }) => {
        events.emit('slow started');
        await once(events, 'slow may finish');
        return 'slowly noted';
      },
    },
    Subscription: {
      counted: {
        subscribe: async function* (_: unknown, { to }: { to: number }) {
          for (let counted = 1; counted <= to; counted += 1) yield { counted };
        },
      },
      ticks: {
        subscribe: (_: unknown, __: unknown, { events, transport }: ToyContext) =>
          watched(events, 'ticks', async function* () {
            yield { ticks: 1 };
            await untilAbandoned(transport.signal);
          }),
      },
      fat: {
        subscribe: (_: unknown, { bytes }: { bytes: number }, { events }: ToyContext) =>
          watched(events, 'fat', async function* () {
            for (;;) {
              yield { fat: 'x'.repeat(bytes) };
              await new Promise((resolve) => setImmediate(resolve));
            }
          }),
      },
      breaks: {
        // biome-ignore lint/correctness/useYield: it breaks before it has anything to say
        subscribe: async function* () {
          throw new Error('the source of +14155550123 broke');
        },
      },
    },
  },
});

export function toyViewer(overrides: Partial<Viewer>): Viewer {
  return {
    ...anonymousViewer,
    kind: 'API_KEY',
    accountId: 1,
    environmentId: 7,
    environmentKey: 'sandbox',
    role: 'ADMIN',
    name: 'key one',
    subject: 'key:1',
    keyId: 1,
    can: () => true,
    ...overrides,
  };
}

export interface ToyOptions
  extends Partial<Pick<ServerOptions, 'health' | 'routes' | 'revocations' | 'publicError' | 'timeouts'>> {
  readonly env?: Record<string, string>;
  readonly limits?: Partial<ServerLimits>;
  /** By credential, as in "Bearer one". */
  readonly viewers?: Record<string, Viewer>;
}

export interface Toy {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  readonly config: Config;
  readonly events: EventEmitter;
  readonly logLines: string[];
  /** Resolves when it is emitted; ask before causing it. */
  next(event: string): Promise<unknown>;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export async function startToy(options: ToyOptions = {}): Promise<Toy> {
  const read = readConfig({ PORT: '0', NODE_ENV: 'test', SHUTDOWN_TIMEOUT_MS: '2000', ...options.env });
  const config: Config = { ...read, limits: { ...read.limits, ...options.limits } };
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const logLines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(String(chunk));
      done();
    },
  });
  const viewers: Record<string, Viewer> = {
    one: toyViewer({}),
    two: toyViewer({ name: 'key two', subject: 'key:2', keyId: 2 }),
    ...options.viewers,
  };
  const server = createServer({
    ...options,
    config,
    log: createLog({ level: 'debug', destination }),
    schema,
    authenticate: async ({ authorization }) => {
      if (authorization === null) return anonymousViewer;
      const viewer = viewers[authorization.replace(/^Bearer /, '')];
      if (!viewer) throw new UnauthenticatedError('This key is not known.');
      return viewer;
    },
    contextFor: (viewer, transport) => ({ viewer, transport, events }),
    health: options.health ?? [],
  });
  const { url, port } = await server.listen();
  onTestFinished(() => server.close());
  return {
    server,
    url,
    port,
    config,
    events,
    logLines,
    next: (event) => once(events, event),
    post: (body, headers = {}) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
