import { randomBytes } from 'node:crypto';
import type { EnvironmentKind } from '../../auth/api-key.ts';
import { genesisHash } from '../../changes/chain.ts';
import { appendPlain, type PlainChange } from '../../changes/change-log.ts';
import { Interned } from '../../changes/interned.ts';
import type { ActorRef } from '../../changes/write-call.ts';
import type { Sql } from '../../db/database.ts';
import { builtInLists } from '../../suppression-index/block-mask.ts';
import { insertApiKey } from '../keys/api-key-row.ts';
import { defaultSettings } from '../settings.ts';

export interface NewEnvironment {
  readonly accountId: number;
  readonly key: string;
  readonly kind: EnvironmentKind;
  /** Whose name the beginning of its log and its first key bear. */
  readonly actor: ActorRef;
  readonly operation: string;
  readonly reason?: string | null;
  readonly onBehalfOf?: { readonly id: string; readonly name?: string | null } | null;
  readonly serverSecret: Uint8Array;
}

export interface CreatedEnvironment {
  readonly id: number;
  readonly key: string;
  readonly kind: EnvironmentKind;
  readonly adminKeyId: number;
  /** Its first ADMIN key, to be shown once. */
  readonly adminKey: string;
}

/**
 * A whole environment, inside a transaction: settings, built-in lists, an empty log whose first set tells all that, and
 * an ADMIN key. Null when the account has an environment with this key already.
 */
export async function insertEnvironment(sql: Sql, environment: NewEnvironment): Promise<CreatedEnvironment | null> {
  const { accountId, key, kind, actor, operation, serverSecret } = environment;
  const epoch = randomBytes(8).toString('hex');
  const { rows } = await sql.query<{ id: number }>(
    `INSERT INTO environment (account_id, key, kind, epoch, head_hash, settings) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (account_id, key) DO NOTHING RETURNING id`,
    [accountId, key, kind, epoch, genesisHash(epoch), JSON.stringify(defaultSettings)],
  );
  const id = rows[0]?.id;
  if (id === undefined) return null;
  await sql.query(INSERT_LISTS, [
    id,
    builtInLists.map((list) => list.id),
    builtInLists.map((list) => list.key),
    builtInLists.map((list) => list.name),
    builtInLists.map((list) => list.blocks),
    builtInLists.map((list) => list.enabled),
  ]);

  // On the transaction, and thrown away with it: nobody else can know this environment's actors and texts yet.
  const interned = new Interned(sql);
  const actorId = await interned.actor(id, actor);
  const behalf = environment.onBehalfOf
    ? JSON.stringify({ id: environment.onBehalfOf.id, name: environment.onBehalfOf.name ?? null })
    : null;
  const textId = await interned.texts(id, [environment.reason, behalf]);
  const set = { actorId, operation, reason: textId(environment.reason), onBehalfOf: textId(behalf) };
  await appendPlain(sql, id, { ...set, changes: beginning(key, kind) });
  const { apiKey, secret, change } = await insertApiKey(sql, {
    environmentId: id,
    kind,
    name: 'First ADMIN key',
    role: 'ADMIN',
    expiresAt: null,
    createdById: actorId,
    serverSecret,
  });
  await appendPlain(sql, id, { ...set, changes: [change] });
  return { id, key, kind, adminKeyId: apiKey.id, adminKey: secret };
}

/** The change by which a log tells of an environment. */
export function environmentChange(key: string, kind: EnvironmentKind): PlainChange {
  return { kind: 'ENVIRONMENT', before: null, after: JSON.stringify({ key, kind }) };
}

/** The first set of every log: from it on, lists and settings can be derived from the log alone (R5.1, R3.4). */
function beginning(key: string, kind: EnvironmentKind): PlainChange[] {
  return [
    environmentChange(key, kind),
    { kind: 'SETTING', before: null, after: JSON.stringify(defaultSettings) },
    ...builtInLists.map(
      (list): PlainChange => ({ kind: 'LIST', listId: list.id, before: null, after: JSON.stringify(list) }),
    ),
  ];
}

const INSERT_LISTS = `INSERT INTO list (environment_id, id, key, name, blocks, enabled, built_in)
  SELECT $1::int, id, key, name, blocks, enabled, true
    FROM unnest($2::int[], $3::text[], $4::text[], $5::smallint[], $6::boolean[]) AS l(id, key, name, blocks, enabled)`;
