import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { sharedTestGateway } from '../support/gateway.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

let lines: Line[] = [];
const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
const gateway = sharedTestGateway({ log });

beforeEach(() => {
  lines = [];
});

const requests = (): Line[] => lines.filter(({ msg }) => msg === 'request');

async function logged(): Promise<Line> {
  await expect.poll(requests, { interval: 5 }).toHaveLength(1);
  const [line] = requests();
  if (!line) throw new Error('no line');
  return line;
}

function post(query: string, init: { variables?: object; headers?: object; path?: string } = {}) {
  return fetch(new URL(init.path ?? '/graphql', gateway().url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', ...init.headers },
    body: JSON.stringify({ query, variables: init.variables }),
  });
}

test('a query has one line with what it cost, and neither its document nor its variables', async () => {
  const query =
    'query Named($n: Int) { customers(first: $n) { nodes { id billing { customerId } } } }';
  await (await post(query, { variables: { n: 2 } })).text();
  const line = await logged();
  expect(line).toEqual({
    ...{ level: 30, msg: 'request', requestId: 'r-1', transport: 'HTTP', type: 'query' },
    ...{ time: expect.anything(), pid: expect.anything(), hostname: expect.anything() },
    operationName: 'Named',
    viewer: createHash('sha256').update('anonymous').digest('hex').slice(0, 16),
    ...{ status: 200, outcome: 'OK', durationMs: expect.any(Number) },
    ...{ backendCalls: 1, cost: expect.any(Number) },
  });
  expect(line['cost']).toBeGreaterThan(4);
});

test("a mutation's line counts the call that makes the change", async () => {
  const customer = Buffer.from('Customer:b:X:Y').toString('base64url');
  const query = `mutation { activateCustomer(input: { customer: "${customer}" }) { __typename } }`;
  const { data } = await (await post(query)).json();
  expect(data).toEqual({ activateCustomer: { __typename: 'NotFoundError' } });
  expect(await logged()).toMatchObject({ type: 'mutation', outcome: 'NOT_FOUND', backendCalls: 1 });
});

test.each<[string, () => Promise<Response>, object]>([
  ['that is no GraphQL', () => post('{'), { status: 200, outcome: 'BAD_USER_INPUT' }],
  ['with an unknown field', () => post('{ x }'), { status: 200, outcome: 'BAD_USER_INPUT' }],
  [
    'with a wrong content type',
    () => post('{ x }', { headers: { 'content-type': 'text/plain' } }),
    { status: 415, outcome: 'BAD_USER_INPUT', reason: expect.any(String) },
  ],
  [
    'with a body that is too long',
    () => post('x'.repeat(200_000)),
    { status: 413, outcome: 'BAD_USER_INPUT' },
  ],
  [
    'of another origin',
    () => post('{ x }', { headers: { origin: 'https://evil.example' } }),
    { status: 403, outcome: 'FORBIDDEN' },
  ],
  [
    'of another path',
    () => post('{ x }', { path: '/other' }),
    { status: 404, outcome: 'NOT_FOUND' },
  ],
  [
    'with a method that is not served',
    () => fetch(gateway().url, { method: 'PUT' }),
    { status: 405 },
  ],
])('a request %s has one line', async (_, send, expected) => {
  await (await send()).text();
  expect(await logged()).toMatchObject({ transport: 'HTTP', ...expected });
});

test('a mutation whose failure is returned as data has the outcome, and a warning with the cause', async () => {
  const id = Buffer.from('Customer:b:reseller:none').toString('base64url');
  const effect = { type: 'grpc', code: 9, message: 'no' } as const;
  const removeFault = gateway().sandbox.faults.add({ method: 'CustomerService.Activate', effect });
  const query = `mutation Start { activateCustomer(input: { customer: "${id}" }) { __typename } }`;
  await (await post(query)).text();
  removeFault();
  expect(await logged()).toMatchObject({
    ...{ type: 'mutation', operationName: 'Start', status: 200, outcome: 'FAILED_PRECONDITION' },
  });
  const warnings = lines.filter(({ level }) => level === 40);
  expect(warnings).toMatchObject([
    { requestId: 'r-1', mutation: 'activateCustomer', err: { message: 'gRPC status 9: no' } },
  ]);
});

test('a read that fails is a warning with its cause', async () => {
  const effect = { type: 'grpc', code: 13, message: 'no' } as const;
  const removeFault = gateway().sandbox.faults.add({ method: 'BillingAccountService.Get', effect });
  await (await post('{ customers(first: 1) { nodes { billing { account { name } } } } }')).text();
  removeFault();
  expect(await logged()).toMatchObject({ outcome: 'INTERNAL_SERVER_ERROR', backendCalls: 2 });
});

test('a stream has one line when it ends', async () => {
  const leaving = new AbortController();
  const response = await fetch(gateway().url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription S { notificationReceived { messageId } }' }),
    signal: leaving.signal,
  });
  expect(response.status).toBe(200);
  expect(requests()).toEqual([]);
  leaving.abort();
  expect(await logged()).toMatchObject({
    ...{ transport: 'SSE', type: 'subscription', operationName: 'S', outcome: 'CLIENT_GONE' },
  });
});

test('each operation over a WebSocket has a line', async () => {
  const client = createClient({
    url: gateway().url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
  });
  const run = async (query: string) => {
    for await (const _ of client.iterate({ query }));
  };
  await run('query Over { viewer { subject } }');
  await run('{ x }').catch(() => {});
  await client.dispose();
  expect(requests()).toMatchObject([
    { transport: 'WS', type: 'query', operationName: 'Over', outcome: 'OK' },
    { transport: 'WS', type: 'query', operationName: null, outcome: 'BAD_USER_INPUT' },
  ]);
});

test('a WebSocket that is refused has a line with the close code', async () => {
  const socket = new WebSocket(gateway().url.replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"connection_init"}');
  socket.send('{"type":"connection_init"}');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(await logged()).toMatchObject({ transport: 'WS', status: 4429, outcome: 'RATE_LIMITED' });
});

test('an upgrade that is refused has a line', async () => {
  const socket = new WebSocket(gateway().url.replace('http', 'ws'), {
    origin: 'https://evil.example',
  });
  await new Promise((resolve) => socket.once('error', resolve));
  expect(await logged()).toMatchObject({ transport: 'WS', status: 403, outcome: 'FORBIDDEN' });
});
