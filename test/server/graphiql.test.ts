import { describe, expect, test } from 'vitest';
import { startToy } from './toy-server.ts';

const visit = (url: string) => fetch(`${url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml' } });

describe('GraphiQL', () => {
  test('is a page that explains the key, and loads nothing from elsewhere', async () => {
    const toy = await startToy();
    const answer = await visit(toy.url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
    const html = await answer.text();
    expect(html).toContain('Quietline GraphiQL');
    expect(html).toContain('Authorization');

    // What a browser would load for the page itself.
    const markup = html.replace(/<script>[\s\S]*<\/script>/, '').replace(/data:[^"')]*/g, 'data:');
    expect(markup).not.toMatch(
      /<script[^>]*\bsrc=|(?:src|href)\s*=\s*["']?(?:https?:)?\/\/|@import|url\(\s*["']?(?:https?:)?\/\//,
    );
    // And what its script may load later: the browser lets it reach this server alone.
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|\*/);
  });

  test('is sent packed, and not twice', async () => {
    const toy = await startToy();
    const first = await visit(toy.url);
    expect(first.headers.get('content-encoding')).toBe('gzip');
    await first.arrayBuffer();
    const again = await fetch(`${toy.url}/graphql`, {
      headers: { accept: 'text/html', 'if-none-match': first.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test('is off in production unless configured', async () => {
    const off = await startToy({ env: { NODE_ENV: 'production' } });
    expect((await visit(off.url)).status).toBe(405);
    const on = await startToy({ env: { NODE_ENV: 'production', GRAPHIQL: 'true' } });
    expect((await visit(on.url)).status).toBe(200);
  });
});
