import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { GraphQLClient } from 'graphql-request';
import type { Connection } from './connection.ts';
import { EXIT } from './exit-codes.ts';
import { explainAnswer } from './explain-answer.ts';
import { CommandFailure } from './failure.ts';
import type { UserErrorCode } from './gql/graphql.ts';
import { patiently } from './patience.ts';

/** What every mutation answers besides its own result. */
interface Payload {
  readonly notice?: string | null;
  readonly userErrors: readonly { readonly code: UserErrorCode; readonly message: string }[];
}

/** Mutations say these of a moment, not of their input. */
const passing: readonly UserErrorCode[] = ['OVERLOADED', 'UNKNOWN_OUTCOME'];

/** The server itself gives up long before. */
const ANSWER_WITHIN_MS = 60_000;

/** Queries and mutations, over HTTP. */
export class Api {
  readonly connection: Connection;
  readonly #client: GraphQLClient;
  readonly #onNotice: (notice: string) => void;

  constructor(connection: Connection, onNotice: (notice: string) => void) {
    this.connection = connection;
    const headers = { authorization: `Bearer ${connection.key}` };
    this.#client = new GraphQLClient(connection.endpoint.href, {
      headers,
      fetch: (address, init) => fetch(address, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }),
    });
    this.#onNotice = onNotice;
  }

  /** Asked again for `patienceMs` while the server can't be reached. @throws CommandFailure */
  async ask<TData, TVariables extends object>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    patienceMs?: number,
  ): Promise<TData> {
    return patiently(() => this.#once(document, variables), patienceMs);
  }

  /**
   * A mutation's payload. It may be sent twice, so its input carries an idempotencyKey.
   * @throws CommandFailure also for its `userErrors`
   */
  async change<TData, TVariables extends object, Field extends keyof TData>(
    document: TypedDocumentNode<TData, TVariables>,
    field: Field,
    variables: TVariables,
    patienceMs?: number,
  ): Promise<NonNullable<TData[Field]>> {
    return patiently(async () => {
      const data = await this.#once(document, variables);
      const payload = data[field] as NonNullable<TData[Field]> & Payload;
      const [error] = payload.userErrors;
      if (error) {
        const message = payload.userErrors.map((each) => each.message).join('\n');
        throw new CommandFailure(passing.includes(error.code) ? EXIT.unreachable : EXIT.refused, error.code, message);
      }
      if (payload.notice) this.#onNotice(payload.notice);
      return payload;
    }, patienceMs);
  }

  async #once<TData, TVariables extends object>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
  ): Promise<TData> {
    try {
      return await this.#client.request<TData>({ document, variables });
    } catch (error) {
      throw explainAnswer(error, this.connection.endpoint);
    }
  }
}
