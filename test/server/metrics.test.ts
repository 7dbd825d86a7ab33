import { readFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import { beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { collectMetrics } from '../../src/server/telemetry/metrics.ts';
import { sharedTestGateway } from '../support/gateway.ts';

let metricsUrl = '';
const log = pino(
  { level: 'info' },
  {
    write: (line) => {
      const { msg, url } = JSON.parse(line);
      if (msg === 'metrics are served') metricsUrl = url;
    },
  },
);
const gateway = sharedTestGateway({ env: { METRICS_PORT: '0' }, log });

/** Metrics count the whole process, and other tests may share it: tests compare before and after. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(metricsUrl)).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((sample) => {
      const end = sample.lastIndexOf(' ');
      return [sample.slice(0, end), Number(sample.slice(end + 1))];
    }),
  );
}

async function changes(run: () => Promise<void>): Promise<(name: string) => number> {
  const before = await scrape();
  await run();
  const after = await scrape();
  return (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

async function ask(query: string): Promise<void> {
  const response = await fetch(gateway().url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await response.text();
}

const listed = 'gateway_backend_calls_total{service="billing",method="CustomerService.List",code=';

beforeAll(() => {
  expect(metricsUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
});

test('requests and backend calls are counted with their outcome and duration', async () => {
  const { calls } = gateway().sandbox;
  const sentBefore = calls.count('subscriptions.list');
  const change = await changes(async () => {
    await ask('{ customers(first: 1) { nodes { id } } subscriptions(first: 1) { nodes { id } } }');
    await ask('{ x }');
  });
  expect(change('gateway_requests_total{transport="HTTP",type="query",outcome="OK"}')).toBe(1);
  const invalid =
    'gateway_requests_total{transport="HTTP",type="unknown",outcome="BAD_USER_INPUT"}';
  expect(change(invalid)).toBe(1);
  const seconds = 'gateway_request_duration_seconds';
  expect(change(`${seconds}_count{transport="HTTP",type="query"}`)).toBe(1);
  expect(change(`${seconds}_bucket{transport="HTTP",type="query",le="+Inf"}`)).toBe(1);
  expect(change(`${listed}"OK"}`)).toBe(1);
  const subscriptions = 'service="reseller",method="GET subscriptions"';
  const sent = calls.count('subscriptions.list') - sentBefore;
  expect(sent).toBeGreaterThan(0);
  expect(change(`gateway_backend_calls_total{${subscriptions},code="OK"}`)).toBe(sent);
  expect(change(`gateway_backend_call_duration_seconds_count{${subscriptions}}`)).toBe(sent);
});

test('failures and retries of calls are counted', async () => {
  const change = await changes(async () => {
    const effect = { type: 'grpc', code: 14 } as const;
    const { faults } = gateway().sandbox;
    faults.add({ method: 'CustomerService.List', effect, times: 1 });
    await ask('{ customers(first: 2) { nodes { id } } }');
  });
  expect(change(`${listed}"UNAVAILABLE"}`)).toBe(1);
  expect(change(`${listed}"OK"}`)).toBe(1);
  expect(change('gateway_backend_retries_total{service="billing"}')).toBe(1);
});

test('a mutation counts as a write, its commits and its polls', async () => {
  const response = await fetch(gateway().url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ customers(first: 1) { nodes { id } } }' }),
  });
  const { data } = (await response.json()) as { data: { customers: { nodes: { id: string }[] } } };
  const id = data.customers.nodes[0]?.id;
  const change = await changes(async () => {
    await ask(`mutation { activateCustomer(input: { customer: "${id}" }) { __typename } }`);
    await expect
      .poll(async () => (await scrape()).get('gateway_operations_unfinished'), { interval: 20 })
      .toBe(0);
  });
  const write = 'gateway_writes_total{mutation="activateCustomer",outcome="DONE"}';
  expect(change(write)).toBe(1);
  expect(change('gateway_commit_size_count')).toBeGreaterThan(0);
  expect(change('gateway_polls_total{outcome="FOUND"}')).toBeGreaterThan(0);
});

test('sockets and subscriptions are counted while they are open', async () => {
  const before = await scrape();
  const count = async (name: string) => ((await scrape()).get(name) ?? 0) - (before.get(name) ?? 0);
  const client = createClient({
    url: gateway().url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    lazy: true,
  });
  const query = 'subscription { notificationReceived { messageId } }';
  const unsubscribe = client.subscribe({ query }, { next() {}, error() {}, complete() {} });
  await expect.poll(() => count('gateway_subscriptions'), { interval: 10 }).toBe(1);
  expect(await count('gateway_sockets')).toBe(1);
  unsubscribe();
  await client.dispose();
  await expect.poll(() => count('gateway_sockets'), { interval: 10 }).toBe(0);
  expect(await count('gateway_subscriptions')).toBe(0);
});

test('the state of the process, the breakers and the admission is there', async () => {
  const samples = await scrape();
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(samples.get('gateway_writes_unknown')).toBe(0);
  expect(samples.get('gateway_admission_in_use{service="billing"}')).toBe(0);
  const { billingAddress } = gateway().sandbox;
  expect(samples.get(`gateway_breaker_open{service="billing",host="${billingAddress}"}`)).toBe(0);
});

test('only /metrics is served, and only for reading', async () => {
  expect((await fetch(new URL('/graphql', metricsUrl))).status).toBe(404);
  expect((await fetch(metricsUrl, { method: 'POST' })).status).toBe(405);
  const { headers } = await fetch(metricsUrl);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('docs/metrics.md lists every metric with its type, labels and meaning', () => {
  const collector = collectMetrics({
    unfinishedOperations: () => 0,
    unknownWrites: async () => 0,
  });
  collector.close();
  const rows = collector.metrics.map(({ name, type, labels, help }) => {
    const names = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${names} | ${help} |`;
  });
  const documented = readFileSync('docs/metrics.md', 'utf8').split('\n');
  expect(documented.filter((line) => line.startsWith('| `'))).toEqual(rows);
});
