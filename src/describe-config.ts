import type { Config } from './config.ts';

/** The settings in effect, without secrets, for one line of the log at start. */
export function describeConfig(config: Config): Record<string, unknown> {
  const withoutPassword = (value: string | undefined) => {
    if (value === undefined) return undefined;
    const { protocol, host, pathname } = new URL(value);
    return `${protocol}//${host}${pathname}`;
  };
  const { jwt } = config;
  return {
    ...config,
    databaseUrl: withoutPassword(config.databaseUrl) ?? 'embedded',
    databaseDirectUrl: withoutPassword(config.databaseDirectUrl),
    serverSecret: config.serverSecret === undefined ? 'kept in the database' : '[redacted]',
    jwt:
      jwt?.kind === 'SECRET'
        ? { ...jwt, secret: '[redacted]' }
        : jwt && { ...jwt, jwksUrl: withoutPassword(jwt.jwksUrl) },
  };
}
