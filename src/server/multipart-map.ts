import { problemError } from './http-problem.ts';

/** Names alone: with a number in it, a path could grow an array to any length. */
const PATH = /^variables(?:\.[A-Za-z_]\w*)+$/;
const INHERITED = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Makes sure that the `map` of a form puts one file where `operations` holds null. Yoga writes to whatever place a map
 * names, and makes it where there is none: `variables.list.4294967294` would take all the memory there is.
 * @throws GraphQLError (400)
 */
export function checkMultipartMap(form: FormData): void {
  const operations = jsonField(form, 'operations');
  const path = onlyPath(jsonField(form, 'map'));
  if (!PATH.test(path) || path.split('.').some((name) => INHERITED.has(name))) {
    refuse('The path in "map" has to lead through names to a variable, such as "variables.input.file".');
  }
  if (valueAt(operations, path) !== null) refuse('"operations" has to hold null where "map" puts the file.');
}

function jsonField(form: FormData, name: string): unknown {
  const text = form.get(name);
  if (typeof text !== 'string') refuse(`The field "${name}" is missing: send it as text, before the file.`);
  try {
    return JSON.parse(text);
  } catch {
    refuse(`The field "${name}" is not JSON.`);
  }
}

function onlyPath(map: unknown): string {
  const isObject = typeof map === 'object' && map !== null && !Array.isArray(map);
  const entries: unknown[] = isObject ? Object.values(map) : [];
  const paths: unknown = entries[0];
  if (entries.length === 1 && Array.isArray(paths) && paths.length === 1 && typeof paths[0] === 'string') {
    return paths[0];
  }
  refuse('"map" has to name one file and one place for it, such as {"0": ["variables.input.file"]}.');
}

function valueAt(operations: unknown, path: string): unknown {
  let value = operations;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function refuse(what: string): never {
  const message = `This is no form of the graphql-multipart-request-spec. ${what}`;
  throw problemError({ status: 400, code: 'INVALID_MULTIPART', message });
}
