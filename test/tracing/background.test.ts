import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { RefreshingCredential } from '../../src/backends/credentials/refreshing.ts';
import { pullNotifications } from '../../src/backends/pubsub/pull.ts';
import { inNewTrace } from '../../src/domain/tracing.ts';
import { IamTokenService } from '../../src/gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import {
  startSubscriberServer,
  subscription,
} from '../backends/pubsub/subscriber-server.support.ts';
import { reply, startBackend } from '../backends/reseller/reseller.support.ts';
import { testDirectory } from '../e2e/gateway-process.support.ts';
import { startBillingServer } from '../support/billing-server.ts';
import { startTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import type { Collector, ExportedSpan } from './collector.support.ts';
import { startTestTracing } from './tracing.support.ts';

const named = (collector: Collector, name: string): ExportedSpan[] =>
  collector.spans.filter((span) => span.name === name);

function keyFile(fields: Record<string, string>): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const private_key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const path = join(testDirectory(), 'key.json');
  writeFileSync(path, JSON.stringify({ ...fields, private_key }));
  return path;
}

test('token requests are in the trace of the request that waits for them', async () => {
  const collector = await startTestTracing();
  const iam = await startBillingServer();
  iam.on(IamTokenService.method.create, () => ({ iamToken: 'planted-iam-token' }));
  const google = await startBackend((_, response) =>
    reply(response, { access_token: 'planted-access-token', expires_in: 3600 }),
  );
  const { url } = await startTestGateway({
    env: {
      BILLING_KEY_FILE: keyFile({ id: 'key-id', service_account_id: 'account-id' }),
      IAM_ENDPOINT: iam.address,
      RESELLER_SUBJECT: 'admin@reseller.example',
      RESELLER_KEY_FILE: keyFile({
        client_email: 'robot@project.example',
        token_uri: `${google.url}/token`,
      }),
    },
  });
  await request(
    url,
    '{ customers(first: 1) { nodes { id } } subscriptions(first: 1) { nodes { id } } }',
  );
  const { traceId } = await collector.find(({ name }) => name === 'POST /graphql');
  const [iamCall] = named(collector, 'yandex.cloud.iam.v1.IamTokenService/Create');
  const [googleCall] = named(collector, 'POST token endpoint');
  const [host, port] = iam.address.split(':');
  expect(iamCall).toMatchObject({ traceId, kind: 3, isError: false });
  expect(iamCall?.attributes).toEqual({
    'rpc.system.name': 'grpc',
    'rpc.method': 'yandex.cloud.iam.v1.IamTokenService/Create',
    'rpc.response.status_code': 'OK',
    'server.address': host,
    'server.port': Number(port),
  });
  expect(googleCall).toMatchObject({ traceId, kind: 3, isError: false });
  expect(googleCall?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(google.url).port),
  });
  expect(named(collector, 'billing token')[0]?.spanId).toBe(iamCall?.parentId);
  expect(named(collector, 'reseller token')[0]?.spanId).toBe(googleCall?.parentId);
  const sent = google.received[0]?.headers['traceparent'];
  expect(sent).toBe(`00-${traceId}-${googleCall?.spanId}-01`);
  expect(iam.received[0]?.header('traceparent')).toBe(`00-${traceId}-${iamCall?.spanId}-01`);
  expect(collector.text()).not.toMatch(/planted|eyJ|admin@|robot@|account-id/);

  // Later requests use the token.
  await request(url, '{ customers(first: 1) { nodes { id } } }');
  await expect.poll(() => named(collector, 'POST /graphql').length).toBe(2);
  expect(named(collector, 'billing token')).toHaveLength(1);
});

test('requests that wait for one token link to the first, and a failure marks all of them', async () => {
  const collector = await startTestTracing();
  const issued = Promise.withResolvers<never>();
  const credential = new RefreshingCredential({ service: 'billing', issue: () => issued.promise });
  const { signal } = new AbortController();
  const ask = () => inNewTrace({ name: 'request' }, () => credential.token(signal));
  const both = Promise.allSettled([ask(), ask()]);
  issued.reject(new Error('planted'));
  await both;
  await expect.poll(() => named(collector, 'billing token').length).toBe(2);
  const waits = named(collector, 'billing token');
  const first = waits.find(({ links }) => links.length === 0);
  const second = waits.find((wait) => wait !== first);
  expect(second?.links).toEqual([first?.spanId]);
  expect(second?.traceId).not.toBe(first?.traceId);
  expect(waits.every(({ isError }) => isError)).toBe(true);
});

test('a token that is refreshed in the background begins a trace of its own', async () => {
  const collector = await startTestTracing();
  const { signal } = new AbortController();
  const hour = 3_600_000;
  const credential = new RefreshingCredential({
    service: 'reseller',
    issue: async () => ({ token: 't', expiresAt: new Date(Date.now() + hour) }),
  });
  const now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now);
  onTestFinished(() => clock.mockRestore());
  await credential.token(signal);
  clock.mockReturnValue(now + 0.8 * hour);
  await inNewTrace({ name: 'request' }, () => credential.token(signal));
  const refresh = await collector.find(({ name }) => name === 'reseller token');
  const waited = await collector.find(({ name }) => name === 'request');
  expect(refresh).toMatchObject({ parentId: '', isError: false });
  expect(refresh.traceId).not.toBe(waited.traceId);
});

test('a pulled message is a trace with its acknowledgement', async () => {
  const collector = await startTestTracing();
  const server = await startSubscriberServer();
  const failure = new Error('planted');
  const failed: (string | null)[] = [];
  const pull = await pullNotifications({
    ...{ subscription, key: null, log: { info: () => {}, warn: () => {} } },
    receive: async ({ messageId }) => {
      if (messageId !== 'fails' || failed.push(messageId) > 1) return;
      throw failure;
    },
  });
  onTestFinished(() => pull.close());
  server.publish('1');
  const ack = 'google.pubsub.v1.Subscriber/Acknowledge';
  const acknowledged = await collector.find(({ name }) => name === ack);
  const processed = await collector.find(({ name }) => name === 'process notification');
  expect(processed).toMatchObject({ kind: 5, parentId: '', isError: false });
  expect(processed.attributes).toEqual({
    'messaging.system': 'gcp_pubsub',
    'messaging.operation.type': 'process',
  });
  expect(acknowledged).toMatchObject({
    ...{ kind: 3, traceId: processed.traceId, parentId: processed.spanId },
    attributes: { 'rpc.system.name': 'grpc', 'rpc.response.status_code': 'OK' },
  });

  server.publish('fails');
  const rejected = await collector.find(({ isError }) => isError);
  expect(rejected).toMatchObject({ name: 'process notification' });
  const nack = 'google.pubsub.v1.Subscriber/ModifyAckDeadline';
  await collector.find(({ name, traceId }) => name === nack && traceId === rejected.traceId);
  await pull.close();
  const stream = await collector.find(({ name }) => name.endsWith('/StreamingPull'));
  expect(stream).toMatchObject({ parentId: '', isError: false });
  expect(collector.text()).not.toContain('planted');
});
