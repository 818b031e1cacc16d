import type { ChangeKind } from '../../changes/change-set.ts';
import type { Sql } from '../../db/database.ts';
import type { AuditSelection } from './audit-filter.ts';

export interface AuditPage {
  readonly size: number;
  /** Oldest first, towards the newest. */
  readonly backwards: boolean;
  /** The position of the row before the page. */
  readonly beyond: number | null;
}

/**
 * The positions of one page of the log, in reading order. Page 10,000 costs what page 1 costs: each of the queries enters
 * an index at the page's key and reads a page's worth of it. What has no index of its own is filtered on the way, under
 * the statement's time limit (P3.3).
 */
export async function auditPositions(
  sql: Sql,
  environmentId: number,
  selection: AuditSelection,
  page: AuditPage,
): Promise<string[]> {
  const query = new PageQuery(environmentId, selection, page);
  const lastSet =
    query.goesAlongSets && query.below !== null ? await endOfSet(sql, environmentId, query.below - 1) : null;
  const { rows } = await sql.query<{ position: string }>(query.text(lastSet), query.values);
  return rows.map(({ position }) => position);
}

/** The end of the set that holds a position: who reads back from there enters that set too. */
async function endOfSet(sql: Sql, environmentId: number, position: number): Promise<string | null> {
  const { rows } = await sql.query<{ position: string | null }>(
    'SELECT min(position) AS position FROM change_set WHERE environment_id = $1 AND position >= $2',
    [environmentId, position],
  );
  return rows[0]!.position;
}

/** A column of `change` whose values and positions are an index. */
interface Driver {
  readonly column: 'entry_id' | 'consent_id' | 'kind' | 'list_id';
  readonly type: 'bigint' | 'change_kind' | 'integer';
  readonly values: readonly unknown[];
}

class PageQuery {
  readonly values: unknown[];
  readonly #selection: AuditSelection;
  readonly #page: AuditPage;
  readonly #direction: 'ASC' | 'DESC';
  readonly #above: string;
  readonly #below: string | null;
  /** One column that decides, or two for a number: no change is of an entry and of a consent. */
  readonly #drivers: readonly Driver[];
  /** The position that the page lies below; null from the log's end. */
  readonly below: number | null;

  constructor(environmentId: number, selection: AuditSelection, page: AuditPage) {
    const { beyond, backwards } = page;
    this.values = [environmentId];
    this.#selection = selection;
    this.#page = page;
    this.#direction = backwards ? 'ASC' : 'DESC';
    const above = Math.max(selection.above, backwards ? (beyond ?? 0) : 0);
    const belows = [selection.below, backwards ? null : beyond].filter((below) => below !== null);
    this.below = belows.length > 0 ? Math.min(...belows) : null;
    this.#above = this.#bind(above, 'bigint');
    this.#below = this.below === null ? null : this.#bind(this.below, 'bigint');
    this.#drivers = driversOf(selection);
  }

  get goesAlongSets(): boolean {
    return this.#drivers.length === 0 && this.#needsSets();
  }

  text(lastSet: string | null): string {
    if (this.#drivers.length > 0) return this.#alongColumns();
    return this.goesAlongSets ? this.#alongSets(lastSet) : this.#alongLog();
  }

  /** Each value's newest page by the index (environment, column, position), then the newest of those. */
  #alongColumns(): string {
    const order = `ORDER BY position ${this.#direction} LIMIT ${this.#page.size}`;
    const pages = this.#drivers.map(
      ({ column, type, values }) => `SELECT page.position FROM unnest(${this.#bind(values, `${type}[]`)}) AS d(value)
        CROSS JOIN LATERAL (
          SELECT c.position FROM change c ${this.#needsSets() ? JOIN_SETS : ''}
           WHERE c.environment_id = $1 AND c.${column} = d.value AND ${this.#within('c.position')} ${this.#rest(column)}
           ${order.replace('position', 'c.position')}) page`,
    );
    return `${pages.join(' UNION ALL ')} ${order}`;
  }

  /**
   * By the index (environment, actor, position) of the sets, or by their key; a set's changes by theirs. OFFSET 0 keeps
   * each step on its index, whatever the planner thinks of the filters behind it.
   */
  #alongSets(lastSet: string | null): string {
    const { actorIds, kinds, listIds, operation } = this.#selection;
    const { size } = this.#page;
    const direction = this.#direction;
    // Each set has a change, but for the two that may reach over an edge: so many sets make a page, unless changes are left out.
    const enough = kinds || listIds ? 'OFFSET 0' : `LIMIT ${size + 2}`;
    const sets = (actor: string) => `SELECT first_position, position, actor_id, operation FROM change_set
      WHERE environment_id = $1 ${actor} AND position > ${this.#above}
        ${lastSet === null ? '' : `AND position <= ${this.#bind(lastSet, 'bigint')}`}
        ${operation === null ? '' : `AND operation = ${this.#bind(operation, 'text')}`}
      ORDER BY position ${direction} ${enough}`;
    const changes = (of: string) => `SELECT c.position FROM (${of}) s CROSS JOIN LATERAL (
        SELECT position, kind, list_id FROM change
         WHERE environment_id = $1 AND position BETWEEN s.first_position AND s.position AND ${this.#within('position')}
         ORDER BY position ${direction} OFFSET 0) c
      WHERE true ${this.#rest(null)} ORDER BY s.position ${direction}, c.position ${direction} LIMIT ${size}`;
    if (actorIds === null) return changes(sets(''));
    return `SELECT page.position FROM unnest(${this.#bind(actorIds, 'integer[]')}) AS d(value)
      CROSS JOIN LATERAL (${changes(sets('AND actor_id = d.value'))}) page
      ORDER BY page.position ${direction} LIMIT ${size}`;
  }

  #alongLog(): string {
    return `SELECT c.position FROM change c WHERE c.environment_id = $1 AND ${this.#within('c.position')} ${this.#rest(null)}
      ORDER BY c.position ${this.#direction} LIMIT ${this.#page.size}`;
  }

  #within(column: string): string {
    return `${column} > ${this.#above}${this.#below ? ` AND ${column} < ${this.#below}` : ''}`;
  }

  #needsSets(): boolean {
    return this.#selection.actorIds !== null || this.#selection.operation !== null;
  }

  /** What the driver doesn't decide. */
  #rest(driver: Driver['column'] | null): string {
    const { kinds, listIds, actorIds, operation } = this.#selection;
    const conditions = [
      kinds && driver !== 'kind' ? `c.kind = ANY (${this.#bind(kinds, 'change_kind[]')})` : null,
      listIds && driver !== 'list_id' ? `c.list_id = ANY (${this.#bind(listIds, 'integer[]')})` : null,
      actorIds ? `s.actor_id = ANY (${this.#bind(actorIds, 'integer[]')})` : null,
      operation ? `s.operation = ${this.#bind(operation, 'text')}` : null,
    ].filter((condition) => condition !== null);
    return conditions.map((condition) => `AND ${condition}`).join(' ');
  }

  #bind(value: unknown, type: string): string {
    return `$${this.values.push(value)}::${type}`;
  }
}

const JOIN_SETS = 'JOIN change_set s ON s.environment_id = c.environment_id AND s.position = c.set_position';

/** The narrowest index first: a number's entries and consents, rare kinds, then kinds and lists; an actor's sets go before those two. */
function driversOf({ entryIds, consentIds, kinds, listIds, actorIds }: AuditSelection): readonly Driver[] {
  const ofNumber: readonly Driver[] = [
    { column: 'entry_id', type: 'bigint', values: entryIds ?? [] },
    { column: 'consent_id', type: 'bigint', values: consentIds },
  ];
  if (entryIds) return consentIds.length > 0 ? ofNumber : ofNumber.slice(0, 1);
  const byKind: readonly Driver[] = kinds ? [{ column: 'kind', type: 'change_kind', values: kinds }] : [];
  if (kinds?.every(isRare)) return byKind;
  if (actorIds) return [];
  return kinds ? byKind : listIds ? [{ column: 'list_id', type: 'integer', values: listIds }] : [];
}

/** Contacts change entries and consents; people change the rest, now and then. */
function isRare(kind: ChangeKind): boolean {
  return !kind.startsWith('ENTRY_') && kind !== 'CONSENT';
}
