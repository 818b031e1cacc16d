import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * The settings of one server, read once at start. This file is the only reader of environment variables:
 * everything else gets what it needs as an argument.
 */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Where imports sort their files: up to three times an upload for as long as it is imported. */
  readonly spoolDir: string;
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** For migrations and LISTEN, which a transaction-mode pooler would break (P3.4). */
  readonly databaseDirectUrl: string | undefined;
  /** Beyond this age of its last successful poll, a node no longer says ALLOW (invariant 6). */
  readonly maxStalenessMs: number;
  readonly pollIntervalMs: number;
  readonly indexMemoryMb: number;
  /** Tasks that this server works at in turns; half as many on the embedded database. */
  readonly maxTasks: number;
  readonly logLevel: LogLevel;
  readonly nodeEnv: 'development' | 'production' | 'test';
  readonly graphiql: boolean;
  /** Null: people's tokens aren't accepted, only API keys. */
  readonly jwt: JwtConfig | null;
  /** Origins of browsers that may call this server from other sites (CORS and sockets). */
  readonly allowedOrigins: readonly string[];
  /** Seals cursors (P2.9). Undefined: the one that the database keeps. */
  readonly serverSecret: string | undefined;
  readonly publicUrl: string | undefined;
  readonly shutdownTimeoutMs: number;
  readonly limits: ServerLimits;
}

export interface ServerLimits {
  readonly maxBodyBytes: number;
  /** Of a GraphQL request with a file in it; it is in memory whole. */
  readonly maxMultipartBytes: number;
  /** Of one file sent to POST /upload. */
  readonly maxUploadBytes: number;
  /** Of all uploads that one environment has at a time. */
  readonly maxStoredUploadBytes: number;
  /** Of all files that tasks made for one environment. */
  readonly maxStoredResultBytes: number;
  /** At once on this server; each takes a few MiB of memory. One environment may have half of them. */
  readonly maxUploads: number;
  readonly maxSocketMessageBytes: number;
  readonly maxSubscriptionsPerSocket: number;
  readonly maxSockets: number;
  readonly maxSocketsPerViewer: number;
  /** Bytes handed to all sockets and not yet taken by the network (P2.7). */
  readonly maxBytesInFlight: number;
}

interface JwtClaims {
  readonly algorithm: JwtAlgorithm;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}
export type JwtConfig = JwtClaims &
  ({ readonly kind: 'SECRET'; readonly secret: string } | { readonly kind: 'JWKS'; readonly jwksUrl: string });

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const secretAlgorithms = ['HS256', 'HS384', 'HS512'] as const;
const keyAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
const jwtAlgorithms = [...secretAlgorithms, ...keyAlgorithms] as const;
export type JwtAlgorithm = (typeof jwtAlgorithms)[number];

/** RFC 7518 3.2: an HMAC key is at least as long as its hash. */
const hmacKeyBytes: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

/** Thrown by `readConfig`: every variable that is wrong, one line each. The caller exits with 78 (EX_CONFIG). */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What a value may be, and an example. The value itself is never repeated: it may be a secret in the wrong place. */
const explain = (meaning: string, example: string) => ({ error: `must be ${meaning}, for example ${example}` });
const whole = (min: number, max: number, byDefault: number, unit: string) => {
  const rule = explain(`a whole number${unit} from ${min} to ${max}`, String(byDefault));
  return z
    .string()
    .regex(/^\d{1,15}$/, rule)
    .transform(Number)
    .pipe(z.number().min(min, rule).max(max, rule))
    .default(byDefault);
};
const oneOf = <const T extends readonly [string, ...string[]]>(values: T, example: T[number]) =>
  z.enum(values, explain(`one of ${values.join(', ')}`, example));
const url = (pattern: RegExp, meaning: string, example: string) =>
  z
    .string()
    .refine((value) => pattern.test(value) && URL.canParse(value), explain(meaning, example))
    .optional();
const bytesOf = (value: string) => Buffer.byteLength(value, 'utf8');

const postgresUrl = url(
  /^postgres(ql)?:\/\//,
  'a PostgreSQL URL',
  'postgresql://user:password@localhost:5432/quietline',
);
const originRule = explain(
  'origins without a path, separated by commas',
  'https://app.example.com,https://admin.example.com',
);
const isOrigin = (value: string) =>
  /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value.toLowerCase();
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const TIB = 1024 * GIB;

const environment = z.object({
  PORT: whole(0, 65_535, 4000, ''),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('./data'),
  SPOOL_DIR: z.string().optional(),
  DATABASE_URL: postgresUrl,
  DATABASE_DIRECT_URL: postgresUrl,
  MAX_STALENESS_MS: whole(1000, 600_000, 5000, ' of milliseconds'),
  POLL_INTERVAL_MS: whole(50, 60_000, 500, ' of milliseconds'),
  INDEX_MEMORY_MB: whole(16, 1_048_576, 1024, ' of MiB'),
  MAX_TASKS: whole(1, 100, 8, ''),
  LOG_LEVEL: oneOf(logLevels, 'info').default('info'),
  NODE_ENV: oneOf(['development', 'production', 'test'], 'production').default('development'),
  GRAPHIQL: oneOf(['true', 'false'], 'true').optional(),
  JWT_SECRET: z.string().optional(),
  JWT_JWKS_URL: url(
    /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/,
    'an https URL (http only for localhost)',
    'https://issuer.example.com/.well-known/jwks.json',
  ),
  JWT_ALGORITHM: oneOf(jwtAlgorithms, 'RS256').optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  ALLOWED_ORIGINS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    )
    .refine((origins) => origins.every(isOrigin), originRule)
    .transform((origins) => origins.map((origin) => origin.toLowerCase()))
    .default([]),
  SERVER_SECRET: z
    .string()
    .refine((value) => bytesOf(value) >= 32, explain('at least 32 bytes', 'the output of `openssl rand -base64 48`'))
    .optional(),
  PUBLIC_URL: url(/^https?:\/\//, 'an http or https URL', 'https://quietline.example.com'),
  SHUTDOWN_TIMEOUT_MS: whole(0, 600_000, 10_000, ' of milliseconds'),
  MAX_BODY_BYTES: whole(1024, 256 * MIB, 4 * MIB, ' of bytes'),
  MAX_MULTIPART_BYTES: whole(1024, 256 * MIB, 10 * MIB, ' of bytes'),
  MAX_UPLOAD_BYTES: whole(1024, TIB, 4 * GIB, ' of bytes'),
  MAX_STORED_UPLOAD_BYTES: whole(1024, 64 * TIB, 20 * GIB, ' of bytes'),
  MAX_STORED_RESULT_BYTES: whole(1024, 64 * TIB, 50 * GIB, ' of bytes'),
  MAX_UPLOADS: whole(1, 1000, 16, ''),
  MAX_SOCKET_MESSAGE_BYTES: whole(1024, 64 * MIB, MIB / 4, ' of bytes'),
  MAX_SUBSCRIPTIONS_PER_SOCKET: whole(1, 10_000, 20, ''),
  MAX_SOCKETS: whole(1, 1_000_000, 10_000, ''),
  MAX_SOCKETS_PER_VIEWER: whole(1, 1_000_000, 100, ''),
  MAX_BYTES_IN_FLIGHT: whole(MIB / 16, 65_536 * MIB, 256 * MIB, ' of bytes'),
});
type Environment = z.infer<typeof environment>;

/**
 * Reads and checks the settings. An empty variable counts as unset, as compose files write it.
 * @throws ConfigError naming every wrong variable, what it may be, and an example.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(environment.shape).flatMap((name) => {
      const value = env[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    // What depends on two variables is still checked for those that are right, so that one run shows everything.
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new ConfigError([...new Set(wrong), ...jwtProblems(given as Partial<Environment>)]);
  }
  const values = parsed.data;
  const problems = jwtProblems(values);
  if (values.POLL_INTERVAL_MS * 2 > values.MAX_STALENESS_MS) {
    problems.push('POLL_INTERVAL_MS must be at most half of MAX_STALENESS_MS, for example 500 with 5000');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return freeze(toConfig(values));
}

function jwtProblems(values: Partial<Environment>): string[] {
  const { JWT_SECRET: secret, JWT_JWKS_URL: jwks, JWT_ALGORITHM: algorithm } = values;
  const problems: string[] = [];
  if (secret && jwks)
    problems.push('JWT_SECRET and JWT_JWKS_URL exclude each other: set one, for example JWT_JWKS_URL alone');
  if (!secret && !jwks) {
    for (const name of ['JWT_ALGORITHM', 'JWT_ISSUER', 'JWT_AUDIENCE'] as const) {
      if (values[name]) problems.push(`${name} needs JWT_SECRET or JWT_JWKS_URL beside it, or must be unset`);
    }
  }
  if (secret && !jwks) {
    const needed = hmacKeyBytes[algorithm ?? 'HS256'];
    if (needed === undefined) {
      problems.push(`JWT_ALGORITHM must be one of ${secretAlgorithms.join(', ')} with JWT_SECRET, for example HS256`);
    } else if (bytesOf(secret) < needed) {
      problems.push(
        `JWT_SECRET must be at least ${needed} bytes, for example the output of \`openssl rand -base64 ${needed}\``,
      );
    }
  }
  if (jwks && !secret && algorithm && hmacKeyBytes[algorithm]) {
    problems.push(`JWT_ALGORITHM must be one of ${keyAlgorithms.join(', ')} with JWT_JWKS_URL, for example RS256`);
  }
  return problems;
}

function toConfig(values: Environment): Config {
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir: values.DATA_DIR,
    spoolDir: values.SPOOL_DIR ?? spoolDirOf(values),
    databaseUrl: values.DATABASE_URL,
    databaseDirectUrl: values.DATABASE_DIRECT_URL ?? values.DATABASE_URL,
    maxStalenessMs: values.MAX_STALENESS_MS,
    pollIntervalMs: values.POLL_INTERVAL_MS,
    indexMemoryMb: values.INDEX_MEMORY_MB,
    maxTasks: values.MAX_TASKS,
    logLevel: values.LOG_LEVEL,
    nodeEnv: values.NODE_ENV,
    graphiql: values.GRAPHIQL === undefined ? values.NODE_ENV !== 'production' : values.GRAPHIQL === 'true',
    jwt: toJwt(values),
    allowedOrigins: values.ALLOWED_ORIGINS,
    serverSecret: values.SERVER_SECRET,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, ''),
    shutdownTimeoutMs: values.SHUTDOWN_TIMEOUT_MS,
    limits: {
      maxBodyBytes: values.MAX_BODY_BYTES,
      maxMultipartBytes: values.MAX_MULTIPART_BYTES,
      maxUploadBytes: values.MAX_UPLOAD_BYTES,
      maxStoredUploadBytes: values.MAX_STORED_UPLOAD_BYTES,
      maxStoredResultBytes: values.MAX_STORED_RESULT_BYTES,
      maxUploads: values.MAX_UPLOADS,
      maxSocketMessageBytes: values.MAX_SOCKET_MESSAGE_BYTES,
      maxSubscriptionsPerSocket: values.MAX_SUBSCRIPTIONS_PER_SOCKET,
      maxSockets: values.MAX_SOCKETS,
      maxSocketsPerViewer: values.MAX_SOCKETS_PER_VIEWER,
      maxBytesInFlight: values.MAX_BYTES_IN_FLIGHT,
    },
  };
}

/** With PostgreSQL there need be no data folder. */
function spoolDirOf({ DATABASE_URL: url, DATA_DIR: dataDir }: Environment): string {
  return url || dataDir === 'memory://' ? join(tmpdir(), `quietline-spool-${userInfo().uid}`) : join(dataDir, 'spool');
}

function toJwt(values: Environment): JwtConfig | null {
  const claims = { issuer: values.JWT_ISSUER, audience: values.JWT_AUDIENCE };
  if (values.JWT_SECRET) {
    return { kind: 'SECRET', secret: values.JWT_SECRET, algorithm: values.JWT_ALGORITHM ?? 'HS256', ...claims };
  }
  if (values.JWT_JWKS_URL) {
    return { kind: 'JWKS', jwksUrl: values.JWT_JWKS_URL, algorithm: values.JWT_ALGORITHM ?? 'RS256', ...claims };
  }
  return null;
}

function freeze(config: Config): Config {
  for (const part of [config.limits, config.allowedOrigins, config.jwt]) if (part) Object.freeze(part);
  return Object.freeze(config);
}
