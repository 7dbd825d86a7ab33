import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { customer, customers, indexOf, interval, key, pagesOf, scope } from './indexed.support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('finding a customer', () => {
  test('sweeps once and answers later lookups from the cache', async () => {
    const { index, calls } = indexOf(pagesOf(customers(3)));
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
    expect(await index.find(key('C2'), scope())).toEqual(customer('C2'));
    expect(calls).toMatchObject([{ resellerId: 'R1', page: { token: null, size: 1000 } }]);
  });

  test('needs no sweep for a customer that was read elsewhere', async () => {
    const { index, calls } = indexOf(pagesOf([]));
    index.learn([customer('C1')]);
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
    expect(calls).toHaveLength(0);
  });

  test('returns the customer as it was last read', async () => {
    const { index } = indexOf(pagesOf([]));
    index.learn([customer('C1')]);
    index.learn([{ ...customer('C1'), billingAccountId: 'newer' }]);
    // An operation may return the customer without its account.
    index.learn([{ ...customer('C1'), billingAccountId: '' }]);
    expect(await index.find(key('C1'), scope())).toMatchObject({ billingAccountId: 'newer' });
  });

  test('returns a customer without an account', async () => {
    const { index } = indexOf(pagesOf([{ ...customer('C1'), billingAccountId: '' }]));
    expect(await index.find(key('C1'), scope())).toMatchObject({ billingAccountId: '' });
  });

  test('does not find a customer under another reseller', async () => {
    const { index, calls } = indexOf((resellerId) => ({
      items: resellerId === 'R1' ? [customer('C1')] : [],
      nextToken: null,
    }));
    expect(await index.find(key('C1', 'R1'), scope())).not.toBeNull();
    expect(await index.find(key('C1', 'R2'), scope())).toBeNull();
    expect(calls.map(({ resellerId }) => resellerId)).toEqual(['R1', 'R2']);
  });

  test('finds one of 20,000 customers with 20 calls', async () => {
    const { index, calls } = indexOf(pagesOf(customers(20_000)));
    expect(await index.find(key('C19999'), scope())).toEqual(customer('C19999'));
    expect(calls).toHaveLength(20);
    expect(await index.find(key('C0'), scope())).toEqual(customer('C0'));
    expect(calls).toHaveLength(20);
  });
});

describe('a miss', () => {
  test('shares its sweep with concurrent misses', async () => {
    const { index, calls, close } = indexOf(pagesOf(customers(5)), { pageSize: 2 });
    const open = close();
    const found = ['C4', 'C0', 'C9', 'C2'].map((id) => index.find(key(id), scope()));
    open();
    expect(await Promise.all(found)).toEqual([
      customer('C4'),
      customer('C0'),
      null,
      customer('C2'),
    ]);
    expect(calls.map(({ page }) => page.token)).toEqual([null, '2', '4']);
  });

  test('sweeps at most once per interval', async () => {
    const { index, calls } = indexOf(pagesOf(customers(1)));
    for (let n = 0; n < 50; n++) expect(await index.find(key(`X${n}`), scope())).toBeNull();
    expect(calls).toHaveLength(1);
    vi.advanceTimersByTime(interval - 1);
    await index.find(key('X'), scope());
    expect(calls).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await Promise.all([index.find(key('X'), scope()), index.find(key('Y'), scope())]);
    expect(calls).toHaveLength(2);
  });

  test('finds a customer created since the last sweep after the interval', async () => {
    const items = customers(1);
    const { index } = indexOf((...args) => pagesOf(items)(...args));
    expect(await index.find(key('C1'), scope())).toBeNull();
    items.push(customer('C1'));
    expect(await index.find(key('C1'), scope())).toBeNull();
    vi.advanceTimersByTime(interval);
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
  });

  test('sweeps every time when the interval is 0', async () => {
    const { index, calls } = indexOf(pagesOf([]), { sweepIntervalMs: 0 });
    await index.find(key('C1'), scope());
    await index.find(key('C1'), scope());
    expect(calls).toHaveLength(2);
  });
});

describe('the cache of resellers', () => {
  test('evicts the least recently used reseller', async () => {
    const { index, calls } = indexOf(pagesOf(customers(1)), { resellers: 2 });
    const find = (resellerId: string) => index.find(key('C0', resellerId), scope());
    for (const resellerId of ['R1', 'R2', 'R1', 'R3']) await find(resellerId);
    expect(calls).toHaveLength(3);
    await find('R1');
    await find('R3');
    expect(calls).toHaveLength(3);
    expect(await find('R2')).toEqual(customer('C0', 'R2'));
    expect(calls).toHaveLength(4);
  });

  test('completes the sweep of a reseller that is evicted meanwhile', async () => {
    const { index, close } = indexOf(pagesOf(customers(3)), { resellers: 1 });
    const open = close();
    const found = index.find(key('C2', 'R1'), scope());
    index.learn([customer('X', 'R2')]);
    open();
    expect(await found).toEqual(customer('C2', 'R1'));
  });
});
