import { expect, onTestFinished, test } from 'vitest';
import { iamExchange } from '../../../src/backends/billing/iam.ts';
import { BillingAccountService } from '../../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { IamTokenService } from '../../../src/gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import { startBillingServer } from '../../support/billing-server.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { clientOf, key, scope, targetOf } from './billing.support.ts';

/** A tenth of the defaults. */
const connections = { connectMs: 300, secondAttemptMs: 150, silenceMs: 300 };

async function startAccounts() {
  const server = await startBillingServer();
  server.on(BillingAccountService.method.get, ({ request }) => ({ id: request.id }));
  return { server, proxy: await startTcpProxy(server.port) };
}

test('a first connection that is never answered delays calls until a second one is made', async () => {
  const { proxy } = await startAccounts();
  proxy.mode = 'MUTE';
  const client = clientOf(proxy, { connections });
  const startedAt = performance.now();
  const accounts = [1, 2, 3].map((n) => client.getAccount(`A${n}`, scope()));
  await expect.poll(() => proxy.accepted).toBe(1);
  proxy.mode = 'PASS';
  expect(await Promise.all(accounts)).toMatchObject([{ id: 'A1' }, { id: 'A2' }, { id: 'A3' }]);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(proxy.accepted).toBe(2);
  // The stuck connection does not stay open.
  await expect.poll(() => proxy.open).toBe(1);
});

test('a host that never answers connections fails calls before their deadline', async () => {
  const { proxy } = await startAccounts();
  proxy.mode = 'MUTE';
  const client = clientOf(proxy, { timeoutMs: 20_000, connections });
  const startedAt = performance.now();
  const write = client.activateCustomer('C1', key, scope());
  await expect(write).rejects.toMatchObject({ code: 'UNAVAILABLE', nothingSent: true });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await expect.poll(() => proxy.open).toBe(0);
});

test('IAM is reached over a second connection when the first is never answered', async () => {
  const server = await startBillingServer();
  server.on(IamTokenService.method.create, () => ({ iamToken: 't1' }));
  const proxy = await startTcpProxy(server.port);
  proxy.mode = 'MUTE';
  const exchange = iamExchange(targetOf(proxy), connections)('jwt', scope().signal);
  await expect.poll(() => proxy.accepted).toBe(1);
  proxy.mode = 'PASS';
  expect(await exchange).toMatchObject({ token: 't1' });
});

test('closing a client closes a connection whose TLS handshake is never answered', async () => {
  const { proxy } = await startAccounts();
  proxy.mode = 'MUTE';
  const client = clientOf(proxy, { tls: true });
  const call = client.getAccount('A1', scope());
  await expect.poll(() => proxy.open).toBe(1);
  client.close();
  await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect.poll(() => proxy.open).toBe(0);
});

test('a connection that was dropped silently is replaced while its calls wait', async () => {
  const { proxy } = await startAccounts();
  const client = clientOf(proxy, { timeoutMs: 10_000, connections });
  await client.getAccount('A0', scope());
  proxy.freeze();
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  client.getAccount('A1', scope(controller.signal)).catch(() => {});
  const startedAt = performance.now();
  await expect
    .poll(
      () =>
        client.getAccount(`A${Math.random()}`, scope(AbortSignal.timeout(100))).catch(() => null),
      {
        timeout: 6_000,
        interval: 50,
      },
    )
    .not.toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('a connection that was dropped silently is replaced when the deadline of calls is shorter', async () => {
  const { proxy } = await startAccounts();
  const client = clientOf(proxy, { timeoutMs: 100, connections });
  await client.getAccount('A0', scope());
  proxy.freeze();
  const read = (n: number) => client.getAccount(`A${n}`, scope()).catch(() => null);
  let failed = 0;
  while ((await read(failed)) === null && failed < 10) failed++;
  expect(failed).toBeLessThanOrEqual(4);
});

test('a slow call ends on its connection while later calls use another', async () => {
  const { server, proxy } = await startAccounts();
  const answer = Promise.withResolvers<void>();
  server.on(BillingAccountService.method.get, async ({ request }) => {
    if (request.id === 'SLOW') await answer.promise;
    return { id: request.id };
  });
  const client = clientOf(proxy, { timeoutMs: 10_000, connections });
  const slow = client.getAccount('SLOW', scope());
  await server.arrival(1);
  await expect
    .poll(
      async () => {
        await client.getAccount('A1', scope());
        return proxy.accepted;
      },
      { timeout: 6_000, interval: 370 },
    )
    .toBe(2);
  answer.resolve();
  expect(await slow).toMatchObject({ id: 'SLOW' });
  await expect.poll(() => proxy.open).toBe(1);
});
