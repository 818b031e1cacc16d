import { requirePermission } from '../../auth/require-permission.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { ChangeLog, Committed } from '../../changes/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { unknownList } from '../list-ids.ts';
import { readName } from '../name-text.ts';
import { type ConfigInput, recordOnce } from '../record-once.ts';
import { problem, UserProblemError } from '../user-problem.ts';
import { allLists, listChange, type StoredList } from './custom-list.ts';
import { assertNothingHolds, weakening } from './entries-that-hold.ts';
import { assertAttachable, type BlockInput, readBlocks, readCampaigns, readDescription } from './list-input.ts';

/** What is absent or null stays as it is. */
export interface UpdateListInput extends ConfigInput {
  /** Its key, which never changes. */
  readonly list: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly blocks?: readonly BlockInput[] | null;
  /** Keys, all of them; none: the list counts for all. */
  readonly campaigns?: readonly string[] | null;
  /** False archives it: its entries stay and don't count. */
  readonly isEnabled?: boolean | null;
}

export type UpdatedList = Committed<{
  readonly listId: number;
  readonly outcome: 'CHANGED' | 'UNCHANGED';
  readonly position: number;
  readonly replayed: boolean;
}>;

/**
 * Alters a custom list. What makes it block less is refused while it holds what nobody may lift (R5.5).
 * @throws UserProblemError, ForbiddenError, UnauthenticatedError, IdempotencyMismatchError
 */
export async function updateList(
  viewer: Viewer,
  input: UpdateListInput,
  { log }: { log: ChangeLog },
): Promise<UpdatedList> {
  requirePermission(viewer, 'list:manage');
  const { environmentId } = viewer;
  const { campaigns } = input;
  const given = readPatch(input);
  if (campaigns) assertAttachable(campaigns);
  const { result, ...recorded } = await recordOnce<Pick<UpdatedList, 'listId' | 'outcome'>>(log, viewer, {
    operation: 'updateList',
    input,
    async work(sql) {
      const before = await customList(sql, environmentId, input.list);
      const after: StoredList = {
        ...before,
        ...given,
        ...(campaigns && { campaigns: await readCampaigns(sql, environmentId, campaigns, before.campaigns) }),
      };
      const change = listChange(before, after);
      const outcome = change.before === change.after ? 'UNCHANGED' : 'CHANGED';
      const weakens = weakening(before, after);
      if (weakens) await assertNothingHolds(sql, environmentId, before, weakens);
      if (outcome === 'CHANGED') await update(sql, environmentId, after);
      return {
        result: { listId: after.id, outcome },
        kept: [{ code: outcome, entryId: String(after.id) }],
        changes: outcome === 'CHANGED' ? [change] : [],
      };
    },
    async replay(_sql, kept) {
      return { listId: Number(kept[0]!.entryId), outcome: kept[0]!.code as UpdatedList['outcome'] };
    },
  });
  return { ...result, ...recorded };
}

function readPatch({ name, description, blocks, isEnabled }: UpdateListInput): Partial<StoredList> {
  return {
    ...(typeof name === 'string' && { name: readName(name, 'input.name') }),
    ...(typeof description === 'string' && { description: readDescription(description, 'input.description') }),
    ...(blocks && { blocks: readBlocks(blocks, 'input.blocks') }),
    ...(typeof isEnabled === 'boolean' && { enabled: isEnabled }),
  };
}

async function customList(sql: Sql, environmentId: number, key: string): Promise<StoredList> {
  const list = (await allLists(sql, environmentId)).find((list) => list.key === key);
  if (!list) throw await unknownList(sql, environmentId, key, 'input.list');
  if (!list.builtIn) return list;
  const message = `${list.key} is built in and can't be altered: what it blocks is the law of the list. Make a list of your own with createList.`;
  throw new UserProblemError(problem('REFUSED', 'input.list', message));
}

async function update(sql: Sql, environmentId: number, list: StoredList): Promise<void> {
  const { id, name, description, blocks, enabled, campaigns } = list;
  await sql.query(
    'UPDATE list SET name = $3, description = $4, blocks = $5, enabled = $6, campaigns = $7::int[] WHERE environment_id = $1 AND id = $2',
    [environmentId, id, name, description, blocks, enabled, campaigns],
  );
}
