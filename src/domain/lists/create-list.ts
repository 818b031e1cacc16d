import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { readName } from '../name-text.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { allLists, listChange, MAX_CUSTOM_LISTS, type StoredList } from './custom-list.ts';
import {
  assertAttachable,
  type BlockInput,
  readBlocks,
  readCampaigns,
  readDescription,
  readListKey,
} from './list-input.ts';

export interface CreateListInput extends ConfigInput {
  readonly key: string;
  readonly name: string;
  readonly description?: string | null;
  readonly blocks: readonly BlockInput[];
  /** Keys; none: the list counts for all. */
  readonly campaigns?: readonly string[] | null;
}

export type CreatedList = Committed<{
  readonly listId: number;
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Makes a custom list. From this change on it counts like the built-in ones, for the campaigns that it is attached to.
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function createList(
  viewer: Viewer,
  input: CreateListInput,
  { log }: { log: ChangeLog },
): Promise<CreatedList> {
  requirePermission(viewer, 'list:manage');
  const { environmentId } = viewer;
  const given = {
    key: readListKey(input.key, 'input.key'),
    name: readName(input.name, 'input.name'),
    description: readDescription(input.description ?? '', 'input.description'),
    blocks: readBlocks(input.blocks, 'input.blocks'),
  };
  const campaigns = input.campaigns ?? [];
  assertAttachable(campaigns);
  const { result, ...recorded } = await recordOnce<Pick<CreatedList, 'listId'>>(log, viewer, {
    operation: 'createList',
    input,
    async work(sql) {
      const list = {
        ...given,
        id: await nextId(sql, environmentId, given.key),
        builtIn: false,
        enabled: true,
        campaigns: await readCampaigns(sql, environmentId, campaigns, []),
      };
      await insert(sql, environmentId, list);
      return {
        result: { listId: list.id },
        kept: [{ code: 'ADDED', entryId: String(list.id) }],
        changes: [listChange(null, list)],
      };
    },
    async replay(_sql, kept) {
      return { listId: Number(kept[0]!.entryId) };
    },
  });
  return { ...result, ...recorded };
}

/** Ids are given in turn under the environment's lock; no list is ever deleted, so none is given twice. */
async function nextId(sql: Sql, environmentId: number, key: string): Promise<number> {
  const lists = await allLists(sql, environmentId);
  if (lists.some((list) => list.key === key))
    throw new UserProblemError(
      problem(
        'ALREADY_EXISTS',
        'input.key',
        `This environment has a list with the key ${key}: choose another, or change that one with updateList.`,
      ),
    );
  if (lists.filter(({ builtIn }) => !builtIn).length >= MAX_CUSTOM_LISTS)
    throw new UserProblemError(
      problem(
        'TOO_MANY',
        'input.key',
        `An environment takes at most ${MAX_CUSTOM_LISTS} custom lists, archived ones too: use one of them for it.`,
      ),
    );
  return Math.max(...lists.map(({ id }) => id)) + 1;
}

async function insert(sql: Sql, environmentId: number, list: StoredList): Promise<void> {
  const { id, key, name, description, blocks, campaigns } = list;
  await sql.query(
    'INSERT INTO list (environment_id, id, key, name, description, blocks, campaigns) VALUES ($1, $2, $3, $4, $5, $6, $7::int[])',
    [environmentId, id, key, name, description, blocks, campaigns],
  );
}
