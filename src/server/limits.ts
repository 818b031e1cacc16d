import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { type FieldNode, GraphQLError, parse, type Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * What one query may ask. They hold on HTTP and on sockets alike, because both parse and validate through these
 * plugins (CVE-2026-30241 is a server where they didn't). Complexity is counted by the schema's own plugin.
 */
export const MAX_QUERY_CHARACTERS = 20_000;
export const MAX_QUERY_TOKENS = 1_000;
/** Introspection isn't counted here: graphql-js bounds it by a rule of its own, and GraphiQL needs thirteen levels. */
export const MAX_QUERY_DEPTH = 12;
export const MAX_QUERY_ALIASES = 15;
export const MAX_QUERY_DIRECTIVES = 20;
/** `__schema` and `__type` together. The whole schema is 200 kB, for anonymous callers too. */
export const MAX_QUERY_INTROSPECTIONS = 2;

/** Reject by throwing: validation ends there, and what is left of an abusive query costs nothing. */
function refuse(code: string, message: string): never {
  throw new GraphQLError(message, { extensions: { code, http: { status: 400 } } });
}

const tooLarge = (found: string) =>
  refuse('QUERY_TOO_LARGE', `The query has more than ${found}. Split it, and pass long lists of values as variables.`);

function useSizeLimit(): Plugin {
  return {
    onParse({ params, setParseFn }) {
      // Tokens don't bound the text (one comment may be a megabyte), and the text is the key of a cache.
      const { source } = params;
      const characters = (typeof source === 'string' ? source : source.body).length;
      if (characters > MAX_QUERY_CHARACTERS) tooLarge(`${MAX_QUERY_CHARACTERS} characters`);
      setParseFn((text: string | Source, options?: object) => parse(text, { ...options, maxTokens: MAX_QUERY_TOKENS }));
      return ({ result }) => {
        // Refused here and not while parsing: what the parser throws, Yoga answers with 200. graphql-js has no code for
        // it; a test notices if it changes its words.
        if (result instanceof Error && /tokens\. Parsing aborted/.test(result.message)) {
          tooLarge(`${MAX_QUERY_TOKENS} tokens`);
        }
      };
    },
  };
}

/** Aliases would multiply the answer by fifteen; each further answer needs a field of its own in the document. */
function useIntrospectionLimit(): Plugin {
  const atMost = () => {
    let found = 0;
    return {
      Field({ name: { value } }: FieldNode) {
        if (value !== '__schema' && value !== '__type') return;
        found += 1;
        if (found <= MAX_QUERY_INTROSPECTIONS) return;
        const times = `__schema and __type more than ${MAX_QUERY_INTROSPECTIONS} times`;
        refuse('QUERY_TOO_MANY_INTROSPECTIONS', `The query asks for ${times}. Use several queries.`);
      },
    };
  };
  return { onValidate: ({ addValidationRule }) => addValidationRule(atMost) };
}

/** The plugins that enforce the limits, for Yoga's list. */
export function queryLimits(): Plugin[] {
  const reject = (code: string, message: string) => ({ onReject: [() => refuse(code, message)] });
  return [
    useSizeLimit(),
    useIntrospectionLimit(),
    maxDepthPlugin({
      n: MAX_QUERY_DEPTH,
      flattenFragments: true,
      ...reject(
        'QUERY_TOO_DEEP',
        `The query is nested deeper than ${MAX_QUERY_DEPTH} levels. Ask for the inner part in a second query.`,
      ),
    }),
    maxAliasesPlugin({
      n: MAX_QUERY_ALIASES,
      ...reject(
        'QUERY_TOO_MANY_ALIASES',
        `The query has more than ${MAX_QUERY_ALIASES} aliases. Use the batch fields, or several queries.`,
      ),
    }),
    maxDirectivesPlugin({
      n: MAX_QUERY_DIRECTIVES,
      ...reject(
        'QUERY_TOO_MANY_DIRECTIVES',
        `The query has more than ${MAX_QUERY_DIRECTIVES} directives. Put one on a fragment, or use several queries.`,
      ),
    }),
  ] as Plugin[];
}
