import { GraphQLError, type ValueNode, valueFromASTUntyped } from 'graphql';
import { readDay, readInstant } from '../domain/entries/time-text.ts';
import { builder } from './builder.ts';

/**
 * Reads a scalar from variables and from literals. graphql-js tells a variable's place by itself; a literal's is lost
 * unless its node is given. `read` answers null for what it can't read.
 */
function readScalar<T>(read: (value: unknown) => T | null, message: string) {
  const parse = (value: unknown, nodes?: ValueNode): T => {
    const parsed = read(value);
    if (parsed === null) throw new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });
    return parsed;
  };
  return {
    parseValue: (value: unknown) => parse(value),
    parseLiteral: (node: ValueNode) => parse(valueFromASTUntyped(node), node),
  };
}

builder.scalarType('DateTime', {
  description:
    'An instant as ISO 8601 text with time and zone, such as "2026-03-04T09:00:00.000Z" (always UTC in answers), in the years 1990 to 2199. Milliseconds are kept.',
  serialize: (time) => time.toISOString(),
  ...readScalar(
    (value) => (typeof value === 'string' ? readInstant(value) : null),
    'A DateTime is ISO 8601 text with a time and a zone, such as "2026-03-04T09:00:00Z", in the years 1990 to 2199.',
  ),
});

builder.scalarType('Date', {
  description:
    'A day as ISO 8601 text, such as "2026-03-04", in the years 1990 to 2199. Which zone it is of, its field says.',
  serialize: (day) => day,
  ...readScalar(
    (value) => (typeof value === 'string' ? readDay(value) : null),
    'A Date is ISO 8601 text, such as "2026-03-04", in the years 1990 to 2199.',
  ),
});

builder.scalarType('PhoneNumber', {
  description:
    'A number as Quietline keeps it: E.164 such as "+14151234567"; on lists that block inbound contacts also a short code or a sender\'s name. Without the permission number:see it comes masked, such as "+1•••••••567".',
  serialize: (phone) => phone,
  parseValue: (value) => String(value),
});

builder.scalarType('ChangeCursor', {
  description:
    "A place in the environment's log, always the end of a change set. Opaque: pass it back as you received it. Equal places have equal cursors.",
  serialize: (cursor) => cursor,
  ...readScalar(
    (value) => (typeof value === 'string' && value !== '' ? value : null),
    'A ChangeCursor is text, as you received it.',
  ),
});

builder.scalarType('LogPosition', {
  description:
    "A change's number in its environment's log: 1, 2, 3 … without gaps, in the order of commit. An integer below 2^53.",
  serialize: (position) => position,
  ...readScalar(
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null),
    'A LogPosition is a whole number from 0.',
  ),
});

builder.scalarType('Count', {
  description:
    'How many: a whole number from 0, below 2^53. A sum over many days may pass the end of Int, 2,147,483,647.',
  serialize: (count) => count,
  ...readScalar(
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null),
    'A Count is a whole number from 0.',
  ),
});
