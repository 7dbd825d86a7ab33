import { createServer, type Server } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BillingAccountService } from '../../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { startBillingServer } from '../../support/billing-server.ts';
import { clientOf, failingLists, firstPage, key, scope } from './billing.support.ts';

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

describe('an unreachable server', () => {
  /** A port without a listener. */
  async function closedPort(): Promise<number> {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  test('is UNAVAILABLE long before the deadline', async () => {
    const client = clientOf({ address: `127.0.0.1:${await closedPort()}` });
    const start = performance.now();
    const error = {
      code: 'UNAVAILABLE',
      service: 'billing',
      retryable: true,
      message: 'The billing API is unavailable.',
    };
    await expect(client.listCustomers('R1', firstPage, scope())).rejects.toMatchObject(error);
    await expect(client.activateCustomer('C1', key, scope())).rejects.toMatchObject(error);
    expect(performance.now() - start).toBeLessThan(2_500);
  });

  test('is UNAVAILABLE when it does not speak HTTP/2', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.6\r\n', () => socket.destroy());
    });
    const port = await listening(server);
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const client = clientOf({ address: `127.0.0.1:${port}` }, { timeoutMs: 1_000 });
    const list = client.listCustomers('R1', firstPage, scope());
    await expect(list).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test.each([
    '127.0.0.1',
    'localhost',
  ])('is used again soon after a restart on %s', async (host) => {
    const first = await startBillingServer();
    failingLists(first);
    const client = clientOf({ address: `${host}:${first.port}` }, { timeoutMs: 2_000 });
    const list = () => client.listCustomers('R1', firstPage, scope());
    await list();
    first.stop();
    await expect(list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    failingLists(await startBillingServer(first.port));
    const start = performance.now();
    await expect
      .poll(list, { timeout: 5_000, interval: 50 })
      .toEqual({ items: [], nextToken: null });
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  test('is retried when it restarts during a read', async () => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, () => new Promise(() => {}));
    const client = clientOf(server);
    const list = client.listCustomers('R1', firstPage, scope());
    await server.arrival(1);
    server.stop();
    failingLists(await startBillingServer(server.port));
    expect(await list).toEqual({ items: [], nextToken: null });
  });
});

describe('a closed client', () => {
  test('can be closed again and rejects calls', async () => {
    const server = await startBillingServer();
    server.on(BillingAccountService.method.get, () => ({ id: 'A1' }));
    const client = clientOf(server);
    client.close();
    client.close();
    await expect(client.getAccount('A1', scope())).rejects.toMatchObject({
      name: 'GatewayError',
      code: 'UNAVAILABLE',
      service: 'billing',
    });
    expect(server.received).toHaveLength(0);
  });
});
