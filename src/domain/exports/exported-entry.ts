import type { EntrySource, EntryStatus } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import { loadCampaigns } from '../campaigns/find-campaign.ts';
import { createdByKind } from '../entries/entry-filter.ts';
import type { EntryRecord } from './entry-keys.ts';

/** An entry as the API names its fields. Without the permission evidence:see there is no evidence and no actor at all. */
export interface ExportedEntry {
  readonly id: string;
  readonly phone: string;
  readonly rawInput: string | null;
  readonly list: { readonly key: string };
  readonly status: EntryStatus;
  readonly source: EntrySource;
  readonly createdBy: { readonly kind: 'USER' | 'SYSTEM'; readonly actor?: ExportedActor };
  readonly endUserOptedOut: boolean;
  readonly reason: string | null;
  readonly evidence?: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date | null;
  readonly externalReference: string | null;
  readonly businessNumber: string | null;
  readonly campaign: { readonly key: string } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ExportedActor {
  readonly type: 'API_KEY' | 'PERSON' | 'SYSTEM';
  readonly subject: string;
  readonly name: string;
}

/** The entries with what their rows name by id: four look-ups for all of them. */
export async function exportedEntries(
  sql: Sql,
  environmentId: number,
  records: readonly EntryRecord[],
  seesEvidence: boolean,
): Promise<ExportedEntry[]> {
  if (records.length === 0) return [];
  const [lists, campaigns, texts, actors] = await Promise.all([
    keysOfLists(sql, environmentId),
    keysOfCampaigns(sql, environmentId, records),
    bodiesOf(sql, environmentId, [
      ...records.map(({ reasonId }) => reasonId),
      ...(seesEvidence ? records.map(({ evidenceId }) => evidenceId) : []),
    ]),
    seesEvidence ? actorsOf(sql, environmentId, [...new Set(records.map((record) => record.createdById))]) : null,
  ]);
  const textOf = (id: string | null) => (id === null ? null : (texts.get(id) ?? null));
  return records.map((record): ExportedEntry => {
    const { source } = record;
    const actor = actors?.get(record.createdById);
    return {
      id: Buffer.from(`Entry:${record.id}`).toString('base64url'),
      phone: record.phone,
      rawInput: record.raw,
      list: { key: lists.get(record.listId)! },
      status: record.status,
      source,
      createdBy: { kind: createdByKind(source), ...(actor ? { actor } : {}) },
      endUserOptedOut: record.endUserOptedOut,
      reason: textOf(record.reasonId),
      ...(seesEvidence ? { evidence: textOf(record.evidenceId) } : {}),
      requestedAt: record.requestedAt,
      expiresAt: record.expiresAt,
      externalReference: record.externalReference,
      businessNumber: record.businessNumber,
      campaign: campaigns.get(record.campaignId) ?? null,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
    };
  });
}

export async function keysOfLists(sql: Sql, environmentId: number): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql.query<{ id: number; key: string }>('SELECT id, key FROM list WHERE environment_id = $1', [
    environmentId,
  ]);
  return new Map(rows.map(({ id, key }) => [id, key]));
}

/** By their ids, as far as entries name them. */
async function keysOfCampaigns(
  sql: Sql,
  environmentId: number,
  records: readonly EntryRecord[],
): Promise<ReadonlyMap<number | null, { readonly key: string }>> {
  const ids = new Set(records.map(({ campaignId }) => campaignId).filter((id) => id !== null));
  const campaigns = ids.size === 0 ? [] : await loadCampaigns(sql, environmentId, [...ids]);
  return new Map(campaigns.map(({ id, key }) => [id, { key }]));
}

export async function actorsOf(
  sql: Sql,
  environmentId: number,
  ids: readonly number[],
): Promise<ReadonlyMap<number, ExportedActor>> {
  const { rows } = await sql.query<ExportedActor & { id: number }>(
    'SELECT id, type, subject, name FROM actor WHERE environment_id = $1 AND id = ANY ($2::integer[])',
    [environmentId, ids],
  );
  return new Map(rows.map(({ id, type, subject, name }) => [id, { type, subject, name }]));
}

async function bodiesOf(
  sql: Sql,
  environmentId: number,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  if (wanted.length === 0) return new Map();
  const { rows } = await sql.query<{ id: string; body: string | null }>(
    'SELECT id, body FROM text_value WHERE environment_id = $1 AND id = ANY ($2::bigint[])',
    [environmentId, wanted],
  );
  return new Map(rows.flatMap(({ id, body }) => (body === null ? [] : [[id, body] as const])));
}
