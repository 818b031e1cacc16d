import { beforeAll, expect, test } from 'vitest';
import { roles } from '../../src/auth/permissions.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const SETTINGS = '{ environment { settings { businessName defaultCountry enforcePending stopBlocksCalls } } }';
const UPDATE = /* GraphQL */ `
  mutation ($input: UpdateSettingsInput!) {
    updateSettings(input: $input) {
      settings { businessName defaultCountry enforcePending stopBlocksCalls }
      isChanged
      cursor
      notice
      userErrors { code message path }
    }
  }
`;
const ADD =
  'mutation ($phone: String!) { addEntries(input: { list: "DNC", entries: [{ phone: $phone }] }) { results { entry { phone } } userErrors { code } } }';

const LOG = /* GraphQL */ `
  {
    auditLog(filterBy: { operation: "updateSettings" }) {
      nodes { kind operation reason actor { name } onBehalfOf { id name } details { name before after } }
    }
  }
`;

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

test('everybody with a role reads the settings, COMPLIANCE and ADMIN change them (R7)', async () => {
  const world = await newEnvironment(server);
  for (const role of roles) {
    const client = await world.as(role);
    expect((await client.expectOk(SETTINGS)).environment.settings.defaultCountry).toBe('US');
    const answer = await client.query(UPDATE, { input: { businessName: role } });
    if (role === 'ADMIN' || role === 'COMPLIANCE') expect(answer.data.updateSettings.settings.businessName).toBe(role);
    else expect(answer.errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', permission: 'settings:write' });
  }
});

test('what is left out stays, and what was so already is no change', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const { updateSettings: first } = await staff.expectOk(UPDATE, {
    input: { businessName: 'Acme', enforcePending: false },
  });
  expect(first).toMatchObject({ isChanged: true, notice: null, cursor: expect.any(String) });
  expect(first.settings).toEqual({
    businessName: 'Acme',
    defaultCountry: 'US',
    enforcePending: false,
    stopBlocksCalls: true,
  });
  const { updateSettings: again } = await staff.expectOk(UPDATE, {
    input: { businessName: 'Acme', stopBlocksCalls: null },
  });
  expect(again).toMatchObject({ isChanged: false, settings: first.settings, cursor: first.cursor });
});

test('the default country decides how a number is read from that moment on (R2.1)', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await staff.expectOk(UPDATE, { input: { defaultCountry: 'de' } });
  const { addEntries } = await staff.expectOk(ADD, { phone: '030 12345678' });
  expect(addEntries.results[0].entry.phone).toBe('+493012345678');
});

test.each(['XX', 'USA', 'Germany', '', '49'])(
  'the country %o is refused, with what may stand there',
  async (defaultCountry) => {
    const staff = await (await newEnvironment(server)).as('COMPLIANCE');
    const { data } = await staff.query(UPDATE, { input: { defaultCountry, businessName: 'not kept' } });
    expect(data.updateSettings).toMatchObject({ settings: null, isChanged: false, cursor: null });
    expect(data.updateSettings.userErrors).toEqual([
      { code: 'INVALID_VALUE', path: ['input', 'defaultCountry'], message: expect.stringContaining('ISO 3166') },
    ]);
    expect((await staff.expectOk(SETTINGS)).environment.settings).toMatchObject({
      defaultCountry: 'US',
      businessName: '',
    });
  },
);

test('a retry answers the same and changes once; other input under its key is an error (P1.8)', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  const input = { businessName: 'Acme', idempotencyKey: 'once' };
  const first = await staff.expectOk(UPDATE, { input });
  expect(await staff.expectOk(UPDATE, { input })).toEqual(first);
  await staff.expectError('IDEMPOTENCY_MISMATCH', UPDATE, { input: { ...input, businessName: 'Other' } });
});

test("the sandbox's settings are its own (invariant 8)", async () => {
  const world = await newEnvironment(server);
  await (await world.as('ADMIN')).expectOk(UPDATE, { input: { businessName: 'Production' } });
  expect((await (await world.sandbox.as('ADMIN')).expectOk(SETTINGS)).environment.settings.businessName).toBe('');
});

test('each change of settings is in the log: what, from what to what, by whom and why (R5.1)', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  await staff.expectOk(UPDATE, { input: { businessName: 'Acme', enforcePending: false, reason: 'Audit 7' } });
  await staff.expectOk(UPDATE, { input: { businessName: 'Acme' } });
  await staff.expectOk(UPDATE, { input: { enforcePending: true, onBehalfOf: { id: '7', name: 'Pat' } } });
  const { auditLog } = await (await world.as('AUDITOR')).expectOk(LOG);
  expect(auditLog.nodes).toEqual([
    {
      kind: 'SETTING',
      operation: 'updateSettings',
      reason: null,
      actor: { name: 'Key of the COMPLIANCE' },
      onBehalfOf: { id: '7', name: 'Pat' },
      details: [{ name: 'enforcePending', before: 'false', after: 'true' }],
    },
    {
      kind: 'SETTING',
      operation: 'updateSettings',
      reason: 'Audit 7',
      actor: { name: 'Key of the COMPLIANCE' },
      onBehalfOf: null,
      details: [
        { name: 'businessName', before: '', after: 'Acme' },
        { name: 'enforcePending', before: 'true', after: 'false' },
      ],
    },
  ]);
});
