import { type GraphQLSchema, getNamedType, isAbstractType, isEnumType, isObjectType } from 'graphql';
import type { Answer } from '../support/documents.ts';
import { fieldName } from './selection.ts';

/** What a viewer got for a field; an error's code when it was refused. Of several the first here is told. */
export const outcomes = ['VALUE', 'MASKED', 'EMPTY', 'NULL'] as const;

/** By field (`Entry.phone`): the most that was seen, on objects of the viewer's own environment or of the other one. */
export type Observations = Map<string, string>;

export function note(observations: Observations, field: string, outcome: string): void {
  const before = observations.get(field);
  if (before === undefined || rank(outcome) < rank(before)) observations.set(field, outcome);
}

function rank(outcome: string): number {
  const place = (outcomes as readonly string[]).indexOf(outcome);
  return place === -1 ? outcomes.length : place;
}

export interface Seen {
  readonly own: Observations;
  readonly foreign: Observations;
}

/** Objects and texts that belong to the other environment. */
export interface Foreign {
  isId(id: string): boolean;
  isText(text: string): boolean;
}

/** Reads an answer field by field. `foreign` knows what can't be there by right. */
export function observe(
  schema: GraphQLSchema,
  rootType: string,
  { data, errors }: Pick<Answer<unknown>, 'data' | 'errors'>,
  foreign: Foreign,
  seen: Seen,
): void {
  const walk = (object: Record<string, unknown>, typename: string, within: boolean) => {
    const isForeign = within || (typeof object.id === 'string' && foreign.isId(object.id));
    for (const [responseName, value] of Object.entries(object)) {
      if (responseName === '__typename') continue;
      const field = `${typename}.${fieldName(responseName)}`;
      const isLeak = isForeign || texts(value).some((text) => foreign.isText(text));
      note(isLeak ? seen.foreign : seen.own, field, outcomeOf(value));
      for (const inner of objectsIn(value)) walk(inner, String(inner.__typename), isForeign);
    }
  };
  const refused = new Set<string>();
  for (const error of errors) {
    const field = fieldAt(
      schema,
      rootType,
      (error.path ?? []).filter((step) => typeof step === 'string'),
    );
    if (field) note(seen.own, field, String(error.extensions?.code ?? 'ERROR'));
    if (error.path?.length === 1) refused.add(String(error.path[0]));
  }
  const root = Object.entries((data ?? {}) as Record<string, unknown>).filter(([name]) => !refused.has(name));
  walk(Object.fromEntries(root), rootType, false);
}

export function outcomeOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return value.includes('•') ? 'MASKED' : 'VALUE';
  if (!Array.isArray(value)) return 'VALUE';
  if (value.length === 0) return 'EMPTY';
  const inner = value.map(outcomeOf).sort((a, b) => rank(a) - rank(b));
  return inner[0]!;
}

/** The answer of a root field as a whole: a payload that only says that nothing was found is NOT_FOUND. */
export function rootOutcome({ data, errors }: Pick<Answer<unknown>, 'data' | 'errors'>, field: string): string {
  const value = (data as Record<string, unknown> | null | undefined)?.[field];
  if (errors.length > 0 && (value === null || value === undefined))
    return String(errors[0]?.extensions?.code ?? 'ERROR');
  const { userErrors, results } = (value ?? {}) as {
    userErrors?: { code: string }[];
    results?: { outcome: string }[];
  };
  if (userErrors?.[0]) return userErrors[0].code;
  if (results?.length && results.every(({ outcome }) => outcome === 'NOT_FOUND')) return 'NOT_FOUND';
  return outcomeOf(value);
}

/** An answer without its texts and numbers: what remains must not tell the other environment's things from nothing. */
export function shapeOf(schema: GraphQLSchema, answer: unknown): unknown {
  const words = new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isEnumType(type) ? type.getValues().map(({ name }) => name) : [type.name],
    ),
  );
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape);
    if (typeof value === 'string') return words.has(value) ? value : 'text';
    if (typeof value === 'number') return 'number';
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
  };
  return shape(answer);
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
}

function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  return typeof value === 'string' ? [value] : [];
}

/** The field that a path of an error means. */
function fieldAt(schema: GraphQLSchema, rootType: string, path: readonly string[]): string | null {
  let type = schema.getType(rootType);
  let found: string | null = null;
  for (const step of path) {
    if (!type) return null;
    const owners = isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
    const owner = owners.find((each) => fieldName(step) in each.getFields());
    if (!owner) return null;
    found = `${owner.name}.${fieldName(step)}`;
    type = getNamedType(owner.getFields()[fieldName(step)]!.type);
  }
  return found;
}
