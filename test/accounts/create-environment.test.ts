import { expect, test } from 'vitest';
import { createKeyAuthenticator } from '../../src/auth/key-authenticator.ts';
import { createEnvironment } from '../../src/domain/accounts/create-environment.ts';
import {
  breakAtRow,
  colleague,
  type Installation,
  installation,
  newAccount,
  problemOf,
  readLog,
  rowCounts,
  serverSecret,
  tablesThatHold,
} from './installation.ts';

const context = ({ log }: Installation) => ({ log, serverSecret });

test('a new environment has its own lists, settings, log and key; both logs tell of it, and who asked for it', async () => {
  const here = await installation();
  const { admin, accountId } = await newAccount(here);
  const made = await createEnvironment(
    admin,
    { key: 'staging', reason: 'A place to try', onBehalfOf: { id: 'u1', name: 'Ada' } },
    context(here),
  );
  const { id } = made.environment;
  expect(made).toMatchObject({
    environment: { accountId, key: 'staging', kind: 'TEST' },
    replayed: false,
    isEnforcedHere: true,
    position: 7,
  });

  const keys = createKeyAuthenticator({ sql: here.database.read, serverSecret });
  expect(await keys.authenticate(made.adminKey!)).toMatchObject({
    accountId,
    environmentId: id,
    environmentKey: 'staging',
    role: 'ADMIN',
  });
  const own = await readLog(here, id);
  expect(own.map(({ kind }) => kind)).toEqual(['ENVIRONMENT', 'SETTING', 'LIST', 'LIST', 'LIST', 'API_KEY']);
  expect(own.at(-1)!.after).toMatchObject({ id: made.adminKeyId, role: 'ADMIN' });
  const callers = (await readLog(here, admin.environmentId)).at(-1);
  expect(callers).toMatchObject({
    kind: 'ENVIRONMENT',
    operation: 'createEnvironment',
    after: { key: 'staging', kind: 'TEST' },
  });
  expect(new Set([callers, ...own].map((change) => change!.subject))).toEqual(new Set([admin.subject]));
  expect(await tablesThatHold(here, made.adminKey!.slice(8))).toEqual([]);
  const { rows } = await here.database.read.query(
    `SELECT s.environment_id, r.body AS reason, b.body AS behalf FROM change_set s JOIN text_value r ON r.id = s.reason_id JOIN text_value b ON b.id = s.on_behalf_of_id
      WHERE s.operation = 'createEnvironment' AND r.environment_id = s.environment_id AND b.environment_id = s.environment_id ORDER BY s.environment_id, s.position`,
  );
  const said = { reason: 'A place to try', behalf: '{"id":"u1","name":"Ada"}' };
  expect(rows).toEqual([admin.environmentId, id, id].map((environment_id) => ({ environment_id, ...said })));
});

test('a retry answers the same environment without its key; other input under the same key is refused (P1.8)', async () => {
  const here = await installation();
  const { admin } = await newAccount(here);
  const input = { key: 'staging', kind: 'LIVE', idempotencyKey: 'once' } as const;
  const [first, second] = await Promise.all([
    createEnvironment(admin, input, context(here)),
    createEnvironment(admin, input, context(here)),
  ]);
  expect([first, second].filter(({ adminKey }) => adminKey?.startsWith('ql_live_'))).toHaveLength(1);
  const replay = await createEnvironment(admin, input, context(here));
  const { environment, adminKeyId, position } = first;
  expect(replay).toMatchObject({ environment, adminKeyId, adminKey: null, position, replayed: true });
  expect(await problemOf(createEnvironment(admin, { ...input, key: 'other' }, context(here)))).toBe(
    'IDEMPOTENCY_MISMATCH',
  );
  expect(await rowCounts(here)).toMatchObject({ environment: 3 });
});

test('a key is taken once in an account, also when both of its environments ask at once', async () => {
  const here = await installation();
  const { admin, sandboxAdmin } = await newAccount(here, 'Acme');
  const answers = await Promise.allSettled(
    [admin, sandboxAdmin].map((viewer) => createEnvironment(viewer, { key: 'staging' }, context(here))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await problemOf(createEnvironment(admin, { key: 'production' }, context(here)))).toBe(
    'ALREADY_EXISTS input.key',
  );
  const other = await newAccount(here, 'Other');
  await expect(createEnvironment(other.admin, { key: 'staging' }, context(here))).resolves.toMatchObject({
    replayed: false,
  });
});

test('what is no key of an environment', async () => {
  const here = await installation();
  const { admin } = await newAccount(here);
  for (const key of ['', 'a', 'A1', '1a', 'a b', 'a_b', '-a', `a${'b'.repeat(32)}`, 'ab\n']) {
    expect(await problemOf(createEnvironment(admin, { key }, context(here)))).toBe('INVALID_VALUE input.key');
  }
});

test('only ADMIN makes environments (R7)', async () => {
  const here = await installation();
  const { admin } = await newAccount(here);
  const staff = await colleague(here, admin, 'COMPLIANCE');
  await expect(createEnvironment(staff, { key: 'staging' }, context(here))).rejects.toMatchObject({
    code: 'FORBIDDEN',
    permission: 'environment:manage',
  });
});

test("both logs or neither (invariant 2): the caller's own change fails, and nothing of the new environment stays", async () => {
  const here = await installation();
  const { admin } = await newAccount(here);
  const before = await rowCounts(here);
  // Six changes are those of the new environment; the seventh is the caller's.
  await breakAtRow(here, 'change', 7);
  await expect(createEnvironment(admin, { key: 'staging', idempotencyKey: 'k' }, context(here))).rejects.toThrow(
    'the disk is full',
  );
  // The caller's own name was made known before: an orphan that does no harm.
  expect(await rowCounts(here)).toEqual({ ...before, actor: before.actor! + 1 });
});
