import ts from 'typescript';
import { expect, test } from 'vitest';
import { at, foldersOf, sourceFiles, walk } from '../support/source-files.ts';

const src = sourceFiles('src');
const tests = sourceFiles('test');

test('only src/config.ts reads process.env', () => {
  const broken: string[] = [];
  for (const file of src) {
    if (file.path === 'src/config.ts') continue;
    walk(file.tree, (node) => {
      const member = memberOf(node);
      if (member?.name === 'env' && /^(globalThis\.)?process$/.test(member.object)) {
        broken.push(at(file, node, 'reads process.env: take it from the configuration'));
      }
      if (
        ts.isImportSpecifier(node) &&
        (node.propertyName ?? node.name).text === 'env' &&
        /process['"]/.test(node.parent.parent.parent.getText())
      ) {
        broken.push(at(file, node, 'imports env: take it from the configuration'));
      }
    });
  }
  expect(broken).toEqual([]);
});

test('GraphQL reads through Prisma and never writes: every write passes the one function of the domain', () => {
  const writes =
    /^(create|createMany|createManyAndReturn|update|updateMany|updateManyAndReturn|upsert|delete|deleteMany|\$executeRaw|\$executeRawUnsafe|\$transaction|\$queryRawUnsafe)$/;
  const broken: string[] = [];
  for (const file of src.filter(({ path }) => path.startsWith('src/graphql/'))) {
    walk(file.tree, (node) => {
      const member = memberOf(node);
      if (member && writes.test(member.name) && /prisma|\btx\b|\bdb\b|database/i.test(member.object)) {
        broken.push(at(file, node, `writes: ${member.object}.${member.name}`));
      }
      if (member && /\b(database|db)\.(write|transaction)$/.test(`${member.object}.${member.name}`)) {
        broken.push(at(file, node, `has the write connection: ${member.object}.${member.name}`));
      }
    });
  }
  expect(broken).toEqual([]);
});

test('no file is longer than 300 lines', () => {
  const long = [...src, ...tests]
    .map((file) => ({ file, lines: file.text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 300)
    .map(({ file, lines }) => at(file, lines, `has ${lines} lines: split it by idea`));
  expect(long).toEqual([]);
});

test('no folder or file is named after nothing: utils, helpers, common, lib, misc, shared', () => {
  const vague = /^(utils?|helpers?|common|lib|misc|shared)(\.[cm]?ts)?$/;
  const broken = [...src, ...tests]
    .filter((file) => [...foldersOf(file), file.path.split('/').at(-1) ?? ''].some((name) => vague.test(name)))
    .map((file) => at(file, 1, 'name it after what it is about'));
  expect(broken).toEqual([]);
});

test('exports have names, and nobody re-exports a whole file', () => {
  const broken: string[] = [];
  for (const file of [...src, ...tests]) {
    if (file.path.endsWith('.config.ts')) continue;
    for (const node of file.tree.statements) {
      const isDefault =
        ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
      if (ts.isExportAssignment(node) || isDefault) broken.push(at(file, node, 'is a default export'));
      if (ts.isExportDeclaration(node) && node.moduleSpecifier && !node.exportClause) {
        broken.push(at(file, node, 're-exports everything'));
      }
    }
  }
  expect(broken).toEqual([]);
});

/** `a.b.c` and `a.b['c']` as object `a.b` and name `c`. */
function memberOf(node: ts.Node): { object: string; name: string } | undefined {
  if (ts.isPropertyAccessExpression(node))
    return { object: node.expression.getText().replaceAll(/\s|[?!]/g, ''), name: node.name.text };
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return { object: node.expression.getText().replaceAll(/\s|[?!]/g, ''), name: node.argumentExpression.text };
  }
  return undefined;
}
