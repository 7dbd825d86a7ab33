import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GatewayError } from '../../../src/domain/error.ts';
import {
  changingTokens,
  clientOf,
  customerJson,
  getCustomer,
  refuse,
  reply,
  scope,
  startBackend,
} from './reseller.support.ts';

describe('a rejected token', () => {
  test('is replaced, and the call is sent once more', async () => {
    const backend = await startBackend(({ headers }, response) =>
      headers.authorization === 'Bearer t2'
        ? reply(response, customerJson('C1'))
        : refuse(response, 401, 'authError'),
    );
    const credential = changingTokens(5);
    const customer = await getCustomer(clientOf(backend, { credential }), 'C1', scope());
    expect(customer).toMatchObject({ customerId: 'C1' });
    expect(credential.invalidated).toEqual(['t1']);
    expect(backend.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer t1',
      'Bearer t2',
    ]);
  });

  test('fails the call when the new token is rejected too', async () => {
    const backend = await startBackend((_, response) => refuse(response, 401, 'authError'));
    const client = clientOf(backend, { credential: changingTokens(5) });
    await expect(getCustomer(client, 'C1', scope())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      service: 'reseller',
      requestId: 'req-1',
      retryable: false,
    });
    expect(backend.received).toHaveLength(2);
  });

  test('fails the call when there is no other token', async () => {
    const backend = await startBackend((_, response) => refuse(response, 401, 'authError'));
    const client = clientOf(backend, { credential: changingTokens(1) });
    await expect(getCustomer(client, 'C1', scope())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(backend.received).toHaveLength(1);
  });

  test('is replaced for a write, which is sent again with its body', async () => {
    const backend = await startBackend(({ headers }, response) =>
      headers.authorization === 'Bearer t2'
        ? reply(response, customerJson('C1'))
        : refuse(response, 401, 'authError'),
    );
    const client = clientOf(backend, { credential: changingTokens(2) });
    await client.patchCustomer('C1', { phoneNumber: '+1' }, scope());
    expect(backend.received.map(({ body }) => body)).toEqual([
      '{"phoneNumber":"+1"}',
      '{"phoneNumber":"+1"}',
    ]);
  });
});

describe('an unreachable backend', () => {
  const unavailable = { code: 'UNAVAILABLE', service: 'reseller', requestId: 'req-1' };

  test('is UNAVAILABLE when it refuses connections', async () => {
    const backend = await startBackend(() => {});
    await backend.stop();
    const client = clientOf(backend);
    const error = { ...unavailable, retryable: true, nothingSent: true };
    await expect(getCustomer(client, 'C1', scope())).rejects.toMatchObject(error);
    // Nothing was sent, so a write is retryable too.
    await expect(client.patchCustomer('C1', {}, scope())).rejects.toMatchObject(error);
  });

  test('is UNAVAILABLE when its name does not resolve', async () => {
    const client = clientOf({ url: 'http://reseller.invalid' });
    await expect(getCustomer(client, 'C1', scope())).rejects.toMatchObject(unavailable);
  });

  test.each([
    ['before the response', ''],
    ['within the headers', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"customerId"'],
    ['after bytes that are not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('is retried for reads only when it drops the connection %s', async (_, bytes) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.on('error', () => {});
      socket.once('data', () => socket.end(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const client = clientOf({ url: `http://127.0.0.1:${port}` });
    await expect(getCustomer(client, 'C1', scope())).rejects.toMatchObject({
      ...unavailable,
      retryable: true,
    });
    expect(connections).toBe(3);
    // A write may have been applied: it is sent once and is not retryable.
    await expect(client.patchCustomer('C1', {}, scope())).rejects.toMatchObject({
      ...unavailable,
      retryable: false,
    });
    expect(connections).toBe(4);
  });
});

describe('a missing credential', () => {
  const error = new GatewayError('UNAVAILABLE', 'no token', { retryable: true });
  const credential = { token: () => Promise.reject(error), invalidate: () => false };

  test('fails a write before anything is sent', async () => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const client = clientOf(backend, { credential });
    const failure = { code: 'UNAVAILABLE', retryable: true, nothingSent: true };
    await expect(client.patchCustomer('C1', {}, scope())).rejects.toMatchObject(failure);
    await expect(client.ready(scope())).rejects.toMatchObject(failure);
    expect(backend.received).toHaveLength(0);
  });

  test('fails `ready` at its deadline when the token never arrives', async () => {
    const stuck = { token: () => new Promise<string>(() => {}), invalidate: () => false };
    const client = clientOf({ url: 'http://127.0.0.1:1' }, { credential: stuck, timeoutMs: 20 });
    await expect(client.ready(scope())).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});

test('a write that fails after it may have been applied has nothingSent false', async () => {
  const backend = await startBackend((_, response) => response.destroy());
  await expect(clientOf(backend).patchCustomer('C1', {}, scope())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    nothingSent: false,
  });
});

test('a 400 badRequest is about the state for a write, and about the input for a read', async () => {
  const backend = await startBackend((_, response) => refuse(response, 400, 'badRequest'));
  const client = clientOf(backend);
  const key = { customerId: 'C1', subscriptionId: 'S1' };
  await expect(client.activateSubscription(key, scope())).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
  });
  await expect(client.getSubscription('C1', 'S1', scope())).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
  });
});

describe('retries', () => {
  test('a read succeeds when the backend is available again', async () => {
    const backend = await startBackend((_, response) =>
      backend.received.length < 3
        ? refuse(response, 503, 'backendError')
        : reply(response, customerJson('C1')),
    );
    const customer = await getCustomer(clientOf(backend), 'C1', scope());
    expect(customer).toMatchObject({ customerId: 'C1' });
    expect(backend.received).toHaveLength(3);
  });

  test.each([
    [400, 'invalid', 1],
    [403, 'rateLimitExceeded', 1],
    [404, 'notFound', 1],
    [429, 'quotaExceeded', 1],
    [500, 'internalError', 1],
    [502, '', 3],
    [503, 'backendError', 3],
    [504, '', 1],
  ])('a read that fails with %i %s makes %i calls', async (status, reason, calls) => {
    const backend = await startBackend((_, response) => refuse(response, status, reason));
    await getCustomer(clientOf(backend), 'C1', scope()).catch(() => null);
    expect(backend.received).toHaveLength(calls);
  });

  test('are left to the client when the backend sends Retry-After', async () => {
    const backend = await startBackend((_, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end(),
    );
    await expect(getCustomer(clientOf(backend), 'C1', scope())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      retryAfterMs: 7_000,
    });
    expect(backend.received).toHaveLength(1);
  });

  test.each([
    [502, false],
    [503, true],
    [504, false],
    [429, true],
  ])('a write that fails with %i is sent once; retryable: %s', async (status, retryable) => {
    const backend = await startBackend((_, response) => refuse(response, status, ''));
    const key = { customerId: 'C1', subscriptionId: 'S1' };
    await expect(clientOf(backend).suspendSubscription(key, scope())).rejects.toMatchObject({
      retryable,
    });
    expect(backend.received).toHaveLength(1);
  });
});

describe('a hanging backend', () => {
  test('fails the call at the deadline and frees the socket', async () => {
    const freed = Promise.withResolvers<void>();
    const backend = await startBackend((_, response) => response.on('close', freed.resolve));
    const startedAt = performance.now();
    await expect(
      getCustomer(clientOf(backend, { timeoutMs: 100 }), 'C1', scope()),
    ).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', service: 'reseller', requestId: 'req-1' });
    expect(performance.now() - startedAt).toBeLessThan(150);
    await freed.promise;
  });

  test('fails the call at the deadline when it hangs in the body', async () => {
    const freed = Promise.withResolvers<void>();
    const backend = await startBackend((_, response) => {
      response.on('close', freed.resolve);
      response.writeHead(200).write('{"customerId":');
    });
    await expect(
      getCustomer(clientOf(backend, { timeoutMs: 100 }), 'C1', scope()),
    ).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await freed.promise;
  });

  test('delays calls that wait for a socket, until the breaker opens', async () => {
    const backend = await startBackend(() => {});
    const client = clientOf(backend, { timeoutMs: 100, connections: 1 });
    const ids = Array.from({ length: 20 }, (_, n) => `C${n}`);
    const found = await client.getCustomers(ids, scope());
    const sent = backend.received.length;
    expect(sent).toBeGreaterThanOrEqual(5);
    expect(sent).toBeLessThan(20);
    expect(found.slice(0, sent)).toMatchObject(Array(sent).fill({ code: 'DEADLINE_EXCEEDED' }));
    const rest = Array(20 - sent).fill({ code: 'UNAVAILABLE', nothingSent: true });
    expect(found.slice(sent)).toMatchObject(rest);
  });

  test('is not blamed when the gateway itself was blocked beyond the deadline', async () => {
    const backend = await startBackend((_, response) => {
      response.end('{"customerId":"C1"}');
      for (const until = performance.now() + 300; performance.now() < until; );
    });
    const client = clientOf(backend, { timeoutMs: 150 });
    expect(await client.getCustomers(['C1'], scope())).toMatchObject([{ customerId: 'C1' }]);
  });

  test('makes a write without a response not retryable', async () => {
    const backend = await startBackend(() => {});
    const client = clientOf(backend, { timeoutMs: 50 });
    await expect(client.patchCustomer('C1', {}, scope())).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      retryable: false,
    });
    expect(backend.received).toHaveLength(1);
  });
});

describe('an aborted request', () => {
  test('aborts its call and frees the socket', async () => {
    const freed = Promise.withResolvers<void>();
    const backend = await startBackend((_, response) => response.on('close', freed.resolve));
    const controller = new AbortController();
    const call = getCustomer(clientOf(backend), 'C1', scope(controller.signal));
    await backend.arrival(1);
    const reason = new Error('client disconnected');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await freed.promise;
  });

  test('does not abort a call that other readers share', async () => {
    const answer = Promise.withResolvers<void>();
    const backend = await startBackend(async (_, response) => {
      await answer.promise;
      reply(response, customerJson('C1'));
    });
    const client = clientOf(backend);
    const controller = new AbortController();
    const left = getCustomer(client, 'C1', scope(controller.signal, 'req-1'));
    const stays = getCustomer(client, 'C1', scope(undefined, 'req-2'));
    await backend.arrival(1);
    controller.abort(new Error('client disconnected'));
    await expect(left).rejects.toThrow('client disconnected');
    answer.resolve();
    expect(await stays).toMatchObject({ customerId: 'C1' });
    expect(backend.received).toHaveLength(1);
  });

  test('makes no call when it is aborted before it starts', async () => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const gone = scope(AbortSignal.abort(new Error('gone')));
    const client = clientOf(backend);
    await expect(getCustomer(client, 'C1', gone)).rejects.toThrow('gone');
    await expect(client.getCustomers(['C1', 'C2'], gone)).rejects.toThrow('gone');
    await expect(client.patchCustomer('C1', {}, gone)).rejects.toThrow('gone');
    expect(backend.received).toHaveLength(0);
  });

  test('readers of a shared call get its error with their own request ids', async () => {
    const backend = await startBackend((_, response) => refuse(response, 403, 'forbidden'));
    const client = clientOf(backend);
    const results = await Promise.allSettled(
      ['req-1', 'req-2'].map((id) => getCustomer(client, 'C1', scope(undefined, id))),
    );
    expect(backend.received).toHaveLength(1);
    expect(results).toMatchObject([
      { reason: { requestId: 'req-1' } },
      { reason: { requestId: 'req-2' } },
    ]);
  });
});

describe('close', () => {
  test('fails calls in flight and later calls, and can be repeated', async () => {
    const backend = await startBackend(() => {});
    const client = clientOf(backend);
    const call = getCustomer(client, 'C1', scope());
    const closed = expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    await backend.arrival(1);
    await Promise.all([client.close(), client.close()]);
    await closed;
    await expect(getCustomer(client, 'C2', scope())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await client.close();
  });
});
