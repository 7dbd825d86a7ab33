import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationService } from '../../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import { StatusFailure, startBillingServer } from '../../support/billing-server.ts';
import { clientOf, failingLists, firstPage, key, scope } from './billing.support.ts';

/** A server whose lists and activations wait for a release. */
async function startHeldServer() {
  const server = await startBillingServer();
  const held = Promise.withResolvers<void>();
  server.on(CustomerService.method.list, async () => {
    await held.promise;
    return { customers: [{ id: 'C1' }] };
  });
  server.on(CustomerService.method.activate, async () => {
    await held.promise;
    return { id: 'op' };
  });
  return { server, release: held.resolve };
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

describe('repeating', () => {
  const codes = Object.values(status).filter((code) => typeof code === 'number');
  const repeated: readonly number[] = [status.UNAVAILABLE, status.CANCELLED];
  const others = codes.filter((code) => code !== status.OK && !repeated.includes(code));

  test.each([
    ['UNAVAILABLE', status.UNAVAILABLE, 3, 3],
    // What grpc-js makes of a server that stops in the middle of a call: was the write carried out?
    ['CANCELLED', status.CANCELLED, 3, 1],
  ])('after %s (%i) makes %i calls of a read and %i of a write', async (_, code, reads, writes) => {
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
    expect(server.received).toHaveLength(reads + writes);
  });

  test.each(others)('is not for calls that fail with %i', async (code) => {
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

  test('ends after three attempts', async () => {
    const server = await startBillingServer();
    failingLists(server, ...times(9, () => new StatusFailure(14)));
    await expect(clientOf(server).listCustomers('R1', firstPage, scope())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
    expect(server.received).toHaveLength(3);
  });
});

describe('reads under way', () => {
  test('of the same thing are one call', async () => {
    const { server, release } = await startHeldServer();
    const client = clientOf(server);
    const readers = times(5, () => client.listCustomers('R1', firstPage, scope()));
    await server.arrival(1);
    release();
    const pages = await Promise.all(readers);
    expect(pages.map(({ items }) => items.length)).toEqual([1, 1, 1, 1, 1]);
    expect(server.received).toHaveLength(1);
  });

  test('of different things are calls of their own', async () => {
    const { server, release } = await startHeldServer();
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

  test('of one operation give each reader the kind that it asked for', async () => {
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

  test('go on for one reader when the other leaves', async () => {
    const { server, release } = await startHeldServer();
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

  test('are cancelled at the server when the last reader has left', async () => {
    const { server } = await startHeldServer();
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

test('a write whose caller has left is cancelled at the server and not sent again', async () => {
  const { server } = await startHeldServer();
  const leaving = new AbortController();
  const write = clientOf(server).activateCustomer('C1', key, scope(leaving.signal));
  const left = expect(write).rejects.toThrow('left');
  const call = await server.arrival(1);
  leaving.abort(new Error('left'));
  await left;
  await call.cancelled;
  expect(server.received).toHaveLength(1);
});

test('nothing is sent for a caller who has left already', async () => {
  const { server } = await startHeldServer();
  const gone = scope(AbortSignal.abort(new Error('gone')));
  const client = clientOf(server);
  await expect(client.listCustomers('R1', firstPage, gone)).rejects.toThrow('gone');
  await expect(client.activateCustomer('C1', key, gone)).rejects.toThrow('gone');
  expect(server.received).toHaveLength(0);
});

describe('the deadline', () => {
  // The retries forgive a machine that is busy with something else.
  test('ends a call that hangs, on time and at the server too', { retry: 3 }, async () => {
    const { server } = await startHeldServer();
    const client = clientOf(server, { timeoutMs: 200 });
    const start = performance.now();
    const hung = client.listCustomers('R1', firstPage, scope());
    await expect(hung).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      service: 'billing',
      retryable: true,
      // grpc-js's own words name addresses.
      message: expect.stringMatching(
        /^The billing API did not answer (in its own time|within 200 ms)\.$/,
      ),
    });
    const elapsed = performance.now() - start;
    expect(elapsed).toBeGreaterThanOrEqual(198);
    expect(elapsed).toBeLessThan(250);
    await server.received[0]?.cancelled;
    expect(server.received).toHaveLength(1);
  });

  test('counts the wait for a token', async () => {
    const { server } = await startHeldServer();
    const credential = { token: () => new Promise<string>(() => {}), refused: () => false };
    const client = clientOf(server, { timeoutMs: 50, credential });
    await expect(client.listCustomers('R1', firstPage, scope())).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    expect(server.received).toHaveLength(0);
  });
});
