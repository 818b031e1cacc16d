import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { overHttp, overSocket, overSse } from './ask.ts';
import { startToy, type ToyOptions } from './toy-server.ts';

const nest = (levels: number, inside: string) => `${'inner { '.repeat(levels)}${inside}${' }'.repeat(levels)}`;

describe.each([
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
  ['SSE', overSse],
])('over %s', (_name, ask) => {
  const refusals: [string, string, string][] = [
    ['depth', `{ nested { ${nest(12, 'value')} } }`, 'QUERY_TOO_DEEP'],
    ['depth through a fragment', `{ nested { ...f } } fragment f on Nested { ${nest(12, 'value')} }`, 'QUERY_TOO_DEEP'],
    ['tokens', `{ ${'hello '.repeat(1_000)} }`, 'QUERY_TOO_LARGE'],
    ['characters', `{ hello } #${'x'.repeat(20_000)}`, 'QUERY_TOO_LARGE'],
    [
      'aliases',
      `{ ${Array.from({ length: 16 }, (_, index) => `a${index}: hello`).join(' ')} }`,
      'QUERY_TOO_MANY_ALIASES',
    ],
    [
      'introspection',
      `{ ${[1, 2, 3].map((index) => `a${index}: __schema { queryType { name } }`).join(' ')} }`,
      'QUERY_TOO_MANY_INTROSPECTIONS',
    ],
    ['directives', `{ hello ${'@include(if: true) '.repeat(21)} }`, 'QUERY_TOO_MANY_DIRECTIVES'],
  ];
  test.each(refusals)('%s is limited', async (_what, query, code) => {
    const toy = await startToy();
    const { data, errors } = await ask(toy, query);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toEqual({ code });
    expect(errors?.[0]?.message).toMatch(/more than \d+|deeper than 12 levels/);
  });

  test('an abusive query costs little (CVE-2023-26144, CVE-2026-40476)', async () => {
    const toy = await startToy();
    await ask(toy, '{ hello }');
    const before = process.cpuUsage();
    await ask(toy, `{ ${'... on Query { hello } '.repeat(165)} }`);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });

  test('names are suggested only where GraphiQL is on', async () => {
    const off = await startToy({ env: { GRAPHIQL: 'false' } });
    const on = await startToy({ env: { GRAPHIQL: 'true' } });
    expect(JSON.stringify(await ask(on, '{ helo }'))).toContain('Did you mean');
    expect(JSON.stringify(await ask(off, '{ helo }'))).toContain('Cannot query field');
    expect(JSON.stringify(await ask(off, '{ helo }'))).not.toContain('Did you mean');
  });

  test('errors are masked', async () => {
    const toy = await startToy();
    const { errors } = await ask(toy, '{ fails }');
    expect(errors?.[0]).toMatchObject({ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(Object.keys(errors?.[0]?.extensions ?? {})).toEqual(['code', 'errorId']);
  });

  test('introspection passes', async () => {
    const toy = await startToy();
    const answer = await ask(toy, getIntrospectionQuery());
    expect(answer.errors).toBeUndefined();
  });
});

test.each([
  ['tokens', `{ ${'hello '.repeat(1_000)} }`],
  ['characters', `{ hello } #${'x'.repeat(20_000)}`],
  ['depth', `{ nested { ${nest(12, 'value')} } }`],
])('a query beyond the limit of %s is 400 over HTTP', async (_what, query) => {
  const toy = await startToy();
  expect((await toy.post({ query })).status).toBe(400);
});

test('suggestions for values in variables are withheld too', async () => {
  const query = 'query ($c: Color!) { color(color: $c) }';
  const off: ToyOptions = { env: { GRAPHIQL: 'false' } };
  for (const ask of [overHttp, overSocket, overSse]) {
    const answer = await ask(await startToy(off), query, { c: 'REDD' });
    expect(answer.errors).toHaveLength(1);
    expect(JSON.stringify(answer)).not.toContain('Did you mean');
  }
});

test.each([
  ['WebSocket', overSocket],
  ['SSE', overSse],
])('errors of a subscription that breaks are masked over %s', async (_name, ask) => {
  const toy = await startToy();
  const answer = await ask(toy, 'subscription { breaks }');
  expect(JSON.stringify(answer)).toContain('Unexpected error.');
  expect(JSON.stringify(answer)).not.toContain('broke');
  expect(toy.logLines.join()).toContain('the source of [number] broke');
});
