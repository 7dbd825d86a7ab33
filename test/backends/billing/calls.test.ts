import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationService } from '../../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import { StatusFailure, startBillingServer } from '../../support/billing-server.ts';
import { clientOf, failingLists, firstPage, key, scope } from './billing.support.ts';

/** A server whose List and Activate respond after `release`. */
async function startBlockedServer() {
  const server = await startBillingServer();
  const released = Promise.withResolvers<void>();
  server.on(CustomerService.method.list, async () => {
    await released.promise;
    return { customers: [{ id: 'C1' }] };
  });
  server.on(CustomerService.method.activate, async () => {
    await released.promise;
    return { id: 'op' };
  });
  return { server, release: released.resolve };
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

describe('retries', () => {
  const codes = Object.values(status).filter((code) => typeof code === 'number');
  const retried: readonly number[] = [status.UNAVAILABLE, status.CANCELLED];
  const others = codes.filter((code) => code !== status.OK && !retried.includes(code));

  test.each([
    ['UNAVAILABLE', status.UNAVAILABLE],
    ['CANCELLED', status.CANCELLED],
  ])('after %s (%i), a read is sent three times and a write once', async (_, code) => {
    const reads = 3;
    const server = await startBillingServer();
    failingLists(server, ...times(reads - 1, () => new StatusFailure(code)));
    const client = clientOf(server);
    await client.listCustomers('R1', firstPage, scope());
    expect(server.received).toHaveLength(reads);
    server.on(CustomerService.method.activate, () => {
      throw new StatusFailure(code);
    });
    const activated = client.activateCustomer('C1', key, scope());
    await expect(activated).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(server.received).toHaveLength(reads + 1);
  });

  test.each(others)('calls that fail with %i are sent once', async (code) => {
    const server = await startBillingServer();
    failingLists(server, ...times(5, () => new StatusFailure(code)));
    server.on(CustomerService.method.activate, () => {
      throw new StatusFailure(code);
    });
    const client = clientOf(server);
    await expect(client.listCustomers('R1', firstPage, scope())).rejects.toThrow();
    await expect(client.activateCustomer('C1', key, scope())).rejects.toThrow();
    expect(server.received.map(({ method }) => method)).toEqual([
      'CustomerService/List',
      'CustomerService/Activate',
    ]);
  });

  test('end after three attempts', async () => {
    const server = await startBillingServer();
    failingLists(server, ...times(9, () => new StatusFailure(14)));
    await expect(clientOf(server).listCustomers('R1', firstPage, scope())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
    expect(server.received).toHaveLength(3);
  });
});

describe('concurrent reads', () => {
  test('of the same page share one call', async () => {
    const { server, release } = await startBlockedServer();
    const client = clientOf(server);
    const readers = times(5, () => client.listCustomers('R1', firstPage, scope()));
    await server.arrival(1);
    release();
    const pages = await Promise.all(readers);
    expect(pages.map(({ items }) => items.length)).toEqual([1, 1, 1, 1, 1]);
    expect(server.received).toHaveLength(1);
  });

  test('of different pages are separate calls', async () => {
    const { server, release } = await startBlockedServer();
    const client = clientOf(server);
    const readers = [
      client.listCustomers('R1', firstPage, scope()),
      client.listCustomers('R2', firstPage, scope()),
      client.listCustomers('R1', { token: null, size: 7 }, scope()),
      client.listCustomers('R1', { token: 't', size: 100 }, scope()),
    ];
    await server.arrival(4);
    release();
    await Promise.all(readers);
    expect(server.received).toHaveLength(4);
  });

  test('of one operation return the kind that each reader passed', async () => {
    const server = await startBillingServer();
    server.on(OperationService.method.get, () => ({ id: 'op' }));
    const client = clientOf(server);
    const [known, unknown] = await Promise.all([
      client.getOperation('op', 'SUSPEND_CUSTOMER', scope()),
      client.getOperation('op', 'UNKNOWN', scope()),
    ]);
    expect(server.received).toHaveLength(1);
    expect(known?.operation.kind).toBe('SUSPEND_CUSTOMER');
    expect(unknown?.operation.kind).toBe('UNKNOWN');
  });

  test('continue when one of two readers aborts', async () => {
    const { server, release } = await startBlockedServer();
    const client = clientOf(server);
    const leaving = new AbortController();
    const left = client.listCustomers('R1', firstPage, scope(leaving.signal));
    const staying = client.listCustomers('R1', firstPage, scope());
    await server.arrival(1);
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    release();
    expect((await staying).items).toHaveLength(1);
    expect(server.received).toHaveLength(1);
  });

  test('are cancelled at the server when all readers have aborted', async () => {
    const { server } = await startBlockedServer();
    const client = clientOf(server);
    const leaving = times(2, () => new AbortController());
    const readers = Promise.allSettled(
      leaving.map(({ signal }) => client.listCustomers('R1', firstPage, scope(signal))),
    );
    const call = await server.arrival(1);
    for (const controller of leaving) controller.abort(new Error('left'));
    await call.cancelled;
    expect(await readers).toMatchObject([
      { reason: { message: 'left' } },
      { reason: { message: 'left' } },
    ]);
  });
});

test('an aborted write is cancelled at the server and not retried', async () => {
  const { server } = await startBlockedServer();
  const leaving = new AbortController();
  const write = clientOf(server).activateCustomer('C1', key, scope(leaving.signal));
  const left = expect(write).rejects.toThrow('left');
  const call = await server.arrival(1);
  leaving.abort(new Error('left'));
  await left;
  await call.cancelled;
  expect(server.received).toHaveLength(1);
});

test('nothing is sent for a request that is already aborted', async () => {
  const { server } = await startBlockedServer();
  const gone = scope(AbortSignal.abort(new Error('gone')));
  const client = clientOf(server);
  await expect(client.listCustomers('R1', firstPage, gone)).rejects.toThrow('gone');
  await expect(client.activateCustomer('C1', key, gone)).rejects.toThrow('gone');
  expect(server.received).toHaveLength(0);
});

describe('the deadline', () => {
  // Retried because a busy machine can delay the timers.
  test('cancels a hanging call on time, also at the server', { retry: 3 }, async () => {
    const { server } = await startBlockedServer();
    const client = clientOf(server, { timeoutMs: 200 });
    const start = performance.now();
    const hung = client.listCustomers('R1', firstPage, scope());
    await expect(hung).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      service: 'billing',
      retryable: true,
      // The message of grpc-js contains addresses.
      message: expect.stringMatching(
        /^The billing API (timed out|did not respond within 200 ms)\.$/,
      ),
    });
    const elapsed = performance.now() - start;
    expect(elapsed).toBeGreaterThanOrEqual(198);
    expect(elapsed).toBeLessThan(250);
    await server.received[0]?.cancelled;
    expect(server.received).toHaveLength(1);
  });

  test('includes the wait for a token', async () => {
    const { server } = await startBlockedServer();
    const credential = { token: () => new Promise<string>(() => {}), invalidate: () => false };
    const client = clientOf(server, { timeoutMs: 50, credential });
    await expect(client.listCustomers('R1', firstPage, scope())).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    expect(server.received).toHaveLength(0);
  });
});
