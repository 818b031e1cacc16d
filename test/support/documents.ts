import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type GraphQLFormattedError, print } from 'graphql';

/** What `graphql()` of ./gql returns (typed), or the text of a document (then `any` is what comes back). */
// biome-ignore lint/suspicious/noExplicitAny: a string says nothing about its answer
export type Document<TData = any, TVariables = any> = TypedDocumentNode<TData, TVariables> | string;

/** Optional when the document has no variables, or none that are required. */
export type Variables<TVariables> =
  Record<string, never> extends TVariables ? [variables?: TVariables] : [variables: TVariables];

export interface Answer<TData> {
  readonly data: TData | null | undefined;
  readonly errors: readonly GraphQLFormattedError[];
}

export function textOf(document: Document): string {
  if (typeof document === 'string') return document;
  if (document.kind === 'Document') return print(document);
  throw new Error('graphql() does not know this document: run `npm run generate:documents`.');
}

/** Everything that one needs to understand a failed test without running it again. */
export function failure(headline: string, document: Document, variables: unknown, received: unknown): Error {
  const body = typeof received === 'string' ? received : JSON.stringify(received, null, 2);
  return new Error(
    `${headline}\n\n${textOf(document).trim()}\n\nvariables: ${JSON.stringify(variables ?? {}, null, 2)}\n\nreceived: ${shortened(body)}`,
  );
}

function shortened(text = 'nothing'): string {
  const limit = 8_000;
  return text.length > limit ? `${text.slice(0, limit)}… (${text.length} characters)` : text;
}
