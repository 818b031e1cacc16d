import { defineConfig } from 'prisma/config';

// `prisma generate` looks for the schema engine before it works, downloads it when it is missing, and then never runs
// it. Pointing at any executable (node itself) keeps generation off the network. `prisma migrate` does run it: set the
// variable to a real schema engine for that. The server needs neither, it applies its migrations in src/db/migrate.ts.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

// Paths are relative to this file.
export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  datasource: { url: process.env.DATABASE_DIRECT_URL ?? process.env.DATABASE_URL ?? '' },
});
