import type { Sql } from '../../db/database.ts';

export const endpointKinds = ['TWILIO', 'GENERIC'] as const;
export type EndpointKind = (typeof endpointKinds)[number];

/** A webhook endpoint as it may be shown: everything but its secret. */
export interface EndpointRow {
  readonly environmentId: number;
  readonly id: number;
  readonly kind: EndpointKind;
  readonly name: string;
  /** The last part of its address; whoever guesses it still lacks the secret. */
  readonly token: string;
  /** The whole address that the carrier calls, where a proxy makes it differ from ours. */
  readonly publicUrl: string | null;
  /** The carrier answers opt-outs itself. */
  readonly carrierAnswers: boolean;
  readonly createdById: number;
  readonly createdAt: Date;
  readonly removedAt: Date | null;
}

const COLUMNS = `environment_id AS "environmentId", id, kind, name, token, public_url AS "publicUrl", carrier_answers AS "carrierAnswers",
  created_by_id AS "createdById", created_at AS "createdAt", removed_at AS "removedAt"`;

export type NewEndpoint = Pick<
  EndpointRow,
  'environmentId' | 'kind' | 'name' | 'token' | 'publicUrl' | 'carrierAnswers' | 'createdById'
> & { readonly sealedSecret: string };

/** Inside a transaction that holds the environment's lock: ids are given in turn, and none twice. */
export async function insertEndpoint(sql: Sql, endpoint: NewEndpoint): Promise<EndpointRow> {
  const { environmentId, kind, name, token, sealedSecret, publicUrl, carrierAnswers, createdById } = endpoint;
  const { rows } = await sql.query<EndpointRow>(
    `INSERT INTO webhook_endpoint (environment_id, id, kind, name, token, sealed_secret, public_url, carrier_answers, created_by_id)
     SELECT $1::int, coalesce(max(id), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM webhook_endpoint WHERE environment_id = $1::int
     RETURNING ${COLUMNS}`,
    [environmentId, kind, name, token, sealedSecret, publicUrl, carrierAnswers, createdById],
  );
  return rows[0]!;
}

export type EndpointChange = Partial<Pick<EndpointRow, 'name' | 'publicUrl' | 'carrierAnswers'>> & {
  readonly sealedSecret?: string;
};

export async function changeEndpoint(sql: Sql, before: EndpointRow, change: EndpointChange): Promise<EndpointRow> {
  const { name, publicUrl, carrierAnswers } = { ...before, ...change };
  const { rows } = await sql.query<EndpointRow>(
    `UPDATE webhook_endpoint SET name = $3, public_url = $4, carrier_answers = $5, sealed_secret = coalesce($6, sealed_secret)
      WHERE environment_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
    [before.environmentId, before.id, name, publicUrl, carrierAnswers, change.sealedSecret ?? null],
  );
  return rows[0]!;
}

/** Its secret goes with it; the row stays, for the messages that came through it. */
export async function endEndpoint(sql: Sql, { environmentId, id }: EndpointRow): Promise<EndpointRow> {
  const { rows } = await sql.query<EndpointRow>(
    `UPDATE webhook_endpoint SET removed_at = date_trunc('milliseconds', clock_timestamp()), sealed_secret = ''
      WHERE environment_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
    [environmentId, id],
  );
  return rows[0]!;
}

export async function findEndpoint(sql: Sql, environmentId: number, id: number): Promise<EndpointRow | null> {
  const { rows } = await sql.query<EndpointRow>(
    `SELECT ${COLUMNS} FROM webhook_endpoint WHERE environment_id = $1 AND id = $2`,
    [environmentId, id],
  );
  return rows[0] ?? null;
}

export async function countEndpoints(sql: Sql, environmentId: number): Promise<number> {
  const { rows } = await sql.query<{ count: string }>(
    'SELECT count(*) FROM webhook_endpoint WHERE environment_id = $1 AND removed_at IS NULL',
    [environmentId],
  );
  return Number(rows[0]!.count);
}

/** The one that is called by this address; a removed one is none. It says itself which environment it belongs to. */
export async function endpointByToken(
  sql: Sql,
  token: string,
): Promise<(EndpointRow & { readonly sealedSecret: string }) | null> {
  const { rows } = await sql.query<EndpointRow & { sealedSecret: string }>(
    `SELECT ${COLUMNS}, sealed_secret AS "sealedSecret" FROM webhook_endpoint WHERE token = $1 AND removed_at IS NULL`,
    [token],
  );
  return rows[0] ?? null;
}
