import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { addOne, list, phonesOf, remove, removeDocument } from '../graphql/entry-story.ts';
import { phoneOf } from '../graphql/verdict-story.ts';
import type { Client } from '../support/client.ts';
import { onceEnded } from '../support/leftovers.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment, type World } from '../support/world.ts';

let server: Quietline;
let world: World;
let staff: Client;
/** Two imports: the first lists three numbers, the second has one of them too, and one of its own. */
let imports: [string, string];

beforeAll(async () => {
  server = await startQuietline();
  world = await newEnvironment(server);
  staff = await world.as('COMPLIANCE');
  const client = new pg.Client({ connectionString: (server.storage as { url: string }).url });
  await client.connect();
  onceEnded('a connection', () => client.end());
  for (let n = 0; n < 5; n += 1) await addOne(staff, phoneOf(n));
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO task (environment_id, kind, state, actor_id, authority, input)
     SELECT environment_id, 'IMPORT', 'DONE', id, 'STAFF', '{}' FROM actor, generate_series(1, 2)
      WHERE environment_id = $1 AND subject <> 'system' ORDER BY id DESC LIMIT 2 RETURNING id`,
    [Number(world.environmentId)],
  );
  const [first, second] = rows.map(({ id }) => id);
  await client.query('UPDATE entry SET import_id = $1 WHERE phone = ANY ($2)', [first, [0, 1, 2].map(phoneOf)]);
  await client.query('UPDATE entry SET import_id = $1 WHERE phone = $2', [second, phoneOf(3)]);
  await client.query('INSERT INTO import_claim SELECT environment_id, id, $1 FROM entry WHERE phone = $2', [
    second,
    phoneOf(2),
  ]);
  imports = [first, second].map((id) => Buffer.from(`Task:${id}`).toString('base64url')) as [string, string];
});

const of = async (id: string, by = staff) => phonesOf(await list(by, { filterBy: { import: id } })).sort();

test('the entries of an import: what it listed, and what it has after others (R6.1, R6.3)', async () => {
  expect(await of(imports[0])).toEqual([0, 1, 2].map(phoneOf));
  expect(await of(imports[1])).toEqual([2, 3].map(phoneOf));
  expect((await list(staff, { filterBy: { import: imports[1] } })).totalCount).toBe(2);
});

test('an id that is no import of this environment names nothing', async () => {
  expect(await of('nonsense')).toEqual([]);
  expect(await of('RW50cnk6MQ')).toEqual([]);
  expect(await of(imports[0], await world.sandbox.as('ADMIN'))).toEqual([]);
});

test('an entry names its import to those who may see its task', async () => {
  const FIELDS = '{ entries { nodes { phone import { id kind } } } }';
  const importsOf = async (by: Client) => {
    const { entries } = await by.expectOk(FIELDS);
    return Object.fromEntries(
      entries.nodes.map((node: { phone: string; import: unknown }) => [node.phone, node.import]),
    );
  };
  expect(await importsOf(staff)).toMatchObject({
    [phoneOf(1)]: { id: imports[0], kind: 'IMPORT' },
    [phoneOf(3)]: { id: imports[1] },
    [phoneOf(4)]: null,
  });
  expect(Object.values(await importsOf(await world.as('AGENT')))).toEqual([null, null, null, null, null]);
});

test('a bulk action by import; an empty id does not widen it', async () => {
  for (const filter of [{ import: '', lists: ['DNC'] }, { import: '' }])
    expect(
      (await staff.query(removeDocument, { input: { entries: { filter }, reason: 'r' } })).data.removeEntries
        .userErrors,
    ).toHaveLength(1);
  expect(await remove(staff, { filter: { import: imports[1] } })).toMatchObject({ changedCount: 2 });
  expect(phonesOf(await list(staff)).sort()).toEqual([0, 1, 4].map(phoneOf));
});
