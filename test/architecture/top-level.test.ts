import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { committedOrNew } from '../support/git.ts';
import { root } from '../support/source-files.ts';

/** design.md, "The rooms": tool configurations go into package.json, a dotfile or the folder they are about. */
test('the top level holds only what the plan of the house names', () => {
  const planned = [
    'src', 'prisma', 'schema', 'test', 'codegen.ts', 'package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'LICENSE',
    // Seen only without git: made by npm, by the build and by a first start.
    'node_modules', 'dist', 'data',
  ]; // biome-ignore format: one look
  const present = committedOrNew()?.map((path) => path.split('/')[0] ?? '') ?? readdirSync(root);
  const found = new Set(present.filter((name) => !name.startsWith('.') && !planned.includes(name)));
  expect([...found]).toEqual([]);
});

/** Two copies refuse each other's schemas at run time ("from another module or realm"). */
test('only one copy of graphql is installed', () => {
  const copies: string[] = [];
  const look = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory() || entry.name === '.bin') continue;
      if (entry.name.startsWith('@')) look(path);
      else {
        if (entry.name === 'graphql' && existsSync(join(path, 'package.json')) && folder.endsWith('node_modules'))
          copies.push(path);
        if (existsSync(join(path, 'node_modules'))) look(join(path, 'node_modules'));
      }
    }
  };
  look(join(root, 'node_modules'));
  expect(copies).toEqual([join(root, 'node_modules', 'graphql')]);
});
