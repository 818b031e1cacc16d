import { type GraphQLScalarType, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

const scalar = (name: string) => schema.getType(name) as GraphQLScalarType;

const wrong: [string, unknown, string][] = [
  ['DateTime', 'soon', '"soon"'],
  ['DateTime', '2026-03-04', '"2026-03-04"'],
  ['DateTime', '1989-12-31T23:59:59Z', '"1989-12-31T23:59:59Z"'],
  ['DateTime', '2200-01-01T00:00:00Z', '"2200-01-01T00:00:00Z"'],
  ['DateTime', 1_772_614_800, '1772614800'],
  ['Date', '2026-02-30', '"2026-02-30"'],
  ['Date', '2026-03-04T09:00:00Z', '"2026-03-04T09:00:00Z"'],
  ['ChangeCursor', '', '""'],
  ['LogPosition', -1, '-1'],
  ['Count', 1.5, '1.5'],
];

test.each(wrong)('%s refuses %j, and a literal by its place', (name, value, literal) => {
  const refusal = { message: expect.stringContaining(name), extensions: { code: 'BAD_USER_INPUT' } };
  expect(() => scalar(name).parseValue(value)).toThrow(expect.objectContaining(refusal));
  const document = parse(`query ($value: ${name} =\n  ${literal}) { viewer { __typename } }`);
  const errors = validate(schema, document).filter(({ extensions }) => extensions.code);
  expect(errors).toEqual([expect.objectContaining({ ...refusal, locations: [{ line: 2, column: 3 }] })]);
});

test('DateTime names the form and the years', () => {
  expect(() => scalar('DateTime').parseValue('soon')).toThrow(/with a time and a zone, such as .*1990 to 2199/);
  expect(scalar('DateTime').parseValue('2026-03-04T10:00+01:00')).toEqual(new Date('2026-03-04T09:00:00Z'));
});
