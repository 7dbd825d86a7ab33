import { spawn } from 'node:child_process';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { codedErrors, json, send } from '../server/send.support.ts';
import { startTestGateway } from '../support/gateway.ts';

const body = json({ query: '{ viewer { subject } }' });
const portal = 'https://portal.example';

/** The status with which a WebSocket is answered: 101 when it opens. */
function upgradeStatus(url: string, headers: Record<string, string>): Promise<number> {
  const ws = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  onTestFinished(() => ws.terminate());
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(101));
    ws.once('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
    ws.once('error', reject);
  });
}

/** What `npm start` runs without settings, on a free port. */
async function startBuiltIn(): Promise<string> {
  const env = { ...process.env, PORT: '0', LOG_LEVEL: 'silent', PORTFOLIO: 'false' };
  const child = spawn(process.execPath, ['src/main.cjs'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const chunk of child.stdout) {
    const url = /http:\S+\/graphql/.exec(String(chunk))?.[0];
    if (url) return url;
  }
  throw new Error('the gateway did not start');
}

describe('who may use the gateway', () => {
  const rows: [name: string, headers: Record<string, string>, allowed: boolean][] = [
    ['no Origin', {}, true],
    ['the Origin of the gateway itself', { origin: 'http://{host}' }, true],
    ['an Origin of CORS_ORIGINS', { origin: portal }, true],
    ['another Origin', { origin: 'https://evil.example' }, false],
    ['an allowed Origin on another port', { origin: `${portal}:8443` }, false],
    ['the opaque Origin', { origin: 'null' }, false],
    ['no URL as Origin', { origin: 'portal.example' }, false],
    ['Host localhost', { host: 'localhost:4000' }, true],
    ['Host [::1]', { host: '[::1]:4000' }, true],
    ['another Host', { host: 'gateway.evil.example' }, false],
    [
      'another Host that is its own Origin',
      { host: 'evil.example', origin: 'http://evil.example' },
      false,
    ],
    ['a Host that only begins like it', { host: '127.0.0.1.evil.example' }, false],
    ['no Host that can be read', { host: 'a b' }, false],
  ];

  test.each(rows)('%s', async (_name, template, allowed) => {
    const { url } = await startTestGateway({ env: { CORS_ORIGINS: portal } });
    const { host } = new URL(url);
    const headers = Object.fromEntries(
      Object.entries(template).map(([name, value]) => [name, value.replace('{host}', host)]),
    );
    const sent = await send(url, { headers: { ...headers, 'x-request-id': 'policy-1' }, body });
    expect(sent.status).toBe(allowed ? 200 : 403);
    if (!allowed) {
      expect(codedErrors(sent.text)).toMatchObject([
        { extensions: { code: 'FORBIDDEN', requestId: 'policy-1' } },
      ]);
    }
    const page = { ...headers, accept: 'text/html' };
    if (!allowed) expect((await send(url, { method: 'GET', headers: page })).status).toBe(403);
    expect(await upgradeStatus(url, headers)).toBe(allowed ? 101 : 403);
  });

  test('pages of CORS_ORIGINS may read answers, also those that need a preflight', async () => {
    const { url } = await startTestGateway({ env: { CORS_ORIGINS: portal } });
    const asked: OutgoingHttpHeaders = {
      origin: portal,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const preflight = await send(url, { method: 'OPTIONS', headers: asked });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': portal,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('authorization'),
    });
    const { headers } = await send(url, { headers: { origin: portal }, body });
    expect(headers).toMatchObject({
      'access-control-allow-origin': portal,
      'access-control-expose-headers': expect.stringContaining('x-request-id'),
    });
  });

  test('pages on localhost may use the built-in sandbox, and others may not', async () => {
    const url = await startBuiltIn();
    const page = 'http://localhost:3000';
    const asked = {
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const preflight = await send(url, { method: 'OPTIONS', headers: asked });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([
      204,
      page,
    ]);
    const answer = await send(url, { headers: { origin: page }, body });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, page]);
    expect(await upgradeStatus(url, { origin: page })).toBe(101);
    for (const origin of [portal, 'null']) {
      expect((await send(url, { headers: { origin }, body })).status).toBe(403);
      const refused = await send(url, { method: 'OPTIONS', headers: { ...asked, origin } });
      expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([
        403,
        undefined,
      ]);
    }
    // A form needs no preflight, so it must not be executed.
    const form = { origin: page, 'content-type': 'text/plain' };
    expect((await send(url, { headers: form, body })).status).toBe(415);
  });

  test('pages on localhost may not use other backends without CORS_ORIGINS', async () => {
    const { url } = await startTestGateway();
    expect((await send(url, { headers: { origin: 'http://localhost:3000' }, body })).status).toBe(
      403,
    );
  });

  test('nobody else is told anything across origins', async () => {
    const { url } = await startTestGateway();
    const headers = { origin: portal, 'access-control-request-method': 'POST' };
    const preflight = await send(url, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(403);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('sockets open at /graphql only', async () => {
    const { url } = await startTestGateway();
    expect(await upgradeStatus(url.replace('/graphql', '/other'), {})).toBe(404);
    expect((await send(url.replace('/graphql', '/other'), { body })).status).toBe(404);
  });
});

describe('the id of a request', () => {
  const bad = json({ query: '{ nobody }' });

  test('is the one the caller gave', async () => {
    const { url } = await startTestGateway();
    const { headers, text } = await send(url, { headers: { 'x-request-id': 'mine:1' }, body: bad });
    expect(headers['x-request-id']).toBe('mine:1');
    expect(codedErrors(text)).toMatchObject([{ extensions: { requestId: 'mine:1' } }]);
  });

  test.each([
    ['absent', undefined],
    ['too long', 'x'.repeat(129)],
    ['no sensible one', 'a<b>'],
  ])('is made when it is %s', async (_name, given) => {
    const { url } = await startTestGateway();
    const { headers, text } = await send(url, {
      headers: given === undefined ? {} : { 'x-request-id': given },
      body: bad,
    });
    const id = headers['x-request-id'];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(codedErrors(text)).toMatchObject([{ extensions: { requestId: id } }]);
  });

  test('goes out to the backends', async () => {
    const { url, sandbox } = await startTestGateway();
    const query = json({ query: '{ customers(first: 1) { nodes { id } } }' });
    await send(url, { headers: { 'x-request-id': 'trace-me' }, body: query });
    expect(json(sandbox.calls.recent.map((call) => call.headers))).toContain('trace-me');
  });
});
