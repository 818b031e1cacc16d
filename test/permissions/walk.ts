import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';
import type { Client } from '../support/client.ts';
import type { Answer } from '../support/documents.ts';
import { type Foreign, note, type Observations, observe, rootOutcome, type Seen, shapeOf } from './observations.ts';
import { samples } from './samples.ts';
import { operationOf } from './selection.ts';
import type { Side } from './sides.ts';

export interface RootField {
  /** `Query.entries`. */
  readonly name: string;
  readonly type: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
}

export function rootFields(schema: GraphQLSchema): RootField[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots
    .filter((type) => type != null)
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, type, field })),
    );
}

/** Every field of every object type that a question can lead to, but the root fields. */
export function reachableFields(schema: GraphQLSchema): string[] {
  const types = new Set<GraphQLObjectType>();
  const visit = (type: unknown) => {
    if (isAbstractType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (!isObjectType(type) || types.has(type)) return;
    types.add(type);
    for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
  };
  for (const { field } of rootFields(schema)) visit(getNamedType(field.type));
  return [...types].flatMap((type) => Object.keys(type.getFields()).map((name) => `${type.name}.${name}`)).sort();
}

export interface Walk {
  readonly schema: GraphQLSchema;
  readonly client: Client;
  readonly foreign: Foreign;
  /** Something happens in both environments: what a subscriber waits for. */
  readonly stir: () => Promise<unknown>;
}

/** The rows of a root field: one for each of its samples. */
export function rowsOf({ name }: RootField): string[] {
  return Object.keys(samples[name] ?? {}).map((variant) => (variant ? `${name} (${variant})` : name));
}

/** Calls a root field with all its samples about one side: the outcome of each row, and the shape of the answers. */
export async function callAll(
  walk: Walk,
  root: RootField,
  side: Side,
  seen: Seen,
): Promise<{ outcomes: Observations; shape: string }> {
  const outcomes: Observations = new Map();
  const shapes: unknown[] = [];
  const rows = rowsOf(root);
  for (const [i, sample] of Object.values(samples[root.name] ?? {}).entries()) {
    const variables = await sample(side);
    const document = operationOf(walk.schema, root.type, root.field, variables);
    for (const answer of await answersTo(walk, root, document, variables)) {
      observe(walk.schema, root.type.name, answer, walk.foreign, seen);
      note(outcomes, rows[i]!, rootOutcome(answer, root.field.name));
      const codes = answer.errors.map(({ extensions }) => extensions?.code);
      shapes.push(shapeOf(walk.schema, { data: answer.data, codes }));
    }
  }
  return { outcomes, shape: JSON.stringify(shapes) };
}

async function answersTo(
  { client, stir }: Walk,
  { type, field }: RootField,
  document: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Answer<unknown>[]> {
  if (type.name !== 'Subscription') return [await client.query(document, variables)];
  const stream = client.subscribe(document, variables);
  const answers: Answer<unknown>[] = [];
  try {
    answers.push(await stream.nextAnswer());
    if (answers[0]!.errors.length > 0) return answers;
    await stir();
    // Until the change that we made: what comes after it says nothing new.
    for (let messages = 0; messages < 10; messages++) {
      const answer = await stream.nextAnswer({ within: 300 });
      answers.push(answer);
      const message = (answer.data as Record<string, { __typename?: string }> | null)?.[field.name];
      if (message?.__typename !== 'Bookmark') break;
    }
  } catch (error) {
    if (answers.length === 0) throw error;
  } finally {
    await stream.close();
  }
  return answers;
}
