import './scalars.ts';
import './types/user-error.ts';
import './types/list.ts';
import './types/entry.ts';
import './types/entry-connection.ts';
import './types/add-entries.ts';
import './types/change-entries.ts';
import './types/update-entry.ts';
import './types/viewer.ts';
import './types/environment.ts';
import './types/settings.ts';
import './types/api-key.ts';
import './types/api-key-connection.ts';
import './types/change-api-keys.ts';
import './types/check.ts';
import './types/check-batch.ts';
import './types/number.ts';
import './types/number-history.ts';
import './types/change.ts';
import './types/audit-log.ts';
import './types/verify-audit.ts';
import './types/entry-changes.ts';
import { builder } from './builder.ts';

/** The whole schema; its sorted print is schema/schema.graphql, the contract. */
export const schema = builder.toSchema();
