import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { type GraphQLSchema, isObjectType } from 'graphql';
import type { Permission } from '../auth/permissions.ts';
import type PrismaTypes from '../db/generated/pothos-types.ts';
import { getDatamodel } from '../db/generated/pothos-types.ts';
import { complexityError, complexityLimits } from './complexity.ts';
import type { Context } from './context.ts';
import { badInput, forbidden } from './errors.ts';
import { globalId, readGlobalId } from './global-id.ts';
import { MAX_PAGE } from './page.ts';
import { relayDescriptions } from './relay-descriptions.ts';

/** The builder of the schema. Holds no type: each concept is a file of types/, with its root fields beside it. */
export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  AuthScopes: { may: Permission };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    Date: { Input: string; Output: string };
    PhoneNumber: { Input: string; Output: string };
    ChangeCursor: { Input: string; Output: string };
    LogPosition: { Input: number; Output: number };
    Count: { Input: number; Output: number };
    File: { Input: File; Output: never };
  };
}>({
  plugins: [ScopeAuthPlugin, RelayPlugin, PrismaPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    // A stream's permission is asked once, when it starts; a revocation closes its socket (P2.8).
    authorizeOnSubscribe: true,
    authScopes: ({ viewer }) => ({ may: (permission) => viewer.can(permission) }),
    unauthorizedError: (_parent, context, _info, result) => forbidden(context.viewer, result),
  },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    ...relayDescriptions,
    encodeGlobalID: (typename, id) => globalId(typename, String(id)),
    decodeGlobalID: readGlobalId,
    nodeQueryOptions: {
      description:
        'Any object by its id. Null when there is none in your environment or you may not see it: the two look the same.',
      nullable: true,
      args: { id: { description: 'The id of the object.' } },
      resolve: (_root, { id }, _context, { schema }, resolveNode) =>
        isNodeType(schema, id.typename) ? resolveNode(id) : null,
    },
    nodesQueryOptions: {
      description: 'Objects by their ids (at most 100), in the order asked; null where `node` would be null.',
      nullable: { list: false, items: true },
      args: { ids: { description: 'The ids of the objects, 1 to 100.' } },
      resolve: async (_root, args, _context, { schema }, resolveNodes) => {
        const { ids } = args;
        if (ids.length > MAX_PAGE)
          throw badInput(`nodes takes at most ${MAX_PAGE} ids, and ${ids.length} were asked for.`);
        const known = ids.filter(({ typename }) => isNodeType(schema, typename));
        // The plugin resolves what stands in `args`, not what it is passed (4.8).
        args.ids = known;
        const found = await resolveNodes(known);
        return ids.map((id) => (known.includes(id) ? found[known.indexOf(id)] : null));
      },
    },
    nodeTypeOptions: { description: 'Anything that has an id of its own.' },
    pageInfoTypeOptions: { description: 'Where a page stands among the others.' },
  },
  prisma: {
    client: ({ services }) => services.database.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    filterConnectionTotalCount: false,
    onUnusedQuery: null,
  },
  complexity: { ...complexityLimits, complexityError },
});

builder.queryType({ description: 'Questions. Every answer is about the environment that your key or token opens.' });
builder.mutationType({
  description:
    'Changes. Each is committed whole, in the log and enforced on the answering server before its reply leaves; most take an optional `idempotencyKey`, which makes a retry safe; those that need none say why.',
});
builder.subscriptionType({ description: 'Streams, over WebSocket (graphql-ws) or server-sent events.' });

/** Whether an id can be one of ours at all; anything else names nothing, like the id of another environment. */
function isNodeType(schema: GraphQLSchema, typename: string): boolean {
  const type = schema.getType(typename);
  return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
}
