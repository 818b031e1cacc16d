import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wrongUse } from './failure.ts';

/** Which server, and as whom. */
export interface Connection {
  /** The address of GraphQL. */
  readonly endpoint: URL;
  readonly key: string;
}

interface ConnectionOptions {
  readonly endpoint: URL;
  readonly key?: string;
  readonly keyFile?: string;
}

export const DEFAULT_ENDPOINT = 'http://127.0.0.1:4000/graphql';

export function addConnectionOptions(program: Command): void {
  program
    .addOption(
      new Option('--endpoint <url>', 'the address of GraphQL')
        .env('QUIETLINE_ENDPOINT')
        .default(new URL(DEFAULT_ENDPOINT), DEFAULT_ENDPOINT)
        .argParser(endpointOf),
    )
    .addOption(
      new Option('--key <key>', 'your API key. Others on this machine can see a command line: prefer the variable').env(
        'QUIETLINE_KEY',
      ),
    )
    .addOption(new Option('--key-file <file>', 'a file that holds your API key and nothing else'));
}

/** @throws CommandFailure without a key */
export function connectionOf(command: Command): Connection {
  const { endpoint, key, keyFile } = command.optsWithGlobals<ConnectionOptions>();
  const source = command.getOptionValueSourceWithGlobals('key');
  // What was said for this call goes before what is always so.
  const given = keyFile !== undefined && source !== 'cli' ? readKey(keyFile) : key;
  const text = given?.trim();
  if (!text) throw wrongUse('Set QUIETLINE_KEY to your API key, or name a file that holds it with --key-file.');
  if (!/^[\x21-\x7e]+$/.test(text)) throw wrongUse('The API key has characters that no key has: copy it again.');
  return { endpoint, key: text };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrongUse(`The key file can't be read (${(error as NodeJS.ErrnoException).code}): ${file}`);
  }
}

/** A bare address means its GraphQL. */
function endpointOf(text: string): URL {
  // As compose files write a variable that isn't set.
  if (text === '') return new URL(DEFAULT_ENDPOINT);
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError(`It must be an http or https address, such as ${DEFAULT_ENDPOINT}.`);
  }
  const url = new URL(text);
  if (url.username || url.password) throw new InvalidArgumentError('It must hold no user and no password.');
  if (url.pathname === '/') url.pathname = '/graphql';
  return url;
}
