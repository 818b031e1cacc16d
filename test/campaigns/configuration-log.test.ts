import { expect, test } from 'vitest';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';

const LOG = /* GraphQL */ `
  {
    auditLog(filterBy: { kinds: [LIST, CAMPAIGN, DISPOSITION] }, first: 20) {
      nodes { kind operation reason list { key } details { name before after } }
    }
  }
`;
const DO = /* GraphQL */ `
  mutation ($reason: String) {
    a: createCampaign(input: { key: "spring", name: "Spring", phrases: ["leave us be"], reason: $reason }) { userErrors { code } }
    b: createList(input: { key: "NIGHT", name: "Night", blocks: [{ direction: OUTBOUND, channel: CALL }], reason: $reason }) { userErrors { code } }
    c: updateList(input: { list: "NIGHT", campaigns: ["spring"], reason: $reason }) { userErrors { code } list { campaigns { key } } }
    d: updateCampaign(input: { campaign: "spring", isEnabled: false, reason: $reason }) { userErrors { code } campaign { isEnabled } }
    e: updateList(input: { list: "NIGHT", description: "After nine", isEnabled: false, reason: $reason }) { userErrors { code } list { campaigns { isEnabled } } }
    f: saveDisposition(input: { name: "Not now", addsToDnc: false, campaign: "spring", reason: $reason }) { userErrors { code } }
    g: saveDisposition(input: { name: "NOT NOW", addsToDnc: true, campaign: "spring", reason: $reason }) { userErrors { code } }
    h: removeDisposition(input: { name: "not now", campaign: "spring", reason: $reason }) { userErrors { code } }
    i: updateList(input: { list: "NIGHT", isEnabled: false, reason: $reason }) { userErrors { code } isChanged }
  }
`;

test('each change of lists, campaigns and dispositions is in the log: what, from what to what, why (R5.1)', async () => {
  const world = await newEnvironment(await startQuietline());
  const done = await (await world.as('COMPLIANCE')).expectOk(DO, { reason: 'Ticket 7' });
  expect(done.d.campaign.isEnabled).toBe(false);
  expect(done.e.list.campaigns).toEqual([{ isEnabled: false }]);
  expect(done.i.isChanged).toBe(false);
  const { auditLog } = await (await world.as('AUDITOR')).expectOk(LOG);
  const mine = auditLog.nodes.filter(({ reason }: { reason: string | null }) => reason === 'Ticket 7').reverse();
  expect(
    mine.map(({ kind, operation, list }: { kind: string; operation: string; list: { key: string } | null }) =>
      [kind, operation, list?.key].filter(Boolean).join(' '),
    ),
  ).toEqual([
    'CAMPAIGN createCampaign',
    'LIST createList NIGHT',
    'LIST updateList NIGHT',
    'CAMPAIGN updateCampaign',
    'LIST updateList NIGHT',
    'DISPOSITION saveDisposition',
    'DISPOSITION saveDisposition',
    'DISPOSITION removeDisposition',
  ]);
  const details = (n: number) =>
    Object.fromEntries(
      mine[n].details.map((d: { name: string; before: string | null; after: string | null }) => [
        d.name,
        [d.before, d.after],
      ]),
    );
  expect(details(0)).toMatchObject({ key: [null, 'spring'], optOutDetection: [null, 'true'] });
  expect(details(1)).toMatchObject({ key: [null, 'NIGHT'], blocks: [null, 'OUTBOUND CALL'] });
  expect(details(2)).toHaveProperty('campaigns');
  expect(details(2)).not.toHaveProperty('blocks');
  expect(details(3)).toMatchObject({ enabled: ['true', 'false'] });
  expect(details(4)).toMatchObject({ enabled: ['true', 'false'], description: ['', 'After nine'] });
  expect(details(6)).toMatchObject({ name: ['Not now', 'NOT NOW'], addsToDnc: ['false', 'true'] });
  expect(details(7)).toMatchObject({ name: ['NOT NOW', null], campaign: ['spring', null] });
});
