import { expect, test, vi } from 'vitest';
import { ensureFirstAccount } from '../../src/domain/accounts/create-account.ts';
import { createEnvironment } from '../../src/domain/accounts/create-environment.ts';
import { loadServerSecret } from '../../src/domain/instance.ts';
import { createApiKey } from '../../src/domain/keys/create-api-key.ts';
import { revokeApiKey } from '../../src/domain/keys/revoke-api-key.ts';
import { updateSettings } from '../../src/domain/settings/update-settings.ts';
import { installation, newAccount, readLog, tablesThatHold } from './installation.ts';

// Making a new database takes PGlite 2-5 s, and several times that on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

test('on PGlite too: the first account, its settings, keys and a further environment', async () => {
  const here = await installation('pglite');
  const serverSecret = await loadServerSecret(here.database);
  expect(await loadServerSecret(here.database)).toEqual(serverSecret);
  const both = await Promise.all([0, 1].map(() => ensureFirstAccount(here.database, { serverSecret })));
  expect(both.filter((account) => account !== null)).toHaveLength(1);

  const { admin } = await newAccount(here);
  const context = { log: here.log, serverSecret, forgetKey() {} };
  expect(await updateSettings(admin, { businessName: 'Acme' }, context)).toMatchObject({
    outcome: 'CHANGED',
    isEnforcedHere: true,
  });
  const input = { name: 'Dialer', role: 'DIALER', idempotencyKey: 'k' } as const;
  const { apiKey, secret } = await createApiKey(admin, input, context);
  expect(await createApiKey(admin, input, context)).toMatchObject({ apiKey, secret: null, replayed: true });
  expect(await revokeApiKey(admin, { id: apiKey.id }, context)).toMatchObject({ outcome: 'REVOKED' });
  const staging = await createEnvironment(admin, { key: 'staging' }, context);
  expect((await readLog(here, admin.environmentId)).slice(6).map(({ kind }) => kind)).toEqual([
    'SETTING',
    'API_KEY',
    'API_KEY',
    'ENVIRONMENT',
  ]);
  for (const key of [secret!, staging.adminKey!]) expect(await tablesThatHold(here, key.slice(8))).toEqual([]);
});
