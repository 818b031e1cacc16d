import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { withoutValue } from './input-errors.ts';

/** Clients log messages as they come: none may be a megabyte, whoever wrote it. */
export const MAX_MESSAGE_CHARACTERS = 1_000;

const suggestion = / ?Did you mean .+\?$/s;

/** The same error, its message cut where it is too long. */
export function bounded(error: GraphQLError): GraphQLError {
  if (error.message.length > MAX_MESSAGE_CHARACTERS) {
    error.message = `${error.message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…`;
  }
  return error;
}

/**
 * What errors of graphql-js may say: nothing of the values that were sent, and no more than `MAX_MESSAGE_CHARACTERS`.
 * It also answers a misspelled name with the nearest right ones: an oracle where the schema isn't shown.
 */
export function useErrorText({ suggestions }: { readonly suggestions: boolean }): Plugin {
  const readable = (error: unknown) => {
    if (!(error instanceof GraphQLError)) return error;
    const shown = withoutValue(error);
    if (!suggestions) shown.message = shown.message.replace(suggestion, '');
    return bounded(shown);
  };
  type Done = { readonly result: unknown; setResult(result: never): void };
  const rewrite = ({ result, setResult }: Done) => {
    const { errors } = (result ?? {}) as { errors?: readonly unknown[] };
    if (errors) setResult({ ...(result as object), errors: errors.map(readable) } as never);
  };
  return {
    onValidate:
      () =>
      ({ valid, result, setResult }) => {
        if (!valid) setResult(result.map(readable) as GraphQLError[]);
      },
    onExecute: () => ({ onExecuteDone: rewrite }),
    onSubscribe: () => ({ onSubscribeResult: rewrite }),
  };
}
