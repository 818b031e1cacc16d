import { Command, CommanderError, Option } from 'commander';
import { type Role, roles } from './auth/permissions.ts';
import { ConfigError, readConfig } from './config.ts';
import { type Database, openDatabase } from './db/database.ts';
import { DatabaseLockedError } from './db/folder-lock.ts';
import { migrate } from './db/migrate.ts';
import { createAccount } from './domain/accounts/create-account.ts';
import { loadServerSecret } from './domain/instance.ts';
import { createOperatorKey, operatorActor } from './domain/keys/create-operator-key.ts';
import { UserProblemError } from './domain/user-problem.ts';
import { createLog } from './log.ts';
import { redact } from './log-redaction.ts';

/**
 * The operator's commands, for whoever may read the server's configuration: accounts, and the way back in. They work on
 * the database itself. What was asked for goes to standard output, tab-separated, everything else to standard error.
 */

/** As in sysexits.h, beside 0 and 1. */
const EXIT = { usage: 64, locked: 75, config: 78 } as const;

const READ_TIMEOUT_MS = 10_000;

interface Opened {
  readonly database: Database;
  readonly serverSecret: Buffer;
}

async function withDatabase(work: (opened: Opened) => Promise<void>): Promise<void> {
  const config = readConfig();
  const log = createLog({ level: 'warn', destination: process.stderr });
  const { databaseUrl, databaseDirectUrl, dataDir } = config;
  const database = await openDatabase({
    databaseUrl,
    directUrl: databaseDirectUrl,
    dataDir,
    readTimeoutMs: READ_TIMEOUT_MS,
    log,
  });
  try {
    await migrate(database.kind === 'pglite' ? { database, log } : { url: databaseDirectUrl, log });
    await work({ database, serverSecret: await loadServerSecret(database, config.serverSecret) });
  } finally {
    await database.close();
  }
}

function print(...fields: (string | number)[]): void {
  process.stdout.write(`${fields.join('\t')}\n`);
}

async function createNamedAccount(name: string): Promise<void> {
  await withDatabase(async ({ database, serverSecret }) => {
    const { environments } = await createAccount(database, { name, serverSecret, actor: operatorActor });
    for (const { key, adminKey } of Object.values(environments)) print(key, adminKey);
    process.stderr.write('These ADMIN keys are stored nowhere and shown this once.\n');
  });
}

async function listAccounts(): Promise<void> {
  await withDatabase(async ({ database }) => {
    const { rows } = await database.read.query<{ id: number; name: string; environments: string }>(
      `SELECT a.id, a.name, coalesce(string_agg(e.key, ',' ORDER BY e.id), '') AS environments
         FROM account a LEFT JOIN environment e ON e.account_id = a.id GROUP BY a.id ORDER BY a.id`,
    );
    for (const { id, name, environments } of rows) print(id, name, environments);
  });
}

async function createKey(options: { account: string; environment: string; role: Role; name: string }): Promise<void> {
  await withDatabase(async ({ database, serverSecret }) => {
    const { secret } = await createOperatorKey(database, { ...options, serverSecret });
    print(secret);
    process.stderr.write('This key is stored nowhere and shown this once.\n');
  });
}

function program(): Command {
  const operator = new Command('operator')
    .description("Quietline's operator commands; configured by the same variables as the server")
    .exitOverride();
  const accounts = operator.command('accounts').description('accounts of this installation');
  accounts
    .command('create')
    .argument('<name>', 'unique name of the account')
    .description('makes an account with the environments production and sandbox; prints an ADMIN key of each')
    .action(createNamedAccount);
  accounts.command('list').description('prints id, name and environments of every account').action(listAccounts);
  const keys = operator.command('keys').description('API keys');
  keys
    .command('create')
    .description('makes an API key, also when every ADMIN key is lost; prints it')
    .requiredOption('--account <name>', 'name of the account')
    .requiredOption('--environment <key>', 'key of the environment, such as production')
    .addOption(new Option('--role <role>', 'what the key may do').choices(roles).makeOptionMandatory())
    .requiredOption('--name <name>', 'what people will know the key by')
    .action(createKey);
  return operator;
}

/** What to tell the operator, and the exit code. An unexpected error keeps its stack. */
function explain(error: unknown): { message: string; exitCode: number } {
  // Commander has said it all already.
  if (error instanceof CommanderError) return { message: '', exitCode: error.exitCode === 0 ? 0 : EXIT.usage };
  if (error instanceof ConfigError) return { message: error.message, exitCode: EXIT.config };
  if (error instanceof UserProblemError) return { message: error.message, exitCode: 1 };
  if (error instanceof DatabaseLockedError) {
    return {
      message: `Stop the server first: the embedded database serves one process at a time. ${error.message}`,
      exitCode: EXIT.locked,
    };
  }
  return { message: redact(error instanceof Error ? (error.stack ?? error.message) : String(error)), exitCode: 1 };
}

try {
  await program().parseAsync();
} catch (error) {
  const { message, exitCode } = explain(error);
  if (message) process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}
