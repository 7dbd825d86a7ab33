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

  test('continues when all requests are aborted, and serves the next one', async () => {
    const { index, calls, close } = indexOf(pagesOf(customers(4)), { pageSize: 2 });
    const open = close();
    const leaving = new AbortController();
    const left = index.find(key('C3'), scope(leaving.signal));
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    open();
    expect(await index.find(key('C3'), scope())).toEqual(customer('C3'));
    expect(calls).toHaveLength(2);
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
