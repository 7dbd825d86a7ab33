import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  activateFirstCustomer,
  expectNoMorePolls,
  expectPolling,
  inFlight,
  startGatewayWithOutcome,
} from '../server/operations.support.ts';
import { codedErrors, json } from '../server/send.support.ts';
import { openSocket, type RawSocket, watchOperation } from '../server/sockets.support.ts';
import { startTestGateway } from '../support/gateway.ts';

const fast = { OPERATION_POLL_INTERVAL_MS: '10' };

/** A socket on an operation that never ends, with its first state received. */
async function watch(url: string, id: string): Promise<RawSocket> {
  const socket = await openSocket(url);
  socket.subscribe('w', watchOperation, { id });
  await expect.poll(() => socket.types('w'), { interval: 2 }).toContain('next');
  return socket;
}

describe('what watches an operation', () => {
  const ways: [name: string, leave: (socket: RawSocket) => void][] = [
    ['closes the socket', ({ ws }) => ws.close(1000)],
    ['is terminated', ({ ws }) => ws.terminate()],
    ['resets the connection', ({ ws }) => void rawSocket(ws).resetAndDestroy()],
    ['completes the subscription', ({ send }) => send({ type: 'complete', id: 'w' })],
  ];

  test.each(ways)('is no longer polled for when it %s', async (_name, leave) => {
    const gateway = await startGatewayWithOutcome('never', fast);
    const socket = await watch(gateway.url, await activateFirstCustomer(gateway.url));
    await expectPolling(gateway);
    leave(socket);
    await expectNoMorePolls(gateway);
    expect(socket.types('w')).not.toContain('complete');
  });

  test('shares its polls with others, until the last of them leaves', async () => {
    const gateway = await startGatewayWithOutcome('never', fast);
    const id = await activateFirstCustomer(gateway.url);
    const sockets = [await watch(gateway.url, id), await watch(gateway.url, id)] as const;
    await expectPolling(gateway);
    expect(gateway.sandbox.calls.peak('billing')).toBe(1);
    sockets[0].ws.close();
    await sockets[0].closed;
    await expectPolling(gateway);
    sockets[1].ws.close();
    await expectNoMorePolls(gateway);
  });
});

describe('a query over a socket', () => {
  test('is given up upstream when it is completed before its answer', async () => {
    const { url, sandbox } = await startTestGateway();
    sandbox.faults.add({ method: 'CustomerService.List', effect: { type: 'hang' } });
    const socket = await openSocket(url);
    socket.subscribe('q', '{ customers { nodes { id } } }');
    await expect.poll(() => inFlight(sandbox)).toBe(1);
    socket.send({ type: 'complete', id: 'q' });
    await expect.poll(() => inFlight(sandbox), { timeout: 500 }).toBe(0);
    expect(socket.types('q')).toEqual([]);
  });
});

test('an event that is still being filled is given up upstream when its reader leaves', async () => {
  const env = { OPERATION_POLL_INTERVAL_MS: '60000' };
  const { url, sandbox } = await startGatewayWithOutcome('never', env);
  const id = await activateFirstCustomer(url);
  sandbox.faults.add({ method: 'BillingAccountService.Get', effect: { type: 'hang' } });
  const socket = await openSocket(url);
  const query =
    'subscription ($id: ID!) { operationUpdated(id: $id) { customer { billing { account { name } } } } }';
  socket.subscribe('w', query, { id });
  await expect.poll(() => inFlight(sandbox)).toBe(1);
  socket.send({ type: 'complete', id: 'w' });
  await expect.poll(() => inFlight(sandbox), { timeout: 500 }).toBe(0);
});

describe('a message that cannot be right', () => {
  const documents: [name: string, query: string][] = [
    ['a syntax error', '{ viewer {'],
    ['an empty document', ''],
    ['an unknown field', '{ nobody }'],
    [
      'several operations and no name',
      'query A { viewer { subject } } query B { viewer { subject } }',
    ],
    ['no operation', 'fragment F on Query { viewer { subject } }'],
    ['deep nesting', '{ a '.repeat(2400)],
  ];

  test.each(documents)('%s is answered, and the socket stays open', async (_name, query) => {
    const { url } = await startTestGateway();
    const socket = await openSocket(url);
    socket.subscribe('bad', query);
    await expect.poll(() => socket.types('bad')).toEqual(['error']);
    const { payload } = socket.messages.at(-1) ?? {};
    const errors = codedErrors(json({ errors: payload }));
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } },
    ]);
    expect(json(payload)).not.toContain('"http"');
    socket.subscribe('good', '{ viewer { subject } }');
    await expect.poll(() => socket.types('good')).toEqual(['next', 'complete']);
  });

  test.each([
    ['wrong variables', { first: 'x' }],
    ['variables that nobody asked for', { first: 1, more: 2 }],
  ])('%s never close the socket', async (_name, variables) => {
    const { url } = await startTestGateway();
    const socket = await openSocket(url);
    socket.subscribe(
      'v',
      'query ($first: Int) { customers(first: $first) { nodes { id } } }',
      variables,
    );
    await expect.poll(() => socket.types('v')).toEqual(['next', 'complete']);
    codedErrors(json(socket.messages.at(-2)?.payload));
    expect(socket.ws.readyState).toBe(WebSocket.OPEN);
  });

  test.each([
    ['is not JSON', '{', 4400],
    ['has no query', json({ type: 'subscribe', id: '1', payload: {} }), 4400],
    ['is of no type', json({ type: 'what' }), 4400],
    ['is a batch', json([{ type: 'ping' }]), 4400],
    ['is 50 MB long', Buffer.alloc(50_000_000, 32), 1009],
  ])('that %s closes its own socket only', async (_name, message, code) => {
    const { url } = await startTestGateway();
    const [socket, other] = [await openSocket(url), await openSocket(url)];
    socket.ws.send(message);
    expect(await socket.closed).toBe(code);
    other.subscribe('good', '{ viewer { subject } }');
    await expect.poll(() => other.types('good')).toEqual(['next', 'complete']);
  });

  test('before the socket is acknowledged closes it', async () => {
    const { url } = await startTestGateway();
    const ws = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    ws.once('open', () =>
      ws.send(json({ type: 'subscribe', id: '1', payload: { query: '{ a }' } })),
    );
    expect(await new Promise((resolve) => ws.once('close', resolve))).toBe(4401);
  });
});

/** The TCP socket under a WebSocket. */
function rawSocket(ws: WebSocket): Socket {
  return (ws as unknown as { _socket: Socket })._socket;
}
