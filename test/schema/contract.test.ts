import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { unannouncedBreakingChanges } from '../support/breaking-changes.ts';
import { committedVersions } from '../support/git.ts';
import { root } from '../support/source-files.ts';

const path = 'schema/schema.graphql';
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

test(`${path} is what the code says (npm run generate writes it)`, () => {
  expect(printed).toBe(readFileSync(join(root, path), 'utf8'));
});

test('every type, field, argument, enum value and input field says what it means', () => {
  expect(undescribed(schema)).toEqual([]);
});

/** Broken on purpose, with the reason: the sentence that this test prints, such as `Query.gone was removed.` */
const refusable = 'A refusal must blank this field and not its neighbours; nothing was released yet.';
const accepted: Readonly<Record<string, string>> = {
  'Query.auditLog changed type from ChangeConnection! to ChangeConnection.': refusable,
  'Query.check changed type from Verdict! to Verdict.': refusable,
  'Query.checkBatch changed type from CheckBatchResult! to CheckBatchResult.': refusable,
  'ReceiveMessageInput.receivedAt changed type from DateTime to String.':
    'No opt-out is refused over a time that cannot be read; nothing was released yet.',
  'Query.verifyAudit changed type from AuditVerification! to AuditVerification.': refusable,
};

/** A client that was right yesterday is right today, or had a deprecation to read. */
test('nothing that clients may use is taken away before it was deprecated', () => {
  const before = committedVersions(path).find((version) => version !== printed);
  if (before === undefined) return; // The first version, or an export without history: there is nothing to break.
  const broken = unannouncedBreakingChanges(buildSchema(before), schema);
  expect(broken.filter((change) => !(change in accepted))).toEqual([]);
});

function undescribed(of: GraphQLSchema): string[] {
  const missing: string[] = [];
  const look = (name: string, element: { description?: string | null | undefined }) => {
    if (!element.description?.trim()) missing.push(name);
  };
  for (const type of Object.values(of.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    look(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name}:)`, argument);
      }
    }
  }
  for (const directive of of.getDirectives()) {
    if (isSpecifiedDirective(directive)) continue;
    look(`@${directive.name}`, directive);
    for (const argument of directive.args) look(`@${directive.name}(${argument.name}:)`, argument);
  }
  return missing;
}
