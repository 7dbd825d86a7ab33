import { describe, expect, test } from 'vitest';
import { CustomerIndex } from '../../src/services/customer-index.ts';
import {
  customer,
  customers,
  indexOf,
  interval,
  key,
  type List,
  pagesOf,
  scope,
} from './indexed.support.ts';

describe('a sweep', () => {
  test('continues when the request that started it is aborted', async () => {
    const { index, calls, close } = indexOf(pagesOf(customers(4)), { pageSize: 2 });
    const open = close();
    const leaving = new AbortController();
    const left = index.find(key('C3'), scope(leaving.signal));
    const staying = index.find(key('C3'), scope());
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    open();
    expect(await staying).toEqual(customer('C3'));
    expect(calls).toHaveLength(2);
    expect(calls.every(({ call }) => !call.signal.aborted)).toBe(true);
  });

  test('is cancelled when its last request is aborted, and the next request starts another', async () => {
    const { index, calls, close } = indexOf(pagesOf(customers(4)), { pageSize: 2 });
    const open = close();
    const leaving = new AbortController();
    const left = Promise.allSettled([
      index.find(key('C3'), scope(leaving.signal)),
      index.find(key('C2'), scope(leaving.signal)),
    ]);
    leaving.abort(new Error('left'));
    expect(await left).toMatchObject(Array(2).fill({ reason: { message: 'left' } }));
    expect(calls[0]?.call.signal.aborted).toBe(true);
    open();
    expect(await index.find(key('C3'), scope())).toEqual(customer('C3'));
    // One page of the cancelled sweep, and two of the next.
    expect(calls).toHaveLength(3);
  });

  test('rejects all waiting requests when it fails, and the next request sweeps again', async () => {
    const outage = new Error('down');
    const answers: (List | Error)[] = [
      (resellerId, { token }) => ({ items: [customer('C0', resellerId)], nextToken: token ?? 'a' }),
      outage,
    ];
    const { index, calls } = indexOf((...args) => {
      const answer = answers.shift() ?? pagesOf(customers(4));
      if (answer instanceof Error) throw answer;
      return answer(...args);
    });
    const results = await Promise.allSettled([
      index.find(key('C3'), scope()),
      index.find(key('C2'), scope()),
    ]);
    expect(results).toMatchObject([{ reason: outage }, { reason: outage }]);
    expect(calls).toHaveLength(2);
    // Customers read before the failure stay cached.
    expect(await index.find(key('C0'), scope())).toEqual(customer('C0'));
    expect(calls).toHaveLength(2);
    expect(await index.find(key('C3'), scope())).toEqual(customer('C3'));
    expect(calls).toHaveLength(3);
  });

  test('is repeated after the list call throws synchronously', async () => {
    let calls = 0;
    const index = new CustomerIndex(
      () => {
        if (calls++ === 0) throw new Error('at once');
        return Promise.resolve({ items: [customer('C1')], nextToken: null });
      },
      { pageSize: 1, sweepIntervalMs: interval, resellers: 1 },
    );
    await expect(index.find(key('C1'), scope())).rejects.toThrow('at once');
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
  });

  test.each([
    ['the same page token', ['a', 'a']],
    ['a cycle of page tokens', ['a', 'b', 'c', 'a']],
  ])('fails when the backend returns %s', async (_, tokens) => {
    const { index, calls } = indexOf((_resellerId, { token }) => {
      const next = token === null ? 0 : (tokens.indexOf(token) + 1) % tokens.length;
      return { items: [], nextToken: tokens[next] ?? null };
    });
    await expect(index.find(key('C1'), scope())).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      service: 'billing',
      message: 'The backend returned the same page token twice.',
    });
    expect(calls).toHaveLength(tokens.length);
    // The same list would cost as many calls again.
    await expect(index.find(key('C2'), scope())).rejects.toThrow('the same page token twice');
    expect(calls).toHaveLength(tokens.length);
  });

  test('fails when the backend returns new page tokens forever', async () => {
    let pages = 0;
    const { index } = indexOf(() => ({ items: [], nextToken: `${pages++}` }));
    const error = { code: 'INTERNAL_SERVER_ERROR', service: 'billing' };
    await expect(index.find(key('C1'), scope())).rejects.toMatchObject(error);
    expect(pages).toBe(50);
  });

  test('runs for at most four resellers without known customers at once, and 100 wait', async () => {
    const { index, calls, close } = indexOf(pagesOf([]));
    const open = close();
    const found = Promise.allSettled(
      Array.from({ length: 150 }, (_, n) => index.find(key('C1', `made up ${n}`), scope())),
    );
    index.learn([customer('C0', 'R1')]);
    const known = index.find(key('C1', 'R1'), scope());
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toHaveLength(5);
    open();
    expect(await known).toBeNull();
    const refused = (await found).filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject(Array(50).fill({ reason: { code: 'UNAVAILABLE' } }));
  });

  test('continues after an empty page', async () => {
    const { index } = indexOf((resellerId, { token }) =>
      token === null
        ? { items: [], nextToken: 'a' }
        : { items: [customer('C1', resellerId)], nextToken: null },
    );
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
  });
});
