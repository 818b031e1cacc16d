import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { describeConfig } from '../../src/describe-config.ts';

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};
const secret = 's'.repeat(32);

describe('readConfig', () => {
  test('needs nothing, and is frozen', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      dataDir: './data',
      databaseUrl: undefined,
      maxStalenessMs: 5000,
      pollIntervalMs: 500,
      graphiql: true,
      jwt: null,
      allowedOrigins: [],
      limits: { maxBodyBytes: 4_194_304, maxSubscriptionsPerSocket: 20 },
    });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.limits)).toBe(true);
  });

  test('an empty variable counts as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 4000, databaseUrl: undefined });
  });

  test('names every wrong variable at once, what it may be, and an example', () => {
    const problems = problemsOf({ PORT: '70000', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x', JWT_SECRET: 'short' });
    expect(problems).toEqual([
      'PORT must be a whole number from 0 to 65535, for example 4000',
      'DATABASE_URL must be a PostgreSQL URL, for example postgresql://user:password@localhost:5432/quietline',
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, for example info',
      'JWT_SECRET must be at least 32 bytes, for example the output of `openssl rand -base64 32`',
    ]);
  });

  test.each([
    ['PORT', 'abc'],
    ['PORT', '-1'],
    ['PORT', '1.5'],
    ['MAX_STALENESS_MS', '1e4'],
    ['GRAPHIQL', 'yes'],
    ['NODE_ENV', 'prod'],
    ['ALLOWED_ORIGINS', 'https://a.example.com/path'],
    ['ALLOWED_ORIGINS', 'a.example.com'],
    ['ALLOWED_ORIGINS', '*'],
    ['SERVER_SECRET', 'too short'],
    ['PUBLIC_URL', 'quietline.example.com'],
    ['JWT_JWKS_URL', 'http://issuer.example.com/jwks'],
    ['JWT_ISSUER', 'https://issuer.example.com'],
    ['POLL_INTERVAL_MS', '4000'],
  ])('%s can not be %s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name} .*(for example|or must be unset)`)),
    ]);
  });

  test('never repeats a value, which may be a secret in the wrong place', () => {
    expect(problemsOf({ PORT: 'ql_live_abc', SERVER_SECRET: 'hunter2', JWT_SECRET: 'hunter3' }).join()).not.toMatch(
      /ql_live_abc|hunter/,
    );
  });

  test('GraphiQL is off in production unless configured', () => {
    expect(readConfig({ NODE_ENV: 'production' }).graphiql).toBe(false);
    expect(readConfig({ NODE_ENV: 'production', GRAPHIQL: 'true' }).graphiql).toBe(true);
    expect(readConfig({ GRAPHIQL: 'false' }).graphiql).toBe(false);
  });

  test('one kind of token, one algorithm that fits it', () => {
    const jwks = 'https://issuer.example.com/jwks';
    expect(readConfig({ JWT_SECRET: secret }).jwt).toMatchObject({ kind: 'SECRET', algorithm: 'HS256' });
    expect(readConfig({ JWT_JWKS_URL: jwks }).jwt).toMatchObject({ kind: 'JWKS', algorithm: 'RS256', jwksUrl: jwks });
    expect(problemsOf({ JWT_SECRET: secret, JWT_JWKS_URL: jwks })).toHaveLength(1);
    expect(problemsOf({ JWT_SECRET: secret, JWT_ALGORITHM: 'RS256' })).toHaveLength(1);
    expect(problemsOf({ JWT_JWKS_URL: jwks, JWT_ALGORITHM: 'HS256' })).toHaveLength(1);
    expect(problemsOf({ JWT_SECRET: secret, JWT_ALGORITHM: 'HS512' })).toHaveLength(1);
    expect(problemsOf({ JWT_SECRET: secret, JWT_ALGORITHM: 'none' })).not.toHaveLength(0);
  });

  test('DATABASE_DIRECT_URL defaults to DATABASE_URL', () => {
    const url = 'postgresql://u:p@localhost/q';
    expect(readConfig({ DATABASE_URL: url }).databaseDirectUrl).toBe(url);
  });
});

test('describeConfig shows no secret', () => {
  const described = JSON.stringify(
    describeConfig(
      readConfig({
        DATABASE_URL: 'postgresql://u:hunter2@localhost:5432/q?password=hunter2',
        JWT_SECRET: `hunter2${secret}`,
        SERVER_SECRET: `hunter2${secret}`,
      }),
    ),
  );
  expect(described).toContain('postgresql://localhost:5432/q');
  expect(described).not.toContain('hunter2');
});
