import { GraphQLError } from 'graphql';

/**
 * The sentences in which graphql-js repeats what it could not read, and what is left of them without it. They are
 * anchored at the words of the schema, so that no value can pass for one. A test notices if graphql-js changes its words.
 */
const sentences: readonly [RegExp, string][] = [
  [/^((?:String|Int|Float|Boolean|ID) cannot represent [\w\s-]*?value): .*$/s, '$1.'],
  [/^(Enum "\w+" cannot represent non-(?:enum|string) value): .*$/s, '$1.'],
  [/^Value ".*" does not exist in ("\w+" enum\.)/s, 'The value does not exist in $1'],
  [/^(Expected value of type "[\w![\]]+"), found .*$/s, '$1.'],
  // What a scalar throws for clients is a GraphQLError, and comes without this sentence; anything else isn't for them.
  [/^(Expected type "\w+"\.) .+$/s, '$1'],
  [/^(Argument "\w+" has invalid value) .*$/s, '$1.'],
  // In variables a field's name may be any text; one that could be a name helps to find the misspelling.
  [/^Field "(?![A-Za-z_]\w{0,63}").*" is not defined by type ("\w+"\.)/s, 'A field is not defined by type $1'],
];

/** Faults of what was sent that repeat nothing of it. */
const faults = [
  /^Variable "\$\w+" of (?:required|non-null) type /,
  /^Too many errors processing variables/,
  /^Field "\w+" is not defined by type /,
  /^Field "\w+\.\w+" (?:of required type |must be non-null)/,
  /^OneOf Input Object "\w+" must specify /,
  /^Argument "\w+" of (?:required|non-null) type ".+" (?:must not be null|was provided the variable )/,
];

const variable = /^Variable "\$\w+" got invalid value /;
/** Texts are printed with their quotes escaped, and nothing else ends in a quote: no value ends like this. */
const pathAtTheEnd = / at "\w+(?:\.\w+|\[\d+\])+"$/;

/**
 * A value that graphql-js refused may be somebody's phone number, or a megabyte, and would end up in the logs of
 * clients: the error keeps its place and the reason, and gets the code BAD_USER_INPUT. Other errors come back as they are.
 */
export function withoutValue(error: GraphQLError): GraphQLError {
  const { nodes, source, positions, path, extensions } = error;
  // What a resolver threw is the mask's to hide.
  if (path && !(originOf(error) instanceof GraphQLError)) return error;
  const message = wordsWithoutValue(error);
  // A result that doesn't fit the schema has a path too, and is the server's own fault.
  const isInput = !path || message.startsWith('Argument "');
  if (message === error.message && !(isInput && faults.some((fault) => fault.test(message)))) return error;
  // Without the original error: it has the value in its words.
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    extensions: { ...(isInput && { code: 'BAD_USER_INPUT' }), ...extensions },
  });
}

/** graphql-js wraps what was thrown, sometimes more than once. */
export function originOf(error: unknown): unknown {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
}

function wordsWithoutValue({ message, originalError }: GraphQLError): string {
  const start = variable.exec(message)?.[0].trimEnd();
  if (start === undefined || !originalError) return cut(message);
  const reason = originalError.message;
  const value = message.endsWith(`; ${reason}`) ? message.slice(0, -reason.length - 2) : '';
  return `${start}${pathAtTheEnd.exec(value)?.[0] ?? ''}; ${cut(reason)}`;
}

function cut(message: string): string {
  const found = sentences.find(([sentence]) => sentence.test(message));
  return found ? message.replace(...found) : message;
}
