import type { ChangeKind } from '../../changes/change-set.ts';
import { type ChangedDetail, campaignsIn, changedDetails } from '../../domain/audit/change-details.ts';
import { builder } from '../builder.ts';
import type { Loaders } from '../loaders.ts';

/** What a change of anything but an entry did. */
export const ChangedDetailType = builder.objectRef<ChangedDetail>('ChangedDetail').implement({
  description:
    'One thing that a change of anything but an entry altered. Of a consent all is named, so that its end tells which it was.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What, such as "enforcePending". Campaigns show by their keys.' }),
    before: t.exposeString('before', { nullable: true, description: 'As text; null when there was none.' }),
    after: t.exposeString('after', { nullable: true, description: 'As text; null when there is none.' }),
  }),
});

/** The details of one change, with the campaigns' keys. */
export async function detailsOf(
  { kind, before, after }: { readonly kind: ChangeKind; readonly before: string | null; readonly after: string | null },
  { campaign }: Pick<Loaders, 'campaign'>,
): Promise<ChangedDetail[]> {
  const ids = kind.startsWith('ENTRY_') ? [] : campaignsIn(before, after);
  const keys = new Map(await Promise.all(ids.map(async (id) => [id, (await campaign.load(id))?.key ?? null] as const)));
  return changedDetails(kind, before, after, (id) => keys.get(id) ?? null);
}
