import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import type { Right } from '../../src/domain/viewer.ts';
import { createLogger } from '../../src/log.ts';
import { createRequestContext } from '../../src/server/graphql/request-context.ts';
import type { Services } from '../../src/services/services.ts';
import { startTestGateway } from '../support/gateway.ts';
import { CustomersDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { limits, startServer } from './harness.support.ts';
import { codedErrors, json, send } from './send.support.ts';
import { openSocket } from './sockets.support.ts';

const ann = {
  ...{ subject: 'ann', rights: new Set<Right>(), roles: null, resellers: null, expiresAt: null },
};

test('every event reads anew what it shows: nothing is answered from an earlier one', async () => {
  // Long enough for the first event to be filled while the operation runs.
  const operations = { outcome: 'succeed', notFoundShare: 0, minMs: 700, maxMs: 700 } as const;
  const { url } = await startTestGateway({ sandbox: { operations } });
  const { data } = await request(url, CustomersDocument, { first: 1 });
  const customer = data?.customers?.nodes[0]?.id ?? '';
  /** What the customer's account was at each state of an operation. */
  async function run(mutation: string, input: string): Promise<string[]> {
    const started = await request<Record<string, { operation: { id: string } }>, object>(
      url,
      `mutation { ${mutation}(input: { ${input} }) { ... on ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Success { operation { id } } } }`,
    );
    const socket = await openSocket(url);
    socket.subscribe(
      'w',
      'subscription ($id: ID!) { operationUpdated(id: $id) { status customer { billing { account { active } } } } }',
      { id: started.data?.[mutation]?.operation.id },
    );
    await expect.poll(() => socket.types('w').at(-1), { timeout: 5_000 }).toBe('complete');
    return socket.messages
      .filter(({ type }) => type === 'next')
      .map(({ payload }) => json(payload).replace(/.*"status":"(\w+)".*"active":(\w+).*/, '$1 $2'));
  }
  const suspended = await run('suspendCustomer', `customer: "${customer}", confirm: true`);
  expect([suspended[0], suspended.at(-1)]).toEqual(['RUNNING true', 'SUCCEEDED false']);
  const activated = await run('activateCustomer', `customer: "${customer}"`);
  expect([activated[0], activated.at(-1)]).toEqual(['RUNNING false', 'SUCCEEDED true']);
});

describe('a source that fails', () => {
  const query = 'subscription { ticks(count: 5, failAt: 2) }';

  test('is told as the last event over WebSocket, without its reason', async () => {
    const { url, ticks } = await startServer();
    const socket = await openSocket(url);
    socket.subscribe('t', query);
    await expect.poll(() => socket.types('t')).toEqual(['next', 'next', 'next', 'complete']);
    const last = json(socket.messages.at(-2)?.payload);
    expect(codedErrors(last)).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
    expect(last).not.toContain('secret');
    expect(ticks.readers).toBe(0);
  });

  test('is told as the last event over SSE, without its reason', async () => {
    const { url } = await startServer();
    const sent = await send(url, {
      headers: { accept: 'text/event-stream' },
      body: json({ query }),
    });
    const events = sent.text.split('\n').filter((line) => line.startsWith('data: '));
    expect(events).toHaveLength(3);
    expect(codedErrors(events[2]?.slice(6) ?? '')).toHaveLength(1);
    expect(sent.text).not.toContain('secret');
    expect(sent.text).toContain('event: complete');
  });
});

describe('who is not known', () => {
  const authenticate = async ({ authorization }: { authorization: string | null }) => {
    if (authorization !== 'Bearer good') throw new GatewayError('UNAUTHENTICATED', 'Who are you?');
    return { ...ann, rights: new Set(['READ' as const]) };
  };

  test('is answered with 401 over HTTP', async () => {
    const { url } = await startServer({ authenticate });
    const body = json({ query: '{ hello }' });
    const refused = await send(url, { body });
    expect(refused.status).toBe(401);
    expect(codedErrors(refused.text)).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await send(url, { headers: { authorization: 'Bearer good' }, body })).status).toBe(200);
  });

  test('is refused a socket with 4403, and may come again with other parameters', async () => {
    const { url } = await startServer({ authenticate });
    const { WebSocket } = await import('ws');
    const open = (payload: object) => {
      const ws = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
      ws.once('open', () => ws.send(json({ type: 'connection_init', payload })));
      return new Promise((resolve) => {
        ws.once('close', resolve);
        ws.once('message', (data) => {
          ws.terminate();
          resolve(String(data));
        });
      });
    };
    expect(await open({})).toBe(4403);
    expect(await open({ authorization: 'Bearer good' })).toContain('connection_ack');
  });
});

test('requests leave nothing behind on the signal they follow', () => {
  const client = new AbortController();
  const timers = vi.getTimerCount;
  vi.useFakeTimers();
  try {
    for (let n = 0; n < 1000; n++) {
      const context = createRequestContext({
        viewer: ann,
        requestId: String(n),
        agent: null,
        signal: client.signal,
        deadlineMs: 1000,
        limits,
        createServices: () => ({}) as Services,
        log: createLogger('silent'),
      });
      context.keepOpen();
      context.forEvent().end();
      context.end();
    }
    expect(getEventListeners(client.signal, 'abort')).toHaveLength(0);
    expect(timers()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
