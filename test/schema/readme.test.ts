import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test('every query, mutation and subscription of the README fits the contract', () => {
  const schema = buildSchema(text('schema/schema.graphql'));
  const documents = [...text('README.md').matchAll(/```graphql\n([\s\S]*?)```/g)].map((match) => match[1]!);
  const inCurl = [...text('README.md').matchAll(/-d '(\{"query".*?\})'/g)].map(
    (match) => JSON.parse(match[1]!).query as string,
  );
  expect([documents.length, inCurl.length]).toEqual([9, 1]);
  for (const document of [...documents, ...inCurl]) {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  }
});
