import DataLoader from 'dataloader';
import type { Viewer } from '../auth/viewer.ts';
import type { Database } from '../db/database.ts';
import type { Actor, Consent, Entry, List, Message } from '../db/generated/client.ts';
import { loadCampaigns } from '../domain/campaigns/find-campaign.ts';
import { dispositionsOf, type StoredDisposition } from '../domain/dispositions/stored-disposition.ts';
import { findTasks, type TaskRow } from '../domain/tasks/task-row.ts';
import { type Listing, loadListings } from '../domain/verdicts/listings.ts';
import type { CampaignRow } from '../suppression-index/campaign-row.ts';

/** Look-ups that are batched within one request. Never shared between requests: they hold what one viewer may see. */
export interface Loaders {
  /** Active or removed entries of the viewer's environment, by database id. */
  readonly entry: DataLoader<string, Entry | null>;
  /** Lists of the viewer's environment, by id. */
  readonly list: DataLoader<number, List | null>;
  /** All of them as of now, archived ones too, in the order of their ids; read once for whoever asks at once. */
  readonly lists: DataLoader<'ALL', readonly List[]>;
  /** Campaigns of the viewer's environment, archived ones too, by id. */
  readonly campaign: DataLoader<number, CampaignRow | null>;
  /** Dispositions of a campaign's own by its id, as of now; 0: of the environment. */
  readonly dispositions: DataLoader<number, readonly StoredDisposition[]>;
  /** Consents of the viewer's environment, ended ones too, by database id. */
  readonly consent: DataLoader<string, Consent | null>;
  /** Inbound messages of the viewer's environment, by database id. */
  readonly message: DataLoader<string, Message | null>;
  /** Who did something, by id: where a row names them without a relation. */
  readonly actor: DataLoader<number, Actor | null>;
  /** Texts of the log, by database id; null for one that was erased. */
  readonly text: DataLoader<string, string | null>;
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
    lists: new DataLoader(
      async (asked) => {
        const lists = await database.prisma.list.findMany({ where: { environmentId }, orderBy: { id: 'asc' } });
        return asked.map(() => lists);
      },
      { cache: false },
    ),
    campaign: new DataLoader(async (ids) => {
      const rows = await loadCampaigns(database.read, environmentId, ids);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    dispositions: new DataLoader(
      async (campaignIds) => {
        const rows = await dispositionsOf(database.read, environmentId, campaignIds);
        return campaignIds.map((id) => rows.filter(({ campaignId }) => campaignId === id));
      },
      { cache: false },
    ),
    consent: new DataLoader(async (ids) => {
      const rows = await database.prisma.consent.findMany({ where: { environmentId, id: { in: ids.map(BigInt) } } });
      const byId = new Map(rows.map((row) => [String(row.id), row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    message: new DataLoader(async (ids) => {
      const rows = await database.prisma.message.findMany({ where: { environmentId, id: { in: ids.map(BigInt) } } });
      const byId = new Map(rows.map((row) => [String(row.id), row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    actor: new DataLoader(async (ids) => {
      const rows = await database.prisma.actor.findMany({ where: { environmentId, id: { in: [...ids] } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    text: new DataLoader(async (ids) => {
      const rows = await database.prisma.textValue.findMany({ where: { environmentId, id: { in: ids.map(BigInt) } } });
      const byId = new Map(rows.map((row) => [String(row.id), row.body]));
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
