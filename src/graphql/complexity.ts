import { GraphQLError } from 'graphql';

/** A field costs 1; a connection's fields are counted once for each row of the page asked. */
export const complexityLimits = {
  defaultComplexity: 1,
  defaultListMultiplier: 10,
  limit: { complexity: 50_000, depth: 20, breadth: 1_000 },
} as const;

/** Says which limit, its value, and what to do; on HTTP and on sockets alike. */
export function complexityError(
  kind: string,
  result: {
    maxComplexity?: number;
    maxDepth?: number;
    maxBreadth?: number;
    complexity: number;
    depth: number;
    breadth: number;
  },
): Error {
  const [is, may] =
    kind === 'Depth'
      ? [result.depth, result.maxDepth]
      : kind === 'Breadth'
        ? [result.breadth, result.maxBreadth]
        : [result.complexity, result.maxComplexity];
  return new GraphQLError(
    `This operation has a ${kind.toLowerCase()} of ${is} and may have ${may}: ask for fewer rows per page, or for fewer fields.`,
    { extensions: { code: 'QUERY_TOO_COMPLEX' } },
  );
}
