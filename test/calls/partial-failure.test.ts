import { expect, test } from 'vitest';
import { apiKeyViewer } from '../../src/auth/viewer.ts';
import type { ChangeLog } from '../../src/changes/change-log.ts';
import type { Sql } from '../../src/db/database.ts';
import { recordCallOutcome } from '../../src/domain/calls/record-call-outcome.ts';
import { defaultSettings } from '../../src/domain/settings.ts';

const viewer = apiKeyViewer({
  accountId: 1,
  environmentId: 1,
  environmentKey: 'production',
  authVersion: 0,
  keyId: 1,
  role: 'DIALER',
  name: 'Dialer',
  expiresAt: null,
});

test('a fact that can not be written now costs the others nothing, and the report is answered with the error', async () => {
  const tried: string[] = [];
  const log: Pick<ChangeLog, 'write'> = {
    async write({ fact }) {
      tried.push(fact!.kind);
      if (fact!.kind === 'ADD_TO_DNC') throw Object.assign(new Error('busy'), { code: 'OVERLOADED' });
      const row = { code: 'ADDED', entryId: '1', facts: '' } as const;
      return { rows: [row], position: 1, replayed: null, fact: 'NEW', isEnforcedHere: true };
    },
  };
  const sql: Sql = { query: async () => ({ rows: [] }) as never } as Sql;
  const reported = recordCallOutcome(
    viewer,
    {
      phone: '+14155550100',
      callId: 'call-1',
      addToDnc: true,
      ivrKey: '9',
      transcript: [{ speaker: 'CONTACT', text: 'stop calling me' }],
    },
    {
      sql,
      log: log as ChangeLog,
      settings: { ...defaultSettings, ivrOptOutKeys: ['9'] },
      verdicts: { check: () => Promise.reject(new Error('not asked')) },
      now: new Date(),
    },
  );
  await expect(reported).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(tried).toEqual(['ADD_TO_DNC', 'IVR_KEY', 'TRANSCRIPT']);
});
