import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Sql } from '../db/database.ts';
import type { ActorRef } from './write-call.ts';

const REMEMBERED = 20_000;

/**
 * Texts and actors that the log names by id, made known before the write that uses them: an orphan does no harm, and a
 * shared row locked inside the write would make writers wait for each other. A million rows with one reason are one
 * row of text (P3.3).
 */
export class Interned {
  readonly #sql: Sql;
  /** By environment and digest, so that a cached text costs 40 bytes and not its length. */
  readonly #texts = new LRUCache<string, string>({ max: REMEMBERED });
  readonly #actors = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The id of each text; null and '' have none. */
  async texts(
    environmentId: number,
    bodies: Iterable<string | null | undefined>,
  ): Promise<(body: string | null | undefined) => string | null> {
    const ids = new Map<string, string>();
    const unknown = new Map<string, string>();
    for (const body of bodies) {
      if (!body || ids.has(body)) continue;
      const key = textKey(environmentId, body);
      const id = this.#texts.get(key);
      if (id === undefined) unknown.set(body, key);
      else ids.set(body, id);
    }
    if (unknown.size > 0) {
      const { rows } = await this.#sql.query<{ id: string; n: string }>(INTERN_TEXTS, [
        environmentId,
        [...unknown.keys()],
      ]);
      const wanted = [...unknown];
      for (const { id, n } of rows) {
        const [body, key] = wanted[Number(n) - 1]!;
        ids.set(body, id);
        this.#texts.set(key, id);
      }
    }
    return (body) => (body ? ids.get(body)! : null);
  }

  /** The ids may be another history's: after a restored backup they name nothing, or something else. */
  forget(): void {
    this.#texts.clear();
    this.#actors.clear();
  }

  async actor(environmentId: number, actor: ActorRef): Promise<number> {
    const key = `${environmentId} ${actor.subject} ${actor.name}`;
    const known = this.#actors.get(key);
    if (known !== undefined) return known;
    const { rows } = await this.#sql.query<{ id: number }>(INTERN_ACTOR, [
      environmentId,
      actor.type,
      actor.subject,
      actor.name,
    ]);
    const id = rows[0]!.id;
    this.#actors.set(key, id);
    return id;
  }
}

function textKey(environmentId: number, body: string): string {
  return `${environmentId} ${createHash('sha256').update(body).digest('base64')}`;
}

// Sorted by digest, so that two callers with the same new texts wait for each other in one order. The conflict is
// resolved by a second statement's snapshot: the SELECT sees what others committed, the RETURNING what we inserted.
const INTERN_TEXTS = `
  WITH wanted AS (SELECT body, n, sha256(convert_to(body, 'UTF8')) AS digest FROM unnest($2::text[]) WITH ORDINALITY AS w(body, n)),
  salted AS MATERIALIZED (SELECT *, uuid_send(gen_random_uuid()) AS salt FROM wanted),
  made AS (
    INSERT INTO text_value (environment_id, digest, salt, body, commitment)
    SELECT $1::int, digest, salt, body, sha256(salt || convert_to(body, 'UTF8')) FROM salted ORDER BY digest
    ON CONFLICT (environment_id, digest) DO UPDATE SET digest = excluded.digest RETURNING id, digest)
  SELECT made.id, wanted.n FROM made JOIN wanted USING (digest)`;

// A person's or key's new name is shown from then on; the subject is what identifies.
const INTERN_ACTOR = `
  INSERT INTO actor (environment_id, type, subject, name) VALUES ($1::int, $2::actor_type, $3, $4)
  ON CONFLICT (environment_id, subject) DO UPDATE SET name = excluded.name RETURNING id`;
