import { builder } from '../builder.ts';

/** The shape from the first day (R6.1); bulk actions of this release are done within their call. */
export const Task = builder.objectRef<{ id: string }>('Task').implement({
  description:
    'Long work with progress. Bulk actions answer with one when there is too much for one call; today every call is done when it answers.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'The id of this task.' }) }),
});
