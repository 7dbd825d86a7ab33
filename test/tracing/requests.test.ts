import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { pino } from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { loggerOptions } from '../../src/log.ts';
import { sharedTestGateway, startTestGateway } from '../support/gateway.ts';
import { collect, connectSocket } from '../support/websocket.ts';
import type { Collector, ExportedSpan } from './collector.support.ts';
import { startTestTracing } from './tracing.support.ts';

let lines: Record<string, unknown>[] = [];
const log = pino(loggerOptions('info'), { write: (line) => lines.push(JSON.parse(line)) });
const gateway = sharedTestGateway({ log, env: { MCP: 'read' } });

beforeEach(() => {
  lines = [];
  gateway().sandbox.faults.clear();
  gateway().sandbox.calls.reset();
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const sampled = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=abc' };
const customers = 'query Named { customers(first: 2) { nodes { id } } }';

async function post(query: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(gateway().url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

const named = (collector: Collector, name: string): ExportedSpan[] =>
  collector.spans.filter((span) => span.name === name);
const isServer = ({ name }: ExportedSpan): boolean => name === 'POST /graphql';

test("a request continues its client's trace, and so do its calls of both vendors", async () => {
  const collector = await startTestTracing();
  await post(`{ customers(first: 1) { nodes { id } } subscriptions(first: 1) { nodes { id } } }`, {
    ...sampled,
    'x-request-id': 'traced-1',
  });
  const request = await collector.find(isServer);
  expect(request).toMatchObject({ traceId: TRACE, parentId: PARENT, traceState: 'vendor=abc' });
  expect(request.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'url.path': '/graphql',
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'http.response.status_code': 200,
  });
  expect(collector.spans.every(({ traceId }) => traceId === TRACE)).toBe(true);
  const rest = named(collector, 'GET /subscriptions');
  const grpc = named(collector, 'yandex.cloud.billing.v1.CustomerService/List');
  expect(rest[0]?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'url.template': '/subscriptions',
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
  });
  expect(grpc[0]?.attributes).toMatchObject({ 'rpc.system.name': 'grpc' });
  const sent = gateway().sandbox.calls.recent.map(({ headers }) => headers);
  expect(sent.map((headers) => headers['traceparent']).sort()).toEqual(
    [...rest, ...grpc].map(({ spanId }) => `00-${TRACE}-${spanId}-01`).sort(),
  );
  expect(sent.every((headers) => headers['tracestate'] === 'vendor=abc')).toBe(true);
  expect(lines).toMatchObject([{ msg: 'request', requestId: 'traced-1', traceId: TRACE }]);
});

test('a malformed traceparent begins a new trace', async () => {
  const collector = await startTestTracing();
  await post(customers, { traceparent: `00-${TRACE}-0000000000000000-01` });
  const request = await collector.find(isServer);
  expect(request.parentId).toBe('');
  expect(request.traceId).not.toBe(TRACE);
});

test('a trace that its client does not sample is passed on and not exported', async () => {
  const collector = await startTestTracing();
  await post(customers, { traceparent: `00-${TRACE}-${PARENT}-00` });
  expect(gateway().sandbox.calls.recent[0]?.headers['traceparent']).toMatch(
    new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`),
  );
  await post(customers);
  await collector.find(isServer);
  expect(collector.spans.some(({ traceId }) => traceId === TRACE)).toBe(false);
});

test('the sampler is that of the variables', async () => {
  const collector = await startTestTracing({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
  await post(customers);
  await post(customers, sampled);
  await collector.find(isServer);
  expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
});

test('each retry of a read is a span, and the request tells why it failed', async () => {
  const collector = await startTestTracing();
  const effect = { type: 'http', status: 503 } as const;
  gateway().sandbox.faults.add({ backend: 'reseller', effect });
  await post('{ subscriptions(first: 1) { nodes { id } } }');
  await collector.find(isServer);
  const attempts = named(collector, 'GET /subscriptions');
  expect(attempts).toHaveLength(3);
  expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([
    undefined,
    1,
    2,
  ]);
  for (const { isError, attributes } of attempts) {
    expect(isError).toBe(true);
    expect(attributes).toMatchObject({
      'error.type': 'UNAVAILABLE',
      'http.response.status_code': 503,
    });
  }
  const [call] = named(collector, 'reseller GET subscriptions');
  expect(attempts.every(({ parentId }) => parentId === call?.spanId)).toBe(true);
  expect(named(collector, 'query')[0]).toMatchObject({
    isError: true,
    attributes: { 'error.type': 'UNAVAILABLE' },
  });
});

test('a call that two requests share is a child of the first and linked from the second', async () => {
  const collector = await startTestTracing();
  gateway().sandbox.faults.add({ backend: 'billing', latencyMs: 100 });
  await Promise.all([post(customers), post(customers)]);
  await expect.poll(() => collector.spans.filter(isServer).length).toBe(2);
  const attempts = named(collector, 'yandex.cloud.billing.v1.CustomerService/List');
  const calls = named(collector, 'billing CustomerService.List');
  expect([attempts.length, calls.length]).toEqual([1, 2]);
  const first = calls.find(({ spanId }) => spanId === attempts[0]?.parentId);
  const second = calls.find((call) => call !== first);
  expect(second?.traceId).not.toBe(first?.traceId);
  expect([first?.links, second?.links]).toEqual([[], [first?.spanId]]);
});

test('a call that starts when a call of another request ends is in the trace of its own request', async () => {
  const collector = await startTestTracing();
  const { url, sandbox } = await startTestGateway({ env: { RESELLER_CONNECTIONS: '1' } });
  sandbox.faults.add({ backend: 'reseller', latencyMs: 50 });
  const search = (domain: string, n: number): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${TRACE.slice(1)}${n}-${PARENT}-01`,
      },
      body: JSON.stringify({ query: `{ customer(by: { domain: "${domain}.example" }) { id } }` }),
    });
  await Promise.all(['one', 'two', 'three'].map(search));
  await expect.poll(() => collector.spans.filter(isServer).length).toBe(3);
  const calls = named(collector, 'reseller GET customers');
  const attempts = named(collector, 'GET /customers/{id}');
  const traces = (spans: readonly ExportedSpan[]) => spans.map(({ traceId }) => traceId).sort();
  expect(new Set(traces(attempts)).size).toBe(3);
  expect(traces(attempts)).toEqual(traces(calls));
  for (const { parentId, traceId } of attempts) {
    expect(calls.find(({ spanId }) => spanId === parentId)?.traceId).toBe(traceId);
  }
});

test('an operation on a WebSocket continues the trace in its extensions', async () => {
  const collector = await startTestTracing();
  const socket = connectSocket(gateway().url);
  await collect(socket.iterate({ query: customers, extensions: sampled }));
  const operation = await collector.find(({ name }) => name === 'query');
  expect(operation).toMatchObject({ traceId: TRACE, parentId: PARENT, kind: 2 });
  expect(operation.attributes).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Named',
  });
  await expect.poll(() => lines).toMatchObject([{ transport: 'WS', traceId: TRACE }]);
  const [call] = named(collector, 'billing CustomerService.List');
  expect(call).toMatchObject({ traceId: TRACE, parentId: operation.spanId });
});

test('two operations on one WebSocket without a trace of their own are two traces', async () => {
  const collector = await startTestTracing();
  const socket = connectSocket(gateway().url);
  await collect(socket.iterate({ query: customers }));
  await collect(socket.iterate({ query: customers }));
  await expect.poll(() => named(collector, 'query').length).toBe(2);
  expect(new Set(named(collector, 'query').map(({ traceId }) => traceId)).size).toBe(2);
});

test('a call of an agent is a span between its request and its operation', async () => {
  const collector = await startTestTracing();
  const client = new Client({ name: 'agent', version: '1.0.0' });
  const url = new URL('/mcp', gateway().url);
  await client.connect(
    new StreamableHTTPClientTransport(url, { requestInit: { headers: sampled } }),
  );
  onTestFinished(() => client.close());
  await client.callTool({ name: 'customers', arguments: { first: 1 } });
  const tool = await collector.find(({ name }) => name === 'tools/call customers');
  expect(tool).toMatchObject({ traceId: TRACE, kind: 2 });
  const requests = await collector.find(({ spanId }) => spanId === tool.parentId);
  expect(requests.name).toBe('POST /mcp');
  const operations = collector.spans.filter(({ parentId }) => parentId === tool.spanId);
  expect(operations.map(({ attributes }) => attributes['graphql.operation.type'])).toContain(
    'query',
  );
});

test('spans hold no token, variable, id of a customer or text of a vendor', async () => {
  const collector = await startTestTracing();
  const { faults } = gateway().sandbox;
  const message = 'planted-text Bearer planted-token anna.planted@mail.example';
  faults.add({ backend: 'billing', effect: { type: 'grpc', code: 9, message } });
  faults.add({ backend: 'reseller', effect: { type: 'http', status: 400, message } });
  await post('{ customers(first: 1) { nodes { id } } }', {
    authorization: 'Bearer planted-client',
  });
  await post('{ customer(by: { domain: "planted.example" }) { id } }');
  await fetch(new URL('/planted-path?token=planted', gateway().url));
  await collector.find(({ name }) => name === 'GET');
  await expect.poll(() => collector.spans.filter(isServer).length).toBe(2);
  expect(named(collector, 'GET /customers/{id}').length).toBeGreaterThan(0);
  expect(collector.text()).not.toMatch(/planted|anna/);
});
