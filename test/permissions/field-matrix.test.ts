import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbstractType, isNonNullType, isObjectType } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { type Role, roles } from '../../src/auth/permissions.ts';
import { schema } from '../../src/graphql/schema.ts';
import { startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import { differences, type Matrix, parseMatrix, printMatrix } from './matrix-table.ts';
import type { Foreign, Observations, Seen } from './observations.ts';
import { samples, unfilled, unreached } from './samples.ts';
import { FOREIGN, nothing, type Side, sideOf } from './sides.ts';
import { callAll, reachableFields, rootFields, rowsOf } from './walk.ts';

const path = new URL('field-matrix.md', import.meta.url);
const viewers = [...roles, 'ANONYMOUS'];
const fields = reachableFields(schema);
/** Changes first: what they leave behind is there to be read by whoever comes first, too. */
const roots = rootFields(schema).sort((a, b) => (a.name < b.name ? -1 : 1));
const rootRows = roots.flatMap(rowsOf);

test('every root field has samples of its arguments', () => {
  const without = roots.filter(({ name }) => !samples[name]).map(({ name }) => name);
  expect(without, 'Add them to test/permissions/samples.ts, or nobody knows who may use these fields.').toEqual([]);
});

interface Walked {
  readonly matrix: Matrix;
  readonly seen: ReadonlyMap<string, Seen>;
  /** Root fields that told the other environment's things from nothing. */
  readonly told: readonly string[];
}
let walked: Walked;

/** All in one walk, which takes a while; the tests below read it. */
beforeAll(async () => {
  const server = await startQuietline();
  const world = await newEnvironment(server);
  const own = await sideOf(world, { marker: 'Own', area: '415' });
  const other = await sideOf(world.sandbox, FOREIGN);
  const none = nothing(own);
  const stir = () => Promise.all([own.entryId(), other.entryId()]);
  const foreign = foreignBy(other);
  const seen = new Map<string, Seen>();
  const ownRoots = new Map<string, Observations>();
  const foreignRoots = new Map<string, Observations>();
  const told: string[] = [];
  for (const viewer of viewers) {
    const client = viewer === 'ANONYMOUS' ? server.anonymous() : await world.as(viewer as Role);
    const walk = { schema, client, foreign, stir };
    // What a call names itself may come back; that it tells no more is seen by the shape of the answer.
    const naming = { ...walk, foreign: { ...foreign, isText: () => false } };
    const notes: Seen = { own: new Map(), foreign: new Map() };
    const [ofOwn, ofForeign]: [Observations, Observations] = [new Map(), new Map()];
    for (const root of roots) {
      const mine = await callAll(walk, root, own, notes);
      const theirs = await callAll(naming, root, other, notes);
      const nobodys = await callAll(naming, root, none, { own: new Map(), foreign: new Map() });
      for (const [row, outcome] of mine.outcomes) ofOwn.set(row, outcome);
      for (const [row, outcome] of theirs.outcomes) ofForeign.set(row, outcome === 'VALUE' ? 'OWN' : outcome);
      if (root.type.name !== 'Subscription' && theirs.shape !== nobodys.shape) told.push(`${root.name} for ${viewer}`);
    }
    seen.set(viewer, notes);
    ownRoots.set(viewer, ofOwn);
    foreignRoots.set(viewer, ofForeign);
  }

  const row = (of: (viewer: string) => string | undefined) => viewers.map((viewer) => of(viewer) ?? '.');
  const leaked = fields.filter((field) => [...seen.values()].some((notes) => notes.foreign.has(field)));
  const matrix: Matrix = {
    own: new Map([
      ...rootRows.map((name) => [name, row((viewer) => ownRoots.get(viewer)!.get(name))] as const),
      ...fields.map((field) => [field, row((viewer) => seen.get(viewer)!.own.get(field))] as const),
    ]),
    foreign: new Map([
      ...rootRows.map((name) => [name, row((viewer) => foreignRoots.get(viewer)!.get(name))] as const),
      ...leaked.map((field) => [field, row((viewer) => seen.get(viewer)!.foreign.get(field))] as const),
    ]),
  };
  walked = { matrix, seen, told };
}, 120_000);

test('who gets what of every field, in the own environment and of the other one, is as committed (R7, invariant 8)', () => {
  // biome-ignore lint/style/noProcessEnv: how a person says that the table is to be written anew
  if (process.env.UPDATE_FIELD_MATRIX) writeFileSync(path, printMatrix(viewers, walked.matrix));
  expect(existsSync(path), 'There is no table: run with UPDATE_FIELD_MATRIX=1.').toBe(true);
  const committed = parseMatrix(viewers, readFileSync(path, 'utf8'));
  expect(differences(viewers, committed.own, walked.matrix.own)).toEqual([]);
  expect(differences(viewers, committed.foreign, walked.matrix.foreign)).toEqual([]);
});

test('the walk reaches every field, or says why it can not', () => {
  const reached = (field: string) => walked.matrix.own.get(field)!.some((outcome) => outcome !== '.');
  const missing = fields.filter((field) => !reached(field) && !unreached[field]);
  expect(missing, 'Nobody got there: add a sample to test/permissions/samples.ts that leads there.').toEqual([]);
  expect(Object.keys(unreached).filter((field) => walked.matrix.own.has(field) && reached(field))).toEqual([]);
});

test('somebody sees a value in every field: a sample that fills none proves nothing', () => {
  const excused = (field: string) => unreached[field] ?? unfilled[field] ?? unfilled[field.split('.')[1]!];
  const empty = fields.filter((field) => !excused(field) && !walked.matrix.own.get(field)!.includes('VALUE'));
  expect(empty).toEqual([]);
});

test('a refusal blanks its root field alone: below it a field is null or masked, and its parent survives', () => {
  const refused = fields.filter((field) =>
    walked.matrix.own.get(field)!.some((cell) => /FORBIDDEN|UNAUTHENTICATED|ERROR/.test(cell)),
  );
  expect(refused).toEqual([]);
  // A root field that must have a value takes its neighbours with it when it is refused.
  const [query, mutation] = [schema.getQueryType()!, schema.getMutationType()!].map((type) =>
    Object.values(type.getFields()),
  );
  const greedy = [...query!, ...mutation!].filter(
    ({ name, type }) =>
      isNonNullType(type) &&
      [...walked.matrix.own].some(
        ([row, cells]) =>
          new RegExp(`^(?:Query|Mutation)\\.${name}(?: |$)`).test(row) &&
          cells.some((cell) => /FORBIDDEN|UNAUTHENTICATED/.test(cell)),
      ),
  );
  expect(greedy.map(({ name }) => name)).toEqual([]);
  const broken = [...walked.matrix.own, ...walked.matrix.foreign].filter(([, row]) =>
    row.some((cell) => /INTERNAL|VALIDATION|PARSE|TOO_/.test(cell)),
  );
  expect(broken).toEqual([]);
});

test('things of the other environment look like nothing at all, to everybody (invariant 8)', () => {
  expect(walked.told).toEqual([]);
});

test('whatever can be asked for by its id is asked for', () => {
  const node = schema.getType('Node');
  const types = isAbstractType(node) ? schema.getPossibleTypes(node).filter(isObjectType) : [];
  const ids = types.filter(({ name }) => walked.seen.get('ADMIN')!.own.get(`${name}.id`) !== 'VALUE');
  expect(ids.map(({ name }) => name)).toEqual([]);
});

function foreignBy(side: Side): Foreign {
  return {
    isId: (id) => side.ids.has(id),
    // Not by the number: whoever may add lists the other side's numbers here too.
    isText: (text) => text.includes(FOREIGN.marker),
  };
}
