import { InvalidCursorError, Seal } from '../../changes/cursor.ts';
import type { Sql } from '../../db/database.ts';

/** R4.5: the confirmation of an opt-out may be sent in spite of it, once and within five minutes. */
export interface Grant {
  readonly token: string;
  readonly expiresAt: Date;
}

const LASTS = `interval '5 minutes'`;

/**
 * Leave to send the one message that confirms an opt-out. Kept in the row of the message that asked for it, so that it is
 * used once over all servers; its age is told by the database's clock.
 */
export class Grants {
  readonly #sql: Sql;
  readonly #seal: Seal;

  constructor({ sql, serverSecret }: { readonly sql: Sql; readonly serverSecret: Uint8Array }) {
    this.#sql = sql;
    this.#seal = new Seal(serverSecret, 'grant v1');
  }

  /** The token for a message: the same each time, and worth nothing unless that message is one that is confirmed. */
  grantFor(environmentId: number, messageId: string): string {
    return this.#seal.seal(`${environmentId} ${messageId}`);
  }

  /** The grant that comes with a message; null when there is none, or it has ended, or was used. */
  async find(environmentId: number, messageId: string): Promise<Grant | null> {
    const { rows } = await this.#sql.query<{ expires_at: Date }>(FIND, [environmentId, messageId]);
    const found = rows[0];
    return found ? { token: this.grantFor(environmentId, messageId), expiresAt: found.expires_at } : null;
  }

  /**
   * Uses a grant up. True once, for a message to the key that opted out, while it lasts; then, and for whatever isn't a
   * token of ours, false. Durable when it answers. Rejects when the database can't be asked.
   */
  async use(environmentId: number, token: string, phoneKey: string): Promise<boolean> {
    const messageId = this.#read(environmentId, token);
    if (messageId === null) return false;
    const { rows } = await this.#sql.query(USE, [environmentId, messageId, phoneKey]);
    return rows.length > 0;
  }

  #read(environmentId: number, token: string): string | null {
    try {
      const [of, messageId] = this.#seal.open(token).split(' ');
      return of === String(environmentId) ? messageId! : null;
    } catch (error) {
      if (error instanceof InvalidCursorError) return null;
      throw error;
    }
  }
}

// A START ends the grants before it, and the next STOP's takes their place: `confirmed_at` is the time of the one that holds.
const OPEN = `environment_id = $1 AND id = $2::bigint AND is_confirmed AND grant_used_at IS NULL AND recorded_at > clock_timestamp() - ${LASTS}
  AND EXISTS (SELECT 1 FROM contact_word w WHERE w.environment_id = $1 AND w.phone = message.phone AND w.confirmed_at = message.recorded_at)`;
const FIND = `SELECT recorded_at + ${LASTS} AS expires_at FROM message WHERE ${OPEN}`;
const USE = `UPDATE message SET grant_used_at = date_trunc('milliseconds', clock_timestamp()) WHERE ${OPEN} AND phone = $3 RETURNING id`;
