import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { enforceConsent, twoCampaigns } from '../graphql/campaign-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';
import { Commands } from './command.ts';
import { newFolder } from './folder.ts';

let server: Quietline;
let world: World;
let staff: Commands;

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = new Commands(server, await world.as('COMPLIANCE'));
});

test('a number is listed, checked and lifted; exit codes tell a script what happened', async () => {
  const added = await staff.run(
    'add',
    '(415) 555-0100',
    '+1 415 555 0100',
    '12',
    '--list',
    'DNC',
    '--reason',
    'By mail',
  );
  expect(added).toMatchObject({ exitCode: 3, stderr: '' });
  expect(added.stdout).toMatch(
    /^ADDED\t\(415\) 555-0100\nDUPLICATE\t\+1 415 555 0100\nINVALID\t12\t.*too few digits.*\n$/,
  );

  const blocked = await staff.run('check', '415-555-0100');
  expect(blocked).toMatchObject({ exitCode: 10, stderr: '' });
  expect(blocked.stdout).toMatch(/^BLOCK\t415-555-0100\tDNC\tDo not call .*By mail.*\n$/);

  const inbound = await staff.run('check', '415-555-0100', '--direction', 'inbound');
  expect(inbound).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ALLOW\t415-555-0100\t\t/) });

  const removed = await staff.run('remove', '4155550100', '+14155550177', '--list', 'DNC', '--reason', 'By mistake');
  expect(removed).toEqual({ exitCode: 3, stderr: '', stdout: 'CHANGED\t4155550100\nNOT_FOUND\t+14155550177\n' });
  expect(await staff.run('check', '4155550100')).toMatchObject({ exitCode: 0 });
});

test('with --json each row is an object, and the last one is the result', async () => {
  const added = await staff.json(
    'add',
    '+14155550110',
    '--list',
    'DNC',
    '--reference',
    'lead-17',
    '--on-behalf-of',
    'u7',
  );
  expect(added).toEqual({
    exitCode: 0,
    lines: [{ type: 'row', index: 0, number: '+14155550110', outcome: 'ADDED', problem: null, warnings: [] }],
    last: {
      type: 'result',
      list: 'DNC',
      addedCount: 1,
      raisedCount: 0,
      alreadyListedCount: 0,
      duplicateCount: 0,
      invalidCount: 0,
      cursor: expect.any(String),
      exitCode: 0,
    },
  });
  const checked = await staff.json('check', '+14155550110', '--channel', 'sms');
  expect(checked).toMatchObject({
    exitCode: 10,
    lines: [],
    last: {
      type: 'result',
      decision: 'BLOCK',
      phone: '+14155550110',
      channel: 'SMS',
      direction: 'OUTBOUND',
      lists: ['DNC'],
      reasons: [{ code: 'LISTED', listKey: 'DNC', problem: null }],
      exitCode: 10,
    },
  });
});

test('a file of numbers is checked line by line, from standard input too', async () => {
  await staff.run('add', '+14155550121', '--list', 'DNC');
  const input = '\uFEFF+14155550120\r\n\n(415) 555-0121\n  911911911911911911  \n';
  const { ended } = staff.start(['check', '--batch', '-'], { input });
  const { exitCode, stdout, stderr } = await ended;
  expect({ exitCode, lines: stdout.split('\n') }).toEqual({
    exitCode: 10,
    lines: [
      'ALLOW\t+14155550120\t',
      'BLOCK\t(415) 555-0121\tDNC',
      expect.stringMatching(/^BLOCK\t911911911911911911\tTOO_LONG/),
      '',
    ],
  });
  expect(stderr).toBe("3 checked: 1 may be contacted, 1 are listed, 1 can't be read.\n");
  expect(await staff.run('check', '--batch', '/nowhere/numbers.txt')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('ENOENT'),
  });
});

test('a filter changes nothing until it is confirmed by how many entries it means', async () => {
  const numbers = ['+14155550130', '+14155550131', '+14155550132'];
  await staff.run('add', ...numbers, '--list', 'SPAM', '--status', 'pending');
  const asked = await staff.run('approve', '--list', 'SPAM', '--status', 'pending');
  expect(asked).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('3 entries: repeat it with --expected-count 3'),
  });
  const wrong = await staff.json('approve', '--list', 'SPAM', '--status', 'pending', '--expected-count', '2');
  expect(wrong).toMatchObject({ exitCode: 1, last: { type: 'error', code: 'COUNT_DIFFERS', exitCode: 1 } });
  const approved = await staff.json(
    'approve',
    '--list',
    'SPAM',
    '--status',
    'pending',
    '--expected-count',
    '3',
    '--permanently',
  );
  expect(approved).toMatchObject({ exitCode: 0, last: { type: 'result', changedCount: 3 } });

  const refused = await staff.run('remove', numbers[0]!, '--list', 'SPAM', '--reason', 'Please');
  expect(refused).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/^REFUSED\t\+14155550130\t.*permanent.*\tstill blocked by SPAM\n$/),
  });
  expect(await staff.run('remove', '--reason', 'Everything')).toMatchObject({ exitCode: 2, stdout: '' });
});

test('what the key may not do is said, with who may', async () => {
  const integrator = new Commands(server, await world.as('INTEGRATOR'));
  const refused = await integrator.json('approve', '+14155550100', '--list', 'DNC');
  expect(refused).toEqual({
    exitCode: 1,
    lines: [],
    last: { type: 'error', code: 'FORBIDDEN', message: expect.stringContaining('entry:approve'), exitCode: 1 },
  });
});

test('check and scrub ask for a campaign, and whether the consent on file suffices', async () => {
  const client = await world.as('ADMIN');
  await twoCampaigns(client);
  const [listed, free] = ['+14155550150', '+14155550151'];
  await staff.run('add', listed, '--list', 'NO_SPRING');
  expect(await staff.run('check', listed, '--campaign', 'summer')).toMatchObject({ exitCode: 0, stderr: '' });
  const unknown = await staff.run('check', listed, '--campaign', 'autumn');
  expect(unknown).toMatchObject({ exitCode: 10, stderr: expect.stringMatching(/^The campaign is not known here/) });

  const asked = ['--channel', 'sms', '--message-type', 'promotional'];
  expect((await staff.json('check', free, ...asked)).last).toMatchObject({
    decision: 'ALLOW',
    campaignKey: null,
    consent: { messageType: 'PROMOTIONAL', required: 'EXPRESS_WRITTEN', isSufficient: false },
    warnings: [{ code: 'CONSENT_INSUFFICIENT' }],
  });
  await enforceConsent(client, 'BLOCK');
  expect(await staff.run('check', free, listed, ...asked)).toEqual({
    exitCode: 10,
    stdout: `BLOCK\t${free}\tCONSENT_INSUFFICIENT\nBLOCK\t${listed}\tCONSENT_INSUFFICIENT\n`,
    stderr: "2 checked: 0 may be contacted, 2 are blocked, 0 can't be read.\n2 lack sufficient consent.\n",
  });

  const folder = newFolder();
  const [leads, callable] = [join(folder, 'leads.csv'), join(folder, 'free.csv')];
  writeFileSync(leads, `${listed}\n${free}\n`);
  const scrub = ['scrub', leads, '-o', callable, '--no-header', '--channel', 'call', '--campaign', 'summer'];
  expect(await staff.run(...scrub)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(callable, 'utf8')).toBe(`${listed}\n${free}\n`);
});
