import { rm, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { wrongUse } from '../failure.ts';
import type { Role } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';
import { type ChangeOptions, changeInput, changeOptions, oneOf } from '../options.ts';
import { type Session, withSession } from '../session.ts';

interface CreateOptions extends ChangeOptions {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt?: string;
  readonly reason?: string;
  readonly output?: string;
}

const roles = [
  'ADMIN',
  'COMPLIANCE',
  'AGENT',
  'DIALER',
  'INTEGRATOR',
  'AUDITOR',
  'READ_ONLY',
] as const satisfies readonly Role[];

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('API keys of your environment. ADMIN may.');
  withExamples(keys, 'quietline keys list');
  const list = keys
    .command('list')
    .description('Prints id, role, state, last use and name of every key, newest first.')
    .option('--active', 'only keys that open something')
    .action(withSession(listKeys));
  withExamples(list, 'quietline keys list --active');
  const create = keys
    .command('create')
    .description('Makes a key and shows it once: on standard output, and nowhere else.')
    .requiredOption('--name <name>', 'what people will know it by')
    .addOption(oneOf('--role <role>', 'what it may do', roles).makeOptionMandatory())
    .option('--expires-at <time>', 'when it ends by itself, such as 2027-01-31T00:00:00Z')
    .option('--reason <text>', 'why')
    .option(
      '-o, --output <file>',
      'write the key into this new file, which only you may read, and not to standard output',
    )
    .action(withSession(createKey));
  withExamples(create, 'quietline keys create --name "Dialer 2" --role dialer -o dialer-2.key');
  const revoke = keys
    .command('revoke')
    .description('Ends a key for ever.')
    .argument('<id>', 'the id of the key, as `keys list` prints it')
    .option('--reason <text>', 'why')
    .action(withSession(revokeKey));
  withExamples(revoke, 'quietline keys revoke QXBpS2V5OjI= --reason "Dialer 2 was replaced"');
  for (const command of [create, revoke]) for (const option of changeOptions()) command.addOption(option);
}

const LIST = graphql(`
  query CommandKeys($active: Boolean, $after: String) {
    apiKeys(active: $active, first: 100, after: $after) {
      nodes {
        id
        name
        role
        hint
        isActive
        createdAt
        expiresAt
        lastUsedAt
        revokedAt
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`);

async function listKeys({ api, output }: Session, { active }: { active?: boolean }): Promise<ExitCode> {
  let after: string | null = null;
  let count = 0;
  for (;;) {
    const page: NonNullable<Awaited<ReturnType<typeof readPage>>> = await readPage();
    for (const key of page.nodes) {
      const { id, role, name, hint, lastUsedAt, revokedAt } = key;
      const state = key.isActive ? 'active' : revokedAt ? 'revoked' : 'expired';
      await output.tell(
        { type: 'key', ...key },
        [id, role ?? 'UNKNOWN', state, lastUsedAt ?? 'never used', `…${hint}`, name].join('\t'),
      );
    }
    count += page.nodes.length;
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor ?? null;
  }
  await output.tell({ type: 'result', count, exitCode: EXIT.done });
  return EXIT.done;

  async function readPage() {
    return (await api.ask(LIST, { active: active ?? null, after })).apiKeys!;
  }
}

const CREATE = graphql(`
  mutation CommandCreateKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      secret
      notice
      apiKey {
        id
        name
        role
        expiresAt
      }
      userErrors {
        code
        message
      }
    }
  }
`);

async function createKey({ api, output }: Session, options: CreateOptions): Promise<ExitCode> {
  const { name, role, expiresAt, reason } = options;
  const file = options.output;
  if (file !== undefined) await reserve(file);
  const input = { name, role, expiresAt, reason, ...changeInput(options) };
  const { apiKey, secret } = await api.change(CREATE, 'createApiKey', { input }).catch(async (error: unknown) => {
    if (file !== undefined) await rm(file);
    throw error;
  });
  if (secret && file !== undefined) await writeFile(file, `${secret}\n`);
  const shown = file === undefined ? (secret ?? null) : null;
  await output.tell(
    { type: 'result', key: apiKey, secret: shown, file: file ?? null, exitCode: EXIT.done },
    ...(shown ? [shown] : []),
  );
  output.note(
    secret
      ? `This key is stored nowhere else and shown this once${file === undefined ? '' : `: it is in ${file}`}.`
      : 'This is a repeated answer, without the key: make another one if you have lost it.',
  );
  return EXIT.done;
}

/** Before the key is made: one that can't be written would be lost. */
async function reserve(file: string): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw wrongUse(`The key can't be written to ${file} (${(error as NodeJS.ErrnoException).code}): name a new file.`);
  }
}

const REVOKE = graphql(`
  mutation CommandRevokeKey($input: RevokeApiKeyInput!) {
    revokeApiKey(input: $input) {
      isChanged
      cursor
      notice
      apiKey {
        id
        name
      }
      userErrors {
        code
        message
      }
    }
  }
`);

async function revokeKey(
  { api, output }: Session,
  id: string,
  options: ChangeOptions & { reason?: string },
): Promise<ExitCode> {
  const input = { apiKeyId: id, reason: options.reason, ...changeInput(options) };
  const { apiKey, isChanged, cursor } = await api.change(REVOKE, 'revokeApiKey', { input });
  await output.tell(
    { type: 'result', key: apiKey, isChanged, cursor, exitCode: EXIT.done },
    `${isChanged ? 'revoked' : 'was revoked before'}\t${apiKey?.name}`,
  );
  return EXIT.done;
}
