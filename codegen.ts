import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of what the documents of one folder send and get. */
const typed = (folder: string, documents: string) => ({
  [`${folder}gql/`]: {
    documents: [documents, `!${folder}gql/**`],
    preset: 'client' as const,
    presetConfig: { fragmentMasking: false },
    config: {
      useTypeImports: true,
      enumsAsTypes: true,
      importExtension: '.ts' as const,
      emitLegacyCommonJSImports: false,
      strictScalars: true,
      scalars: {
        ID: 'string',
        DateTime: 'string',
        Date: 'string',
        PhoneNumber: 'string',
        ChangeCursor: 'string',
        LogPosition: 'number',
        Count: 'number',
        File: 'File',
      },
    },
  },
});

/** The documents of the commands and of the tests, by the printed schema: needs no server, and no build. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  ignoreNoDocuments: true,
  // Only what is passed to graphql() is typed; a plain text marked /* GraphQL */ may be put together from parts.
  pluckConfig: { gqlMagicComment: 'typed' },
  generates: { ...typed('src/cli/', 'src/cli/**/*.ts'), ...typed('test/support/', 'test/**/*.ts') },
};

export default config;
