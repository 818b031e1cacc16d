import { expect, test } from 'vitest';
import { at, importsOf, type SourceFile, sourceFiles } from '../support/source-files.ts';

const src = sourceFiles('src');

interface Room {
  readonly room: string;
  readonly why: string;
  /** Beginnings of paths in this repository, and names of packages. */
  readonly never: readonly string[];
  /** Exceptions to `never`. */
  readonly except?: readonly string[];
}

const graphqlPackages = [
  'graphql',
  'graphql-yoga',
  'graphql-ws',
  'graphql-sse',
  '@pothos/',
  '@graphql-yoga/',
  '@escape.tech/',
];

/** design.md, "Who may import whom". */
const rooms: readonly Room[] = [
  {
    room: 'src/domain/',
    why: 'the rules know no GraphQL, no HTTP and no task runner',
    never: [
      'src/graphql/',
      'src/server/',
      'src/tasks/',
      'src/app.ts',
      'src/main.ts',
      'src/config.ts',
      'ws',
      'node:http',
      ...graphqlPackages,
    ],
  },
  {
    room: 'src/changes/',
    why: 'the log is below the rules',
    never: [
      'src/domain/',
      'src/graphql/',
      'src/server/',
      'src/app.ts',
      'src/main.ts',
      'src/config.ts',
      ...graphqlPackages,
    ],
  },
  {
    room: 'src/cli/',
    why: 'the commands use the public API alone',
    never: ['src/', '@prisma/', 'pg', '@electric-sql/', '@pothos/', 'graphql-yoga'],
    except: ['src/cli/'],
  },
  {
    room: 'src/replica/',
    why: 'the replica runs in a dialer, on the public feed alone',
    never: ['src/', '@prisma/', 'pg', '@electric-sql/', '@pothos/', 'graphql-yoga'],
    except: ['src/replica/'],
  },
];

test.each(rooms)('$room: $why', ({ room, never, except = [] }) => {
  const broken = src
    .filter((file) => file.path.startsWith(room))
    .flatMap((file) =>
      importsOf(file)
        .filter(
          ({ target }) => never.some((name) => within(target, name)) && !except.some((name) => within(target, name)),
        )
        .map(({ target, line }) => at(file, line, `must not import ${target}`)),
    );
  expect(broken).toEqual([]);
});

test('only the composition root knows the whole house: nothing imports src/main.ts or src/app.ts from inside a room', () => {
  const broken = src
    .filter((file) => file.path !== 'src/main.ts')
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target, typeOnly }) => !typeOnly && (target === 'src/main.ts' || target === 'src/app.ts'))
        .map(({ target, line }) => at(file, line, `must not import ${target}`)),
    );
  expect(broken).toEqual([]);
});

test('the server never imports what only tests and tools have', () => {
  const broken = src.flatMap((file: SourceFile) =>
    importsOf(file)
      .filter(({ target }) => within(target, 'test/') || within(target, 'vitest') || within(target, 'typescript'))
      .map(({ target, line }) => at(file, line, `must not import ${target}`)),
  );
  expect(broken).toEqual([]);
});

function within(target: string, name: string): boolean {
  return name.endsWith('/') ? target.startsWith(name) : target === name || target.startsWith(`${name}/`);
}
