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
  test('goes on when the caller who began it leaves', async () => {
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

  test('goes on when everybody has left, and is there for who comes next', async () => {
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

  test('that fails fails for all who wait, and is tried again by the next', async () => {
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
    // What was seen before it failed is known.
    expect(await index.find(key('C0'), scope())).toEqual(customer('C0'));
    expect(calls).toHaveLength(2);
    expect(await index.find(key('C3'), scope())).toEqual(customer('C3'));
    expect(calls).toHaveLength(3);
  });

  test('that fails before it begins is tried again too', async () => {
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
    ['the same page again', ['a', 'a']],
    ['pages in a circle', ['a', 'b', 'c', 'a']],
  ])('ends when the backend gives %s', async (_, tokens) => {
    const { index, calls } = indexOf((_resellerId, { token }) => {
      const next = token === null ? 0 : (tokens.indexOf(token) + 1) % tokens.length;
      return { items: [], nextToken: tokens[next] ?? null };
    });
    await expect(index.find(key('C1'), scope())).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      service: 'billing',
      message: 'The backend gave the same page token twice.',
    });
    expect(calls).toHaveLength(tokens.length);
  });

  test('goes on behind an empty page', async () => {
    const { index } = indexOf((resellerId, { token }) =>
      token === null
        ? { items: [], nextToken: 'a' }
        : { items: [customer('C1', resellerId)], nextToken: null },
    );
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
  });
});
