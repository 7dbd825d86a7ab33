import { createServer } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listen } from '../../src/sandbox/backend.ts';
import { MessageIds } from '../../src/sandbox/reseller/push-message.ts';
import { defaultDelivery, retryDelayMs } from '../../src/sandbox/reseller/push-settings.ts';
import {
  eventFor,
  numbersOf,
  pushEndpoint,
  soon,
  sorted,
  startDelivery,
  upTo,
} from './push.support.ts';

/** A URL without a listener. */
async function closedUrl(): Promise<string> {
  const server = createServer();
  const port = await listen(server, '127.0.0.1', 0);
  server.close();
  return `http://127.0.0.1:${port}/`;
}

describe('the envelope', () => {
  test('is a wrapped push', async () => {
    const { url, pushes } = await pushEndpoint();
    const { delivery, acknowledged } = startDelivery({ endpoint: url });
    delivery.publish(eventFor('1000003'));
    await soon(acknowledged).toBe(1);
    const [push] = pushes;
    expect(push).toMatchObject({ verb: 'POST', path: '/push' });
    expect(push?.headers['content-type']).toBe('application/json');
    expect(push?.headers).not.toHaveProperty('authorization');
    expect(push?.envelope).toEqual({
      message: {
        attributes: {},
        data: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
        messageId: '1781524800000000',
        message_id: '1781524800000000',
        publishTime: '2026-06-15T12:00:00.000Z',
        publish_time: '2026-06-15T12:00:00.000Z',
      },
      subscription: 'projects/sandbox/subscriptions/gateway',
    });
    expect(push?.event).toEqual(eventFor('1000003'));
  });

  test('has the configured token', async () => {
    const { url, pushes } = await pushEndpoint();
    startDelivery({ endpoint: url, authorization: 'ey.J.w' }).publish(1);
    await soon(() => pushes[0]?.headers.authorization).toBe('Bearer ey.J.w');
  });

  test('has strictly increasing ids of 16 digits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 42 }), { minLength: 2 }), (clock) => {
        const messageIds = new MessageIds();
        const ids = clock.map((now) => messageIds.next(now));
        expect(ids.every((id) => /^\d{16}$/.test(id))).toBe(true);
        expect(ids).toEqual([...new Set(ids)].sort());
      }),
    );
  });
});

describe('a push', () => {
  test.each([200, 201, 202, 204])('%i acknowledges a message', async (status) => {
    const { url, pushes } = await pushEndpoint((_, index) => (index === 0 ? status : 500));
    const { delivery, publish, acknowledged } = startDelivery({ endpoint: url });
    publish(1);
    await soon(acknowledged).toBe(1);
    expect(delivery.counters).toMatchObject({ delivered: 1, acknowledged: 1 });
    expect(pushes).toHaveLength(1);
  });

  test.each([
    203,
    301,
    307,
    400,
    404,
    429,
    500,
    'close',
    'hang',
  ] as const)('%s causes a retry with the same id', async (reply) => {
    const { url, pushes, ids } = await pushEndpoint((_, index) => (index < 2 ? reply : 204));
    const { publish, acknowledged } = startDelivery({ endpoint: url, ackDeadlineMs: 100 });
    publish(1);
    await soon(acknowledged).toBe(1);
    expect(ids()).toEqual(Array(3).fill(ids()[0]));
    expect(pushes.map(({ path }) => path)).toEqual(Array(3).fill('/push'));
  });

  test('is retried after refused connections', async () => {
    const { url, pushes } = await pushEndpoint();
    const { delivery, publish, acknowledged } = startDelivery({ endpoint: await closedUrl() });
    publish(1);
    await soon(() => delivery.counters.delivered).toBeGreaterThan(2);
    delivery.pushTo(url);
    await soon(acknowledged).toBe(1);
    expect(pushes).toHaveLength(1);
  });

  test('is retried after increasing delays', async () => {
    const { url, pushes } = await pushEndpoint((_, index) => (index < 4 ? 503 : 204));
    const backoffMs = { min: 10, max: 60 };
    const { publish, acknowledged } = startDelivery({ endpoint: url, backoffMs });
    publish(1);
    await soon(acknowledged).toBe(1);
    const pauses = pushes.slice(1).map(({ at }, index) => at - (pushes[index]?.at ?? 0));
    expect(pauses).toHaveLength(4);
    // Timers may be a millisecond early.
    for (const [index, pause] of pauses.entries()) {
      const id = pushes[0]?.messageId ?? '';
      expect(pause).toBeGreaterThan(retryDelayMs(id, index + 1, backoffMs) - 2);
    }
  });
});

describe('backoff', () => {
  test('doubles from 0.1 s to 60 s and jitter removes up to half', () => {
    const { backoffMs } = defaultDelivery;
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 2000 }), (id, attempt) => {
        const waitMs = retryDelayMs(id, attempt, backoffMs);
        const ceiling = Math.min(60_000, 100 * 2 ** attempt);
        expect(waitMs).toBeGreaterThanOrEqual(ceiling / 2);
        expect(waitMs).toBeLessThanOrEqual(ceiling);
        expect(retryDelayMs(id, attempt, backoffMs)).toBe(waitMs);
      }),
    );
    expect(new Set(upTo(50).map((id) => retryDelayMs(`${id}`, 1, backoffMs))).size).toBeGreaterThan(
      20,
    );
  });
});

describe('limits', () => {
  test('the number of concurrent pushes is limited', async () => {
    const { url, pushes } = await pushEndpoint(() => 'hang');
    const { delivery, publish } = startDelivery({ endpoint: url, ackDeadlineMs: 60_000 });
    publish(30);
    await soon(() => pushes.length).toBe(20);
    expect(delivery.counters.delivered).toBe(20);
  });

  test('the oldest waiting messages are dropped with one warning', async () => {
    let busy = true;
    const { url, pushes } = await pushEndpoint(() => (busy ? 500 : 204));
    const { delivery, warn, publish, acknowledged } = startDelivery({
      ...{ endpoint: url, concurrency: 2, maxWaiting: 5 },
    });
    publish(10);
    expect(delivery.counters).toMatchObject({ published: 10, delivered: 2, dropped: 3 });
    expect(warn).toHaveBeenCalledOnce();
    busy = false;
    await soon(acknowledged).toBe(7);
    expect(sorted([...new Set(numbersOf(pushes))])).toEqual([0, 1, 5, 6, 7, 8, 9]);
  });
});
