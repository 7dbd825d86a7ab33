import { describe, expect, test } from 'vitest';
import { sharedTestGateway } from '../support/gateway.ts';
import { expectAlive, internals } from './attack.support.ts';
import { openConnection, sendRaw } from './raw.support.ts';
import { codedErrors, json, send } from './send.support.ts';

const gateway = sharedTestGateway({
  env: { HEADERS_TIMEOUT_MS: '300', CORS_ORIGINS: 'https://portal.example' },
});
/** A gateway that requires tokens, and whose issuer is never asked in these tests. */
const guarded = sharedTestGateway({
  env: {
    AUTH: 'jwt',
    AUTH_JWKS_URL: 'http://127.0.0.1:9/keys',
    AUTH_ISSUER: 'issuer',
    AUTH_AUDIENCE: 'audience',
  },
});

const query = json({ query: '{ __typename }' });

/** A request with exactly these lines. */
function raw(line: string, headers: readonly string[], body = ''): string {
  return `${[line, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

function post(target: string, headers: readonly string[]): string {
  const own = ['content-type: application/json', `content-length: ${query.length}`];
  return raw(`POST ${target} HTTP/1.1`, [...own, ...headers], query);
}

const hosts = [
  '[',
  ']',
  'a b',
  '%',
  'h:99999999',
  'h:x',
  '::1',
  '[::1',
  'a/b',
  'a?b',
  'a@b',
  'a\\b',
];

describe('without a token', () => {
  test.each(hosts)('the Host header "%s" is malformed', async (host) => {
    const { url } = guarded();
    for (const target of ['/graphql', '/notifications/push/', '/nowhere', '/graphql?a=%']) {
      const { status, text } = await sendRaw(url, post(target, [`host: ${host}`]));
      expect(status, text).toBe(400);
      expect(text).not.toMatch(internals);
    }
  });

  const requests: [name: string, method: string, headers: Record<string, string>, body?: string][] =
    [
      ['a query', 'POST', {}, query],
      ['a wrong field', 'POST', {}, json({ query: '{ custmers { id } }' })],
      ['a document of 20 kB', 'POST', {}, json({ query: `{ ${'a '.repeat(10_000)} }` })],
      ['a body of 2 MB', 'POST', {}, ' '.repeat(2_000_000)],
      ['a body that is not JSON', 'POST', {}, '{'],
      ['an empty body', 'POST', {}, ''],
      ['a form', 'POST', { 'content-type': 'application/x-www-form-urlencoded' }, 'query={a}'],
      ['text', 'POST', { 'content-type': 'text/plain' }, query],
      ['a query by GET', 'GET', {}],
      ['PUT', 'PUT', {}, query],
      ['DELETE', 'DELETE', {}],
      ['a subscription', 'POST', { accept: 'text/event-stream' }, query],
      ['Basic credentials', 'POST', { authorization: 'Basic YTpi' }, query],
      ['an empty token', 'POST', { authorization: 'Bearer ' }, query],
    ];
  test.each(requests)('%s is refused before it is parsed', async (_name, method, headers, body) => {
    const { url } = guarded();
    const sent = await send(url, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(sent.status).toBe(401);
    expect(sent.headers['www-authenticate']).toBe('Bearer');
    const errors = codedErrors(sent.text);
    expect(errors).toMatchObject([
      { message: 'A bearer token is required.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  test('an unfinished body is refused before it ends', async () => {
    const { url } = guarded();
    const head = ['host: a', 'content-type: application/json', 'content-length: 90000'];
    const { status } = await sendRaw(url, raw('POST /graphql HTTP/1.1', head, '{"query": "'));
    expect(status).toBe(401);
  });
});

const local = 'host: 127.0.0.1';

describe('a target', () => {
  const targets: [line: string, headers: readonly string[], status: number][] = [
    ['GET /livez?x=1 HTTP/1.1', [local], 200],
    ['GET /livez? HTTP/1.1', [local], 200],
    ['GET /readyz?verbose HTTP/1.1', [local], 200],
    ['GET http://127.0.0.1/livez HTTP/1.1', [local], 200],
    ['GET HTTP://127.0.0.1/livez?x HTTP/1.1', [local], 200],
    ['GET http://127.0.0.1/nowhere HTTP/1.1', [local], 404],
    ['GET http://evil.example/graphql HTTP/1.1', [local], 403],
    ['GET http://[/graphql HTTP/1.1', [local], 404],
    ['GET //evil.example/graphql HTTP/1.1', [local], 404],
    ['GET /graphql/../graphql HTTP/1.1', [local], 404],
    ['GET /%67raphql HTTP/1.1', [local], 404],
    ['GET /graphql%00 HTTP/1.1', [local], 404],
    ['GET /graphql;a=b HTTP/1.1', [local], 404],
    ['GET /GRAPHQL HTTP/1.1', [local], 404],
    ['OPTIONS * HTTP/1.1', [local], 404],
    ['GET /graphql?query=%E0%A4%A HTTP/1.1', [local], 200],
    ['GET /graphql?query={__typename}&variables=[ HTTP/1.1', [local], 400],
    ['GET /graphql?query={__typename}&query={__typename} HTTP/1.1', [local], 200],
    ['GET /graphql?query=mutation{__typename} HTTP/1.1', [local], 405],
    ['TRACE /graphql HTTP/1.1', [local], 405],
    ['PATCH /graphql HTTP/1.1', [local], 405],
    ['FOO /graphql HTTP/1.1', [local], 400],
    ['GET /graphql HTTP/9.9', [local], 400],
    ['GET /livez', [local], 200],
    ['\u0000\u0001\u0002', [], 400],
    ['GET /graphql HTTP/1.1', [], 400],
    ['GET /graphql HTTP/1.1', [local, 'no colon'], 400],
    ['GET /graphql HTTP/1.1', [local, `x: ${'y'.repeat(20_000)}`], 431],
    [`GET /graphql?${'q'.repeat(20_000)} HTTP/1.1`, [local], 431],
  ];
  test.each(targets)('%j', async (line, headers, status) => {
    const { url } = gateway();
    const answer = await sendRaw(url, raw(line, headers));
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).not.toMatch(internals);
    await expectAlive(url);
  });
});

describe('an Upgrade header', () => {
  test.each([
    'h2c',
    'H2C',
    'foo',
    'TLS/1.0',
    'websocket2',
    'h2c, websocket',
  ])('for %s is ignored', async (protocol) => {
    const headers = [local, 'connection: upgrade', `upgrade: ${protocol}`];
    const { status, text } = await sendRaw(gateway().url, post('/graphql', headers));
    expect(status, text).toBe(200);
    expect(text).toContain('{"data":{"__typename":"Query"}}');
  });

  const handshakes: [name: string, line: string, headers: readonly string[], status: number][] = [
    ['at another path', 'GET /other HTTP/1.1', [local], 404],
    ['from another origin', 'GET /graphql HTTP/1.1', [local, 'origin: https://evil.example'], 403],
    ['with a malformed Host', 'GET /graphql HTTP/1.1', ['host: ['], 403],
    ['without a key', 'GET /graphql HTTP/1.1', [local], 400],
    ['by POST', 'POST /graphql HTTP/1.1', [local], 405],
    ['of an old version', 'GET /graphql HTTP/1.1', [local, 'sec-websocket-version: 1'], 400],
  ];
  test.each(handshakes)('for a WebSocket %s', async (_name, line, headers, status) => {
    const own = ['connection: upgrade', 'upgrade: websocket'];
    const answer = await sendRaw(gateway().url, raw(line, [...headers, ...own]));
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).not.toMatch(internals);
  });
});

describe('a body', () => {
  const types = [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; charset=utf-8',
    'text/plain;application/json',
    'application/graphql',
    'application/xml',
    'application/jsonp',
    'json',
    '',
  ];
  test.each(types)('of type "%s" is not accepted', async (type) => {
    const sent = await send(gateway().url, { headers: { 'content-type': type }, body: query });
    expect(sent.status).toBe(415);
    expect(codedErrors(sent.text)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  const bodies: [name: string, headers: readonly string[], body: string, status: number][] = [
    ['that is announced as 101 kB', ['content-length: 100001'], '{', 413],
    ['that is announced as 1 TB', ['content-length: 1000000000000'], '{', 413],
    ['with two lengths', ['content-length: 5', 'content-length: 6'], '{', 400],
    ['with a negative length', ['content-length: -1'], '{', 400],
    ['with a length and chunks', ['content-length: 5', 'transfer-encoding: chunked'], '0', 400],
    ['with a malformed chunk', ['transfer-encoding: chunked'], 'zz\r\n', 400],
    ['with an unknown coding', ['transfer-encoding: gzip'], 'x', 400],
    ['that never ends', ['content-length: 100'], '{', 408],
    ['whose chunks never end', ['transfer-encoding: chunked'], '1\r\n{\r\n', 408],
    ['of 101 kB in chunks', ['transfer-encoding: chunked'], chunk(' '.repeat(101_000)), 413],
    ['that is not JSON', ['content-length: 1'], '{', 400],
    ['that is not UTF-8', ['content-length: 2'], '\u00ff', 400],
    ['of null', ['content-length: 4'], 'null', 400],
    ['that is compressed', ['content-encoding: gzip', 'content-length: 2'], '{}', 400],
  ];
  test.each(bodies)('%s', async (_name, headers, body, status) => {
    const { url } = gateway();
    const all = [local, 'content-type: application/json', ...headers];
    const answer = await sendRaw(url, raw('POST /graphql HTTP/1.1', all, body));
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).not.toMatch(internals);
    await expectAlive(url);
  });

  test('of a push from Pub/Sub may have 1 MB', async () => {
    const url = gateway().url.replace('/graphql', '/notifications/push');
    const body = json({ message: { messageId: 'm', data: 'x'.repeat(900_000) } });
    expect((await send(url, { body })).status).toBe(204);
  });
});

describe('a connection', () => {
  const starts: [name: string, bytes: string][] = [
    ['without a byte', ''],
    ['with half a request line', 'GET /graph'],
    ['with half of its headers', `GET /graphql HTTP/1.1\r\n${local}\r\nx: `],
    ['with half a body', raw('POST /graphql HTTP/1.1', [local, 'content-length: 9'], '{')],
  ];
  test.each(starts)('%s is closed after HEADERS_TIMEOUT_MS', async (_name, bytes) => {
    const connections = Array.from({ length: 20 }, () => openConnection(gateway().url));
    for (const { socket } of connections) socket.write(bytes);
    await Promise.all(connections.map(({ closed }) => closed));
    await expectAlive(gateway().url);
  });
});

test('pages of allowed origins can read a refusal', async () => {
  const headers = { origin: 'https://portal.example', 'content-type': 'text/plain' };
  const sent = await send(gateway().url, { headers, body: query });
  expect(sent.status).toBe(415);
  expect(sent.headers).toMatchObject({
    'access-control-allow-origin': 'https://portal.example',
    'access-control-expose-headers': 'x-request-id, retry-after',
  });
});

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
}
