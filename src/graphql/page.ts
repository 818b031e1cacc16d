import { InvalidCursorError, type Seal } from '../changes/cursor.ts';
import { badInput } from './errors.ts';

export const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

/** Where a page begins: the sorted value and the id of the row before it. */
export interface PageKey {
  readonly value: string;
  readonly id: string;
}

/** What a connection's arguments ask for. */
export interface Page {
  readonly size: number;
  readonly backwards: boolean;
  readonly key: PageKey | null;
  /** Of the first page of the walk (P2.3); null on the first page. */
  readonly changeCursor: string | null;
  /** What a cursor belongs to: another list or order refuses it. */
  readonly scope: string;
}

interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** Reads first/after or last/before. Outside of 1 to 100 is an error, never a silent other page. */
export function readPage(args: PageArgs, seal: Seal, scope: string): Page {
  const backwards = typeof args.last === 'number' || typeof args.before === 'string';
  if (backwards && (typeof args.first === 'number' || typeof args.after === 'string')) {
    throw badInput('Give first and after, or last and before: not both.');
  }
  const size = (backwards ? args.last : args.first) ?? DEFAULT_PAGE;
  if (size < 1 || size > MAX_PAGE) throw badInput(`A page has 1 to ${MAX_PAGE} rows, and ${size} were asked for.`);
  const token = backwards ? args.before : args.after;
  if (typeof token !== 'string') return { size, backwards, key: null, changeCursor: null, scope };
  const sealed = JSON.parse(seal.open(token)) as [scope: string, changeCursor: string, value: string, id: string];
  if (sealed[0] !== scope)
    throw new InvalidCursorError('This cursor belongs to another list or order: start again without it.');
  return { size, backwards, key: { value: sealed[2], id: sealed[3] }, changeCursor: sealed[1], scope };
}

/** The cursor of one row. Sealed: it names what the viewer may not see (P2.9). */
export function sealPage(seal: Seal, scope: string, changeCursor: string, key: PageKey): string {
  return seal.seal(JSON.stringify([scope, changeCursor, key.value, key.id]));
}

/** Rows in the connection's order, as Relay wants a page of them. `more`: there was one row beyond the page's size. */
export function connectionOf<Row>(
  page: Page,
  rows: readonly Row[],
  more: boolean,
  cursorFor: (row: Row) => string,
): { edges: { node: Row; cursor: string }[]; pageInfo: PageInfo } {
  const edges = rows.map((node) => ({ node, cursor: cursorFor(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: page.backwards ? page.key !== null : more,
      hasPreviousPage: page.backwards ? more : page.key !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}
