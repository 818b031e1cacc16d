import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { readGlobalId } from '../../src/graphql/global-id.ts';

/** For fields below the root: what is passed to an argument of this name, of this field or of any. Others are left out. */
const nestedArguments: Readonly<Record<string, string>> = {
  first: '2',
  'Statistics.entries.groupBy': '[LIST, STATUS, SOURCE]',
  'Statistics.optOuts.groupBy': '[CAMPAIGN, SOURCE]',
  'Statistics.attempts.groupBy': '[LIST, CAMPAIGN, CHANNEL, DIRECTION]',
};

/** Fields whose object is asked for its name only: opened wherever it is mentioned, a query would be larger than it may be. */
const onlyNamed = new Set([
  'Entry.import',
  'Entry.campaign',
  'Entry.message',
  'OptOut.entry',
  'OptOut.message',
  'Message.campaign',
  'List.campaigns',
  'Campaign.lists',
  'Campaign.dispositions',
  'Disposition.campaign',
]);

/** An operation of one root field with everything that can be selected below it. */
export function operationOf(
  schema: GraphQLSchema,
  root: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  variables: Readonly<Record<string, unknown>>,
): string {
  const given = field.args.filter(({ name }) => name in variables);
  const unknown = Object.keys(variables).filter((name) => !field.args.some((argument) => argument.name === name));
  if (unknown.length > 0) throw new Error(`The sample of ${root.name}.${field.name} has no argument ${unknown}.`);
  const declared = given.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const kind = root.name.toLowerCase();
  const below = selectionOf(schema, getNamedType(field.type), [], typesNamedIn(variables));
  return `${kind} Walk${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${below} }`;
}

/** The types of the objects that are asked for by id: of what else they could be, a query would be larger than it may be. */
function typesNamedIn({ id, ids }: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const named = [id, ids].flat().filter((given) => typeof given === 'string');
  return new Set(named.map((text) => readGlobalId(text).typename));
}

/** Every field of a type. Each type is opened once on its way down; met again it is only asked for its name. */
function selectionOf(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  path: readonly string[],
  wanted: ReadonlySet<string> = new Set(),
): string {
  if (!isCompositeType(type)) return '';
  if (isObjectType(type)) return `{ __typename ${fieldsOf(schema, type, path, new Set()).join(' ')} }`;
  const all = schema.getPossibleTypes(type);
  const possible = all.some(({ name }) => wanted.has(name)) ? all.filter(({ name }) => wanted.has(name)) : all;
  const conflicts = conflictsOf(possible);
  const fragments = possible.map(
    (each) => `... on ${each.name} { ${fieldsOf(schema, each, path, conflicts).join(' ') || '__typename'} }`,
  );
  return `{ __typename ${fragments.join(' ')} }`;
}

function fieldsOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  path: readonly string[],
  aliased: ReadonlySet<string>,
): string[] {
  return Object.values(type.getFields()).map((field) => {
    const inner = getNamedType(field.type);
    const above = [...path, type.name];
    const isSeenAbove = (isAbstractType(inner) ? schema.getPossibleTypes(inner) : [inner]).some(({ name }) =>
      above.includes(name),
    );
    const name = aliased.has(field.name) ? `${type.name}__${field.name}: ${field.name}` : field.name;
    const isNamed = isSeenAbove || onlyNamed.has(`${type.name}.${field.name}`);
    const selection = isNamed ? '{ __typename }' : selectionOf(schema, inner, above);
    return `${name}${argumentsOf(type, field)} ${selection}`.trim();
  });
}

function argumentsOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string {
  const passed = field.args.flatMap((argument) => {
    const value = nestedArguments[`${type.name}.${field.name}.${argument.name}`] ?? nestedArguments[argument.name];
    if (value !== undefined) return [`${argument.name}: ${value}`];
    if (!isRequiredArgument(argument)) return [];
    throw new Error(
      `${type.name}.${field.name}(${argument.name}:) needs a sample: add it to nestedArguments in test/permissions/selection.ts.`,
    );
  });
  return passed.length > 0 ? `(${passed.join(', ')})` : '';
}

/** Names that mean different types in the fragments of one selection: GraphQL wants an alias for those. */
function conflictsOf(types: readonly GraphQLObjectType[]): Set<string> {
  const seen = new Map<string, string>();
  const conflicts = new Set<string>();
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      const shape = String(field.type);
      if (isCompositeType(getNamedType(field.type)) || (seen.get(field.name) ?? shape) !== shape) {
        if (seen.has(field.name)) conflicts.add(field.name);
      }
      seen.set(field.name, shape);
    }
  }
  return conflicts;
}

/** The field of the schema that a name in an answer stands for. */
export function fieldName(responseName: string): string {
  return responseName.split('__').at(-1)!;
}
