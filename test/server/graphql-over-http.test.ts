import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { startToy } from './toy-server.ts';

const codeOf = async (response: Response) => (await response.json()).errors[0].extensions.code;

describe('who is asking', () => {
  test('is known once per request, from the header', async () => {
    const toy = await startToy();
    const answer = await toy.post({ query: '{ who }' }, { authorization: 'Bearer two' });
    expect(await answer.json()).toEqual({ data: { who: 'key two' } });
  });

  test('no token is an anonymous viewer', async () => {
    const toy = await startToy();
    expect(await (await toy.post({ query: '{ who }' })).json()).toEqual({ data: { who: 'anonymous' } });
  });

  test('a token that is no good is 401, in the shape of GraphQL', async () => {
    const toy = await startToy();
    const answer = await toy.post({ query: '{ who }' }, { authorization: 'Bearer nobody' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toEqual({
      errors: [{ message: 'This key is not known.', extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('the same through fetch, without a network', async () => {
    const toy = await startToy();
    const ask = (authorization: string) =>
      toy.server.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: '{"query":"{ who }"}',
      });
    expect(await (await ask('Bearer one')).json()).toEqual({ data: { who: 'key one' } });
    expect((await ask('Bearer nobody')).status).toBe(401);
  });
});

describe('errors', () => {
  test('of the server are masked; the log has them under the id, without the number', async () => {
    const toy = await startToy();
    const answer = await (await toy.post({ query: '{ hello fails }' })).json();
    expect(answer.data).toEqual({ hello: 'hello', fails: null });
    expect(answer.errors).toEqual([
      {
        message: 'Unexpected error.',
        path: ['fails'],
        locations: expect.anything(),
        extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) },
      },
    ]);
    const line = toy.logLines.find((each) => each.includes(answer.errors[0].extensions.errorId));
    expect(line).toContain('select * from secret where phone = [number]');
    expect(toy.logLines.join()).not.toContain('4155550123');
  });

  test('meant for the client pass', async () => {
    const toy = await startToy();
    const answer = await (await toy.post({ query: '{ refused }' })).json();
    expect(answer.errors[0]).toMatchObject({ message: 'Not for you', extensions: { code: 'NOT_FOR_YOU' } });
  });

  test('of the domain pass in the words that they are given', async () => {
    const publicError = (error: unknown) =>
      (error as { code?: string }).code === 'ROW_LOCKED'
        ? new GraphQLError('Try again', { extensions: { code: 'BUSY' } })
        : undefined;
    const toy = await startToy({ publicError });
    const answer = await (await toy.post({ query: '{ domainError }' })).json();
    expect(answer.errors[0]).toMatchObject({
      message: 'Try again',
      path: ['domainError'],
      extensions: { code: 'BUSY' },
    });
  });
});

describe('only what is needed is accepted', () => {
  test.each([
    ['application/x-www-form-urlencoded', 'query=%7Bhello%7D'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['text/plain', '{"query":"{hello}"}'],
    ['application/graphql', '{ hello }'],
  ])('%s is 415', async (type, body) => {
    const toy = await startToy();
    const answer = await toy.post(body, { 'content-type': type });
    expect(answer.status).toBe(415);
    expect(await codeOf(answer)).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  test('packed bodies are 415', async () => {
    const toy = await startToy();
    expect((await toy.post({ query: '{ hello }' }, { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test('GET is for event streams alone, and never for mutations', async () => {
    const toy = await startToy();
    expect((await fetch(`${toy.url}/graphql?query={hello}`)).status).toBe(405);
    const mutation = await fetch(`${toy.url}/graphql?query=mutation{note}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(mutation.status).toBe(405);
    expect((await fetch(`${toy.url}/graphql`, { method: 'PUT' })).status).toBe(405);
  });

  test('a batch of operations is refused', async () => {
    const toy = await startToy();
    const answer = await toy.post([{ query: '{ hello }' }, { query: '{ hello }' }]);
    expect(answer.status).toBe(400);
  });

  test('JSON that is none is 400', async () => {
    const toy = await startToy();
    const answer = await toy.post('{"query": ');
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe('BAD_REQUEST');
  });

  test('the answer to JSON that is none repeats nothing of it, and is no fault of the server (issue A, 6)', async () => {
    const toy = await startToy();
    const posted = await toy.post('{"query":"{ hello }","variables":{"phone":"+14155550123",}}');
    expect(posted.status).toBe(400);
    const text = await posted.text();
    expect(text).toContain('This is not JSON');
    expect(text).not.toContain('4155550123');
    const got = await fetch(`${toy.url}/graphql?query={hello}&variables={phone:14155550123}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(await got.text()).toContain('"code":"BAD_REQUEST"');
    expect(toy.logLines.join()).not.toContain('unexpected error');
  });

  test('what Host says is not believed, and no stack is shown', async () => {
    const toy = await startToy();
    const socket = connect(toy.port, '127.0.0.1');
    socket.end(
      'POST /graphql HTTP/1.1\r\nHost: [bad\r\nContent-Type: application/json\r\nContent-Length: 17\r\nConnection: close\r\n\r\n{"query":"{who}"}',
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toContain('{"data":{"who":"anonymous"}}');
  });

  test('other paths are 404 in JSON; routes of others are served', async () => {
    const toy = await startToy({
      routes: [{ method: 'PUT', path: '/upload', handle: async (_req, res) => void res.end('got it') }],
    });
    expect((await fetch(`${toy.url}/nothing`)).status).toBe(404);
    expect(await (await fetch(`${toy.url}/upload`, { method: 'PUT' })).text()).toBe('got it');
  });

  test('answers carry the headers that keep browsers from guessing', async () => {
    const toy = await startToy();
    const { headers } = await toy.post({ query: '{ hello }' });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('bodies are bounded (invariant 10)', () => {
  test('by their announced length', async () => {
    const toy = await startToy({ limits: { maxBodyBytes: 10_000 } });
    const answer = await toy.post({ query: '{ hello }', variables: { x: 'x'.repeat(20_000) } });
    expect(answer.status).toBe(413);
    const body = await answer.json();
    expect(body.errors[0].extensions.code).toBe('BODY_TOO_LARGE');
    expect(body.errors[0].message).toContain('10000 bytes (MAX_BODY_BYTES)');
  });

  test('by their counted bytes when they announce none', async () => {
    const toy = await startToy({ limits: { maxBodyBytes: 10_000 } });
    const req = request(`${toy.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' } });
    req.on('error', () => undefined);
    for (let sent = 0; sent < 20; sent += 1) req.write('x'.repeat(1_000));
    const [res] = await once(req, 'response');
    expect(res.statusCode).toBe(413);
    req.destroy();
  });

  test('a client that leaves halfway harms nothing, and is no error of the server', async () => {
    const toy = await startToy();
    const socket = connect(toy.port, '127.0.0.1');
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"query"',
    );
    await once(socket, 'ready');
    await toy.post({ query: '{ hello }' });
    socket.resetAndDestroy();
    await once(socket, 'close');
    await toy.post({ query: '{ hello }' });
    await toy.server.close();
    expect(toy.logLines).toEqual([]);
  });

  test('and 50,000 numbers fit by default', async () => {
    const toy = await startToy();
    const numbers = Array.from({ length: 50_000 }, (_, index) => `+1415${String(1_000_000 + index)}`);
    const answer = await toy.post({
      query: 'query ($n: [String!]!) { count(numbers: $n) }',
      variables: { n: numbers },
    });
    expect(await answer.json()).toEqual({ data: { count: 50_000 } });
  });
});

describe('CORS', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

  test('is off unless origins are configured', async () => {
    const toy = await startToy();
    const answer = await preflight(toy.url, 'https://app.example.com');
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('lets configured origins in, and no others, without credentials', async () => {
    const toy = await startToy({ env: { ALLOWED_ORIGINS: 'https://app.example.com' } });
    const allowed = await preflight(toy.url, 'https://app.example.com');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    const other = await preflight(toy.url, 'https://evil.example.com');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('vary')).toContain('origin');
  });
});
