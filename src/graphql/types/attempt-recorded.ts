import type { AttemptRow } from '../../domain/attempts/attempt.ts';
import { selectAttempts } from '../../domain/attempts/attempt-filter.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { Attempt } from './attempt.ts';
import { AttemptFilterInput } from './attempt-filter.ts';

builder.subscriptionField('attemptRecorded', (t) =>
  t.field({
    type: Attempt,
    description:
      'Each attempt as it is kept, of all servers, in the order of their positions and none left out; within a second of the answer. ADMIN, COMPLIANCE and AUDITOR hear of all, an AGENT of those of the same key or person.',
    authScopes: { may: 'attempt:see-own' },
    args: {
      filterBy: t.arg({ type: AttemptFilterInput, description: 'Which attempts; without it all of them.' }),
      after: t.arg({
        type: 'LogPosition',
        description:
          'Begin behind this `Attempt.position`: the last that you have seen, or 0 for all there are. Without it the stream begins with the next attempt.',
      }),
    },
    subscribe: (_root, { filterBy, after }, context) => follow(filterBy ?? {}, after ?? null, context),
    resolve: (attempt) => attempt,
  }),
);

async function follow(
  filter: typeof AttemptFilterInput.$inferInput,
  after: number | null,
  { viewer, services, signal }: Context,
): Promise<AsyncIterable<AttemptRow>> {
  const { attempts, database, log, settings } = services;
  await attempts.written(viewer.environmentId);
  const selection = await selectAttempts({ sql: database.read, log, settings }, viewer, filter);
  return services.attemptFeed.follow(viewer.environmentId, selection, { after, signal });
}
