import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const SETTINGS =
  'settings { helpText optOutKeywords removedOptOutKeywords optOutPhrases optOutDetection ivrOptOutKeys consentEnforcement }';
const READ = `{ environment { ${SETTINGS} } }`;
const UPDATE = /* GraphQL */ `
  mutation ($input: UpdateSettingsInput!) {
    updateSettings(input: $input) { ${SETTINGS} isChanged cursor userErrors { code message path } }
  }
`;
const DEFAULTS = {
  helpText: '',
  optOutKeywords: [],
  removedOptOutKeywords: [],
  optOutPhrases: [],
  optOutDetection: true,
  ivrOptOutKeys: [],
  consentEnforcement: 'WARN',
};

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

async function update(client: Client, input: object) {
  return (await client.expectOk(UPDATE, { input })).updateSettings;
}

test('how people opt out is set as a whole, kept once each, and read back; nothing else moves', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  expect((await staff.expectOk(READ)).environment.settings).toEqual(DEFAULTS);
  const wanted = {
    helpText: 'Acme: call 555-HELP.\nReply STOP to end.',
    optOutKeywords: ['ALTO', 'alto!', ' Baja '],
    removedOptOutKeywords: ['remove'],
    optOutPhrases: ['leave us be', 'Leave us be.'],
    optOutDetection: false,
    ivrOptOutKeys: ['9', '*', '9'],
    consentEnforcement: 'BLOCK',
  };
  const kept = {
    ...wanted,
    optOutKeywords: ['ALTO', 'Baja'],
    optOutPhrases: ['leave us be'],
    ivrOptOutKeys: ['9', '*'],
  };
  expect(await update(staff, wanted)).toMatchObject({ isChanged: true, settings: kept });
  // Lists compare by what is in them.
  expect(await update(staff, wanted)).toMatchObject({ isChanged: false, settings: kept });
  expect((await update(staff, { optOutKeywords: [], helpText: '' })).settings).toEqual({
    ...kept,
    optOutKeywords: [],
    helpText: '',
  });
  expect((await (await world.sandbox.as('READ_ONLY')).expectOk(READ)).environment.settings).toEqual(DEFAULTS);
});

test('R4.2: the keywords of the law stay, and no word with a meaning becomes an opt-out', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  for (const [input, expected] of [
    ...['stop', 'Quit', 'END', 'revoke', 'OPT OUT', 'opt-out', 'cancel!', 'UNSUBSCRIBE'].map(
      (word) => [{ removedOptOutKeywords: ['STOPALL', word] }, 'REFUSED input.removedOptOutKeywords.1'] as const,
    ),
    ...['START', 'unstop', 'Yes!', 'HELP', 'info'].map(
      (word) => [{ optOutKeywords: [word] }, 'REFUSED input.optOutKeywords.0'] as const,
    ),
    // A word that does nothing now would go on doing nothing: whoever removes it means another.
    [{ removedOptOutKeywords: ['PAUSE'] }, 'INVALID_VALUE input.removedOptOutKeywords.0'],
    [{ removedOptOutKeywords: [''] }, 'INVALID_VALUE input.removedOptOutKeywords.0'],
    [{ optOutKeywords: ['ALTO', '?!'] }, 'INVALID_VALUE input.optOutKeywords.1'],
    [{ optOutKeywords: ['k'.repeat(41)] }, 'TOO_LONG input.optOutKeywords.0'],
    [{ optOutKeywords: Array.from({ length: 101 }, (_, n) => `K${n}`) }, 'TOO_MANY input.optOutKeywords'],
  ] as const)
    expect(await refused(staff, input)).toEqual([expected]);
  expect((await staff.expectOk(READ)).environment.settings).toEqual(DEFAULTS);
});

test('texts, phrases and keys that can not be are refused, each at its place', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  for (const [input, ...expected] of [
    [{ helpText: 'h'.repeat(321) }, 'TOO_LONG input.helpText'],
    [{ helpText: 'a\tb' }, 'INVALID_VALUE input.helpText'],
    [
      { optOutPhrases: ['no', 'fine by me', '!!!!', 'the', 'stop', 'see you'] },
      'INVALID_VALUE input.optOutPhrases.0',
      'INVALID_VALUE input.optOutPhrases.2',
      'INVALID_VALUE input.optOutPhrases.3',
      'INVALID_VALUE input.optOutPhrases.4',
    ],
    [{ optOutKeywords: ['please'] }, 'INVALID_VALUE input.optOutKeywords.0'],
    [{ optOutPhrases: ['p'.repeat(201)] }, 'TOO_LONG input.optOutPhrases.0'],
    [{ ivrOptOutKeys: ['9', 'A', '10'] }, 'INVALID_VALUE input.ivrOptOutKeys.1', 'INVALID_VALUE input.ivrOptOutKeys.2'],
  ] as const)
    expect(await refused(staff, { optOutDetection: false, ...input })).toEqual(expected);
  expect((await staff.expectOk(READ)).environment.settings).toEqual(DEFAULTS);
});

test('R4.4: no setting lifts an entry', async () => {
  const staff = await (await newEnvironment(server)).as('COMPLIANCE');
  await staff.expectOk(
    'mutation { addEntries(input: { list: "DNT", status: PENDING, entries: [{ phone: "+14155550100" }] }) { userErrors { code } } }',
  );
  await update(staff, { optOutDetection: false, consentEnforcement: 'OFF', removedOptOutKeywords: ['STOPALL'] });
  const { check } = await staff.expectOk('{ check(phone: "+14155550100", channel: SMS) { decision } }');
  expect(check.decision).toBe('BLOCK');
});

async function refused(client: Client, input: object): Promise<string[]> {
  const { data } = await client.query(UPDATE, { input });
  expect(data.updateSettings.settings).toBeNull();
  return data.updateSettings.userErrors.map(
    ({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`,
  );
}
