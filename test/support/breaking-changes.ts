import {
  BreakingChangeType,
  findBreakingChanges,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** What breaks clients, without what the old schema had already called deprecated. */
export function unannouncedBreakingChanges(before: GraphQLSchema, after: GraphQLSchema): string[] {
  return findBreakingChanges(before, after)
    .filter(({ type, description }) => !removes(type) || !wasDeprecated(before, description))
    .map(({ description }) => description);
}

function removes(type: BreakingChangeType): boolean {
  return (
    type === BreakingChangeType.FIELD_REMOVED ||
    type === BreakingChangeType.VALUE_REMOVED_FROM_ENUM ||
    type === BreakingChangeType.ARG_REMOVED ||
    type === BreakingChangeType.TYPE_REMOVED
  );
}

/** graphql-js names what is gone only inside its sentence: `Entry.note was removed.`, `A was removed from enum type Kind.` */
function wasDeprecated(before: GraphQLSchema, description: string): boolean {
  const field = /^(\w+)\.(\w+) was removed\.$/.exec(description);
  if (field) return memberOf(before, field[1]!, field[2]!)?.deprecationReason != null;
  const argument = /^(\w+)\.(\w+) arg (\w+) was removed\.$/.exec(description);
  if (argument) {
    const type = before.getType(argument[1]!);
    const owner = isObjectType(type) || isInterfaceType(type) ? type.getFields()[argument[2]!] : undefined;
    return owner?.args.find(({ name }) => name === argument[3])?.deprecationReason != null;
  }
  const value = /^(\w+) was removed from enum type (\w+)\.$/.exec(description);
  if (value) return memberOf(before, value[2]!, value[1]!)?.deprecationReason != null;
  const type = /^(\w+) was removed\.$/.exec(description);
  return type !== null && onlyDeprecatedFieldsReturn(before, type[1]!);
}

function memberOf(
  schema: GraphQLSchema,
  typeName: string,
  member: string,
): { deprecationReason?: string | null | undefined } | undefined {
  const type = schema.getType(typeName);
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) return type.getFields()[member];
  return isEnumType(type) ? (type.getValue(member) ?? undefined) : undefined;
}

/** A type has no deprecation of its own: it may go when every field that led to it was deprecated. */
function onlyDeprecatedFieldsReturn(schema: GraphQLSchema, typeName: string): boolean {
  return Object.values(schema.getTypeMap()).every((type) => {
    if (!isObjectType(type) && !isInterfaceType(type)) return true;
    return Object.values(type.getFields()).every((field) => {
      const uses = [field.type, ...field.args.map((argument) => argument.type)].map((used) =>
        String(used).replaceAll(/[[\]!]/g, ''),
      );
      return !uses.includes(typeName) || field.deprecationReason != null;
    });
  });
}
