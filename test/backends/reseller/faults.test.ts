import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Credential } from '../../../src/backends/credentials/credential.ts';
import { clientOf, customerJson, refuse, reply, scope, startBackend } from './reseller.support.ts';

/** Gives t1, t2, ... : the next one after every refusal, at most `tokens` of them. */
function changingTokens(tokens: number): Credential & { refusals: string[] } {
  let current = 1;
  const refusals: string[] = [];
  return {
    refusals,
    token: async () => `t${current}`,
    refused(token) {
      refusals.push(token);
      if (current === tokens) return false;
      current++;
      return true;
    },
  };
}

describe('a token that is refused', () => {
  test('is replaced and the call sent once more', async () => {
    const backend = await startBackend(({ headers }, response) =>
      headers.authorization === 'Bearer t2'
        ? reply(response, customerJson('C1'))
        : refuse(response, 401, 'authError'),
    );
    const credential = changingTokens(5);
    const customer = await clientOf(backend, { credential }).getCustomer('C1', scope());
    expect(customer).toMatchObject({ customerId: 'C1' });
    expect(credential.refusals).toEqual(['t1']);
    expect(backend.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer t1',
      'Bearer t2',
    ]);
  });

  test('a second time ends the call', async () => {
    const backend = await startBackend((_, response) => refuse(response, 401, 'authError'));
    const client = clientOf(backend, { credential: changingTokens(5) });
    await expect(client.getCustomer('C1', scope())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      service: 'reseller',
      requestId: 'req-1',
      retryable: false,
    });
    expect(backend.received).toHaveLength(2);
  });

  test('is not tried again when there is no other', async () => {
    const backend = await startBackend((_, response) => refuse(response, 401, 'authError'));
    const client = clientOf(backend, { credential: changingTokens(1) });
    await expect(client.getCustomer('C1', scope())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(backend.received).toHaveLength(1);
  });

  test('is replaced for a write too, which then is sent with its body', async () => {
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

describe('a backend that is not there', () => {
  const unavailable = { code: 'UNAVAILABLE', service: 'reseller', requestId: 'req-1' };

  test('is UNAVAILABLE when it refuses connections', async () => {
    const backend = await startBackend(() => {});
    await backend.stop();
    const client = clientOf(backend);
    const error = { ...unavailable, retryable: true };
    await expect(client.getCustomer('C1', scope())).rejects.toMatchObject(error);
    await expect(client.ping(scope())).rejects.toMatchObject(error);
    // Nothing was sent, so a write may be sent again as well.
    await expect(client.patchCustomer('C1', {}, scope())).rejects.toMatchObject(error);
  });

  test('is UNAVAILABLE when its name does not resolve', async () => {
    const client = clientOf({ url: 'http://reseller.invalid' });
    await expect(client.getCustomer('C1', scope())).rejects.toMatchObject(unavailable);
  });

  test.each([
    ['before it answers', ''],
    ['within the head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"customerId"'],
    ['and speaks no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('is asked again when it drops the connection %s', async (_, bytes) => {
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
    await expect(client.getCustomer('C1', scope())).rejects.toMatchObject({
      ...unavailable,
      retryable: true,
    });
    expect(connections).toBe(3);
    // A write may have been carried out: it is sent once, and not said to be repeatable.
    await expect(client.patchCustomer('C1', {}, scope())).rejects.toMatchObject({
      ...unavailable,
      retryable: false,
    });
    expect(connections).toBe(4);
  });
});

describe('repeating', () => {
  test('a read that was unavailable ends with the answer', async () => {
    const backend = await startBackend((_, response) =>
      backend.received.length < 3
        ? refuse(response, 503, 'backendError')
        : reply(response, customerJson('C1')),
    );
    const customer = await clientOf(backend).getCustomer('C1', scope());
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
  ])('a read answered with %i %s makes %i calls', async (status, reason, calls) => {
    const backend = await startBackend((_, response) => refuse(response, status, reason));
    await clientOf(backend)
      .getCustomer('C1', scope())
      .catch(() => null);
    expect(backend.received).toHaveLength(calls);
  });

  test('is left to the client when the backend says when', async () => {
    const backend = await startBackend((_, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end(),
    );
    await expect(clientOf(backend).getCustomer('C1', scope())).rejects.toMatchObject({
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
  ])('a write answered with %i is not done; retryable: %s', async (status, retryable) => {
    const backend = await startBackend((_, response) => refuse(response, status, ''));
    const key = { customerId: 'C1', subscriptionId: 'S1' };
    await expect(clientOf(backend).suspendSubscription(key, scope())).rejects.toMatchObject({
      retryable,
    });
    expect(backend.received).toHaveLength(1);
  });
});

describe('a backend that hangs', () => {
  test('is left within the deadline, and its socket freed', async () => {
    const freed = Promise.withResolvers<void>();
    const backend = await startBackend((_, response) => response.on('close', freed.resolve));
    const startedAt = performance.now();
    await expect(
      clientOf(backend, { timeoutMs: 100 }).getCustomer('C1', scope()),
    ).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', service: 'reseller', requestId: 'req-1' });
    expect(performance.now() - startedAt).toBeLessThan(150);
    await freed.promise;
  });

  test('in the middle of a body is left all the same', async () => {
    const freed = Promise.withResolvers<void>();
    const backend = await startBackend((_, response) => {
      response.on('close', freed.resolve);
      response.writeHead(200).write('{"customerId":');
    });
    await expect(
      clientOf(backend, { timeoutMs: 100 }).getCustomer('C1', scope()),
    ).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await freed.promise;
  });

  test('holds up calls that wait for a socket no longer than their deadline', async () => {
    const backend = await startBackend(() => {});
    const client = clientOf(backend, { timeoutMs: 100, connections: 1 });
    const found = await client.getCustomers(['C1', 'C2', 'C3'], scope());
    expect(found).toMatchObject(Array(3).fill({ code: 'DEADLINE_EXCEEDED' }));
    expect(backend.received).toHaveLength(1);
  });

  test('is never told to repeat a write that got no answer', async () => {
    const backend = await startBackend(() => {});
    const client = clientOf(backend, { timeoutMs: 50 });
    await expect(client.patchCustomer('C1', {}, scope())).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      retryable: false,
    });
    expect(backend.received).toHaveLength(1);
  });
});

describe('a request that goes away', () => {
  test('ends its call and frees the socket', async () => {
    const freed = Promise.withResolvers<void>();
    const backend = await startBackend((_, response) => response.on('close', freed.resolve));
    const controller = new AbortController();
    const call = clientOf(backend).getCustomer('C1', scope(controller.signal));
    await backend.arrival(1);
    const reason = new Error('client left');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await freed.promise;
  });

  test('leaves a shared call to the readers that stay', async () => {
    const answer = Promise.withResolvers<void>();
    const backend = await startBackend(async (_, response) => {
      await answer.promise;
      reply(response, customerJson('C1'));
    });
    const client = clientOf(backend);
    const controller = new AbortController();
    const left = client.getCustomer('C1', scope(controller.signal, 'req-1'));
    const stays = client.getCustomer('C1', scope(undefined, 'req-2'));
    await backend.arrival(1);
    controller.abort(new Error('client left'));
    await expect(left).rejects.toThrow('client left');
    answer.resolve();
    expect(await stays).toMatchObject({ customerId: 'C1' });
    expect(backend.received).toHaveLength(1);
  });

  test('before it begins makes no call', async () => {
    const backend = await startBackend((_, response) => reply(response, customerJson('C1')));
    const gone = scope(AbortSignal.abort(new Error('gone')));
    const client = clientOf(backend);
    await expect(client.getCustomer('C1', gone)).rejects.toThrow('gone');
    await expect(client.getCustomers(['C1', 'C2'], gone)).rejects.toThrow('gone');
    await expect(client.patchCustomer('C1', {}, gone)).rejects.toThrow('gone');
    expect(backend.received).toHaveLength(0);
  });

  test('gives readers of one failed call their own request ids', async () => {
    const backend = await startBackend((_, response) => refuse(response, 403, 'forbidden'));
    const client = clientOf(backend);
    const results = await Promise.allSettled(
      ['req-1', 'req-2'].map((id) => client.getCustomer('C1', scope(undefined, id))),
    );
    expect(backend.received).toHaveLength(1);
    expect(results).toMatchObject([
      { reason: { requestId: 'req-1' } },
      { reason: { requestId: 'req-2' } },
    ]);
  });
});

describe('ping', () => {
  test.each([200, 302, 401, 404, 500, 503])('counts the answer %i as reachable', async (status) => {
    const backend = await startBackend((_, response) => response.writeHead(status).end('<html>'));
    await expect(clientOf(backend).ping(scope())).resolves.toBeUndefined();
    expect(backend.received).toHaveLength(1);
    expect(backend.received[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('close', () => {
  test('ends what is under way and what comes after, any number of times', async () => {
    const backend = await startBackend(() => {});
    const client = clientOf(backend);
    const call = client.getCustomer('C1', scope());
    const closed = expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    await backend.arrival(1);
    await Promise.all([client.close(), client.close()]);
    await closed;
    await expect(client.getCustomer('C2', scope())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await client.close();
  });
});
