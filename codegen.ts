import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of the documents that tests send, from the printed schema: needs no server, and no build. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  ignoreNoDocuments: true,
  // Only what is passed to graphql() is typed; a plain text marked /* GraphQL */ may be put together from parts.
  pluckConfig: { gqlMagicComment: 'typed' },
  generates: {
    'test/support/gql/': {
      documents: ['test/**/*.ts', '!test/support/gql/**'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
        strictScalars: true,
        scalars: {
          ID: 'string',
          DateTime: 'string',
          PhoneNumber: 'string',
          ChangeCursor: 'string',
          LogPosition: 'number',
        },
      },
    },
  },
};

export default config;
