import { beforeAll, expect, test } from 'vitest';
import { activate, activations } from '../e2e/activations.support.ts';
import { startGatewayProcess } from '../e2e/gateway-process.support.ts';
import { type PostgresServer, sharedPostgres } from '../store/postgres.support.ts';
import { startTestSandbox } from '../support/gateway.ts';
import { type ExportedSpan, startCollector } from './collector.support.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await sharedPostgres();
}, 30_000);

test('a mutation, its retries, its records and the polls of another instance are one trace', async () => {
  const sandbox = await startTestSandbox({ operations: { minMs: 1_500, maxMs: 1_500 } });
  const collector = await startCollector();
  const env = {
    DATABASE_URL: await server.createDatabase(),
    OPERATION_LEASE_MS: '300',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  };
  const start = (name: string) => startGatewayProcess(sandbox, { ...env, OTEL_SERVICE_NAME: name });
  const [here] = await Promise.all([start('here'), start('there')]);
  const unavailable = { type: 'grpc', code: 14 } as const;
  sandbox.faults.add({
    ...{ backend: 'billing', method: 'CustomerService.Activate', effect: unavailable, times: 1 },
  });
  const [activation] = activations(sandbox, 1);
  if (!activation) throw new Error('a customer is needed');
  await activate(here.url, sandbox, activation);
  expect(activation.operationId).toBeTruthy();
  await collector.find(({ name }) => name === 'POST /graphql');
  await here.kill();

  const polled = await collector.find(
    ({ name, resource }) => name === 'poll operation' && resource['service.name'] === 'there',
  );
  // The poll that finds the operation done stores its result.
  const stored = await collector.find(
    ({ name, resource }) =>
      name === 'INSERT operation_entries' && resource['service.name'] === 'there',
  );
  const { traceId } = await collector.find(({ name }) => name === 'POST /graphql');
  expect([polled.traceId, stored.traceId]).toEqual([traceId, traceId]);
  expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceId]));

  const spansOf = (name: string): ExportedSpan[] =>
    collector.spans.filter(
      (span) => span.name === name && span.resource['service.name'] === 'here',
    );
  const [request] = spansOf('POST /graphql');
  const [mutation] = spansOf('mutation');
  const attempts = spansOf('yandex.cloud.billing.v1.CustomerService/Activate');
  expect(request).toMatchObject({ parentId: '', kind: 2 });
  expect(request?.resource).toMatchObject({ 'deployment.environment.name': 'test' });
  expect(mutation).toMatchObject({ parentId: request?.spanId });
  expect(spansOf('INSERT writes')).toMatchObject([
    { parentId: mutation?.spanId, kind: 3, attributes: { 'db.system.name': 'postgresql' } },
  ]);
  expect(spansOf('INSERT operations')).toHaveLength(1);
  expect(attempts).toMatchObject([
    { kind: 3, isError: true, attributes: { 'rpc.response.status_code': 'UNAVAILABLE' } },
    { kind: 3, isError: false, attributes: { 'rpc.response.status_code': 'OK' } },
  ]);
  expect(polled.parentId).toBe(mutation?.spanId);

  const calls = sandbox.calls.recent.filter(({ method }) => method === 'CustomerService.Activate');
  expect(calls.map(({ headers }) => headers['traceparent'])).toEqual(
    attempts.map(({ spanId }) => `00-${traceId}-${spanId}-01`),
  );
}, 30_000);
