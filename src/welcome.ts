import type { App } from './app.ts';
import type { Config } from './config.ts';

/** What a person sees when the server has started. The keys of the first start are shown here, once, and nowhere else. */
export function welcome(app: App, config: Config): string {
  const url = `${app.url}/graphql`;
  const lines = ['', `Quietline is listening at ${url}`];
  if (config.graphiql) lines.push(`GraphiQL, to try it in a browser: ${url}`);
  lines.push(config.databaseUrl ? 'Database: PostgreSQL' : `Database: embedded, in ${config.dataDir}`, '');
  if (app.firstAccount) {
    const { production, sandbox } = app.firstAccount.environments;
    lines.push(
      'This is the first start. These are the ADMIN keys of your two environments. They are shown this once:',
      '',
      `  production  ${production.adminKey}`,
      `  sandbox     ${sandbox.adminKey}`,
      '',
      'Try it (sandbox):',
      '',
      curl(url, sandbox.adminKey, '{ check(phone: "+14151234567", channel: CALL) { decision message } }'),
    );
  } else {
    lines.push('Try it:', '', curl(url, null, '{ viewer { kind name role environment { key } } }'));
  }
  return `${lines.join('\n')}\n\n`;
}

function curl(url: string, key: string | null, query: string): string {
  const authorization = key ? ` -H 'authorization: Bearer ${key}'` : '';
  return `  curl -s ${url} -H 'content-type: application/json'${authorization} -d '${JSON.stringify({ query })}'`;
}
