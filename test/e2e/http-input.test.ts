import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { codedErrors, json, type Sending, send } from '../server/send.support.ts';
import { startTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';

const query = '{ viewer { subject } }';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('a request that cannot be right', () => {
  const rows: [name: string, sending: Sending & { search?: string }, status: number][] = [
    ['not JSON', { body: '{"query": ' }, 400],
    ['empty', { body: '' }, 400],
    ['null', { body: 'null' }, 400],
    ['a number', { body: '7' }, 400],
    ['a string', { body: '"{ viewer }"' }, 400],
    ['an array', { body: '[]' }, 400],
    ['a batch', { body: json([{ query }, { query }]) }, 400],
    ['without a query', { body: '{}' }, 400],
    ['a query that is a number', { body: json({ query: 7 }) }, 400],
    ['variables that are a list', { body: json({ query, variables: [1] }) }, 400],
    ['variables that are a string', { body: json({ query, variables: '{}' }) }, 400],
    ['an unknown parameter', { body: json({ query, what: 1 }) }, 400],
    ['an operation name that is not there', { body: json({ query, operationName: 'A' }) }, 400],
    ['a syntax error', { body: json({ query: '{ viewer {' }) }, 400],
    ['an empty document', { body: json({ query: '' }) }, 400],
    ['an unknown field', { body: json({ query: '{ nobody }' }) }, 400],
    ['too many tokens', { body: json({ query: `{ ${'a '.repeat(6000)} }` }) }, 400],
    ['deep nesting', { body: json({ query: '{ a '.repeat(2400) }) }, 400],
    ['a deep variable', { body: json({ query: `{ a(b: ${'['.repeat(4000)}) }` }) }, 400],
    [
      'wrong variables',
      {
        body: json({
          query: 'query ($n: Int!) { customers(first: $n) { nodes { id } } }',
          variables: { n: 'x' },
        }),
      },
      400,
    ],
    [
      'missing variables',
      { body: json({ query: 'query ($id: ID!) { node(id: $id) { id } }' }) },
      400,
    ],
    [
      'a prototype in its variables',
      { body: '{"query":"{ a }","__proto__":{"x":1},"variables":{"__proto__":1}}' },
      400,
    ],
    ['a mutation by GET', { method: 'GET', search: '?query=mutation{__typename}' }, 405],
    [
      'variables by GET that are not JSON',
      { method: 'GET', search: '?query={viewer{subject}}&variables={' },
      400,
    ],
    ['GET without a query', { method: 'GET' }, 400],
    ['a broken escape in its URL', { method: 'GET', search: '?query=%E0%A4%A' }, 400],
    [
      'a form with variables that are not JSON',
      { headers: form, body: `query=${encodeURIComponent(query)}&variables={` },
      415,
    ],
    ['plain text', { headers: { 'content-type': 'text/plain' }, body: json({ query }) }, 415],
    [
      'multipart',
      { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
      415,
    ],
    ['PUT', { method: 'PUT', body: json({ query }) }, 405],
    ['DELETE', { method: 'DELETE' }, 405],
    ['an answer nobody can give', { headers: { accept: 'image/png' }, body: json({ query }) }, 406],
    [
      'a subscription for JSON',
      { body: json({ query: 'subscription { operationUpdated(id: "x") { id } }' }) },
      400,
    ],
    ['2 MB long', { body: json({ query: ' '.repeat(2_000_000) }) }, 413],
    ['2 MB in chunks', { body: Array.from({ length: 200 }, () => Buffer.alloc(10_000, 32)) }, 413],
    [
      'a wrong length',
      { headers: { 'content-length': '5' }, body: json({ query }).slice(0, 5) },
      400,
    ],
  ];

  test.each(rows)('%s', async (_name, { search = '', ...sending }, status) => {
    const { url } = await startTestGateway();
    const accept = 'application/graphql-response+json';
    const sent = await send(`${url}${search}`, {
      ...sending,
      headers: { accept, ...sending.headers },
    });
    expect({ status: sent.status, text: sent.text }).toEqual({ status, text: expect.any(String) });
    const errors = codedErrors(sent.text);
    expect(errors.length).toBeGreaterThan(0);
    for (const { extensions } of errors) {
      expect(extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        requestId: sent.headers['x-request-id'],
      });
    }
    expect(sent.text).not.toMatch(/node_modules|\bat .*:\d+/);
  });

  test('is answered with 200 to clients of application/json only when it is about the document', async () => {
    const { url } = await startTestGateway();
    const accept = 'application/json';
    const status = async (body: string) => (await send(url, { headers: { accept }, body })).status;
    expect(await status(json({ query: '{ nobody }' }))).toBe(200);
    expect(await status(json({ query: 'query ($id: ID!) { node(id: $id) { id } }' }))).toBe(200);
    expect(await status('{')).toBe(400);
    expect(await status(' '.repeat(2_000_000))).toBe(413);
  });

  test('of an endless upload is refused, and the connection given up', async () => {
    const { url } = await startTestGateway();
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    socket.write(head);
    const chunk = `186a0\r\n${' '.repeat(100_000)}\r\n`;
    let sent = 0;
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    const pump = (): void => {
      while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      sent += chunk.length;
    };
    socket.on('drain', pump);
    pump();
    const started = performance.now();
    await closed;
    expect(performance.now() - started).toBeLessThan(2000);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(sent).toBeLessThan(50_000_000);
  });
});

describe('an id that cannot be right', () => {
  const operation = Buffer.from('Operation:nobody-knows-it').toString('base64url');
  const rows: [name: string, id: string, code: string][] = [
    ['empty', '', 'BAD_USER_INPUT'],
    ['of no type', Buffer.from('Nothing:1').toString('base64url'), 'BAD_USER_INPUT'],
    ['not base64', '💥', 'BAD_USER_INPUT'],
    ['50 kB long', 'a'.repeat(50_000), 'BAD_USER_INPUT'],
    ['of another type', Buffer.from('Customer:r:C1').toString('base64url'), 'BAD_USER_INPUT'],
    ['unknown', operation, 'NOT_FOUND'],
  ];

  test.each(rows)('%s: of an operation to watch', async (_name, id, code) => {
    const { url } = await startTestGateway();
    const body = json({
      query: 'subscription ($id: ID!) { operationUpdated(id: $id) { id } }',
      variables: { id },
    });
    const sent = await send(url, { headers: { accept: 'text/event-stream' }, body });
    const event = /^data: (.*)$/m.exec(sent.text)?.[1] ?? '';
    expect(codedErrors(event)).toMatchObject([{ extensions: { code } }]);
    expect(sent.text).toContain('event: complete');
  });

  test.each(rows.slice(0, 4))('%s: of a node', async (_name, id, code) => {
    const { url } = await startTestGateway();
    const { data, errors } = await request(url, 'query ($id: ID!) { node(id: $id) { id } }', {
      id,
    });
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code } }]);
  });

  test('more than 100 nodes at once', async () => {
    const { url } = await startTestGateway();
    const { errors } = await request(url, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 101 }, () => operation),
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
