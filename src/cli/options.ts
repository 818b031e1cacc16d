import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option } from 'commander';
import type { MessageType, OnBehalfOfInput } from './gql/graphql.ts';

/** One of a closed set, in whatever case it is typed. */
export function oneOf<const T extends string>(flags: string, description: string, values: readonly T[]): Option {
  return new Option(flags, `${description} (${values.map((value) => value.toLowerCase()).join(', ')})`).argParser(
    (text: string): T => {
      const found = values.find((value) => value === text.toUpperCase().replaceAll('-', '_'));
      if (!found) throw new InvalidArgumentError(`It must be one of ${values.join(', ').toLowerCase()}.`);
      return found;
    },
  );
}

/** May be given several times, or as a list with commas. */
export function listed(text: string, before: readonly string[] | undefined): string[] {
  const texts = text.split(',').map((part) => part.trim());
  return [...(before ?? []), ...texts.filter((part) => part !== '')];
}

/** May be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,15}$/.test(text) || Number(text) < min) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} on.`);
    }
    return Number(text);
  };
}

/** What a verdict may depend on besides direction and channel. */
export const campaignOption = (): Option =>
  new Option('--campaign <key>', 'the campaign that makes the contact: lists of other campaigns do not count');

const messageTypes = ['CONVERSATIONAL', 'TRANSACTIONAL', 'PROMOTIONAL'] as const satisfies readonly MessageType[];

export const messageTypeOption = (): Option =>
  oneOf('--message-type <type>', 'what an outbound SMS is about: whether the consent on file suffices', messageTypes);

/** Options that every change takes. */
export interface ChangeOptions {
  readonly onBehalfOf?: string;
  readonly idempotencyKey?: string;
}

export const changeOptions = (): Option[] => [
  new Option('--on-behalf-of <id>', 'the person behind a shared key, by their id in your system; kept in the log'),
  new Option('--idempotency-key <key>', 'makes it safe to run this command again; by default each run has its own'),
];

/** With a key of this run's own a request may be sent again when the connection was lost. */
export function changeInput(options: ChangeOptions): { onBehalfOf: OnBehalfOfInput | null; idempotencyKey: string } {
  return {
    onBehalfOf: options.onBehalfOf === undefined ? null : { id: options.onBehalfOf },
    idempotencyKey: options.idempotencyKey ?? randomUUID(),
  };
}
