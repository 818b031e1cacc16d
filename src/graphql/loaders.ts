import DataLoader from 'dataloader';
import type { Viewer } from '../auth/viewer.ts';
import type { Database } from '../db/database.ts';
import type { Entry, List } from '../db/generated/client.ts';
import { findTasks, type TaskRow } from '../domain/tasks/task-row.ts';
import { type Listing, loadListings } from '../domain/verdicts/listings.ts';

/** Look-ups that are batched within one request. Never shared between requests: they hold what one viewer may see. */
export interface Loaders {
  /** Active or removed entries of the viewer's environment, by database id. */
  readonly entry: DataLoader<string, Entry | null>;
  /** Lists of the viewer's environment, by id. */
  readonly list: DataLoader<number, List | null>;
  /** What is listed under a number's key: the details of a block (R3.2). */
  readonly listings: DataLoader<string, readonly Listing[]>;
  /** Tasks that the viewer may see, by database id. */
  readonly task: DataLoader<string, TaskRow | null>;
}

export function createLoaders(database: Database, viewer: Viewer): Loaders {
  const { environmentId } = viewer;
  return {
    entry: new DataLoader(async (ids) => {
      const rows = await database.prisma.entry.findMany({ where: { environmentId, id: { in: ids.map(BigInt) } } });
      const byId = new Map(rows.map((row) => [String(row.id), row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    list: new DataLoader(async (ids) => {
      const rows = await database.prisma.list.findMany({ where: { environmentId, id: { in: [...ids] } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    listings: new DataLoader(async (keys) => {
      const byKey = await loadListings(database.read, environmentId, [...keys]);
      return keys.map((key) => byKey.get(key) ?? []);
    }),
    task: new DataLoader(async (ids) => {
      const byId = new Map((await findTasks(database.read, viewer, ids)).map((task) => [task.id, task]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
  };
}
