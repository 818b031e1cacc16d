import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // Vite would take graphql's `module` file for our own imports, while libraries get its `main` from Node: two copies of
  // graphql that refuse each other's schemas. This is the file that Node takes.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') },
      {
        find: /^\.{1,2}\/(.*\/)?worker-thread\.ts$/,
        replacement: fileURLToPath(new URL('support/compiled-thread.ts', import.meta.url)),
      },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // One more than cores: tests wait for databases and other processes most of the time.
    maxWorkers: 3,
    // Files share processes, and what keeps them apart is in here.
    isolate: false,
    setupFiles: ['test/support/set-up.ts'],
    testTimeout: 20_000,
    hookTimeout: 40_000,
    teardownTimeout: 20_000,
    restoreMocks: true,
    reporters: ['default', 'json'],
    outputFile: { json: '.ci/test-results.json' },
  },
});
