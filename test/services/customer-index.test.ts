import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallScope } from '../../src/backends/call.ts';
import type { BillingCustomer, BillingCustomerKey } from '../../src/domain/customer.ts';
import type { Page, PageRequest } from '../../src/domain/page.ts';
import { CustomerIndex, type CustomerIndexOptions } from '../../src/services/customer-index.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const interval = 10_000;

function scope(signal = new AbortController().signal): CallScope {
  return { signal, requestId: 'req-1' };
}

function key(customerId: string, resellerId = 'R1'): BillingCustomerKey {
  return { resellerId, customerId };
}

function customer(customerId: string, resellerId = 'R1'): BillingCustomer {
  return { resellerId, customerId, billingAccountId: `account-of-${customerId}` };
}

function customers(count: number): BillingCustomer[] {
  return Array.from({ length: count }, (_, n) => customer(`C${n}`));
}

type List = (resellerId: string, page: PageRequest, call: CallScope) => Page<BillingCustomer>;

/** Pages through `items`, each under the reseller that is asked for. */
function pagesOf(items: readonly BillingCustomer[]): List {
  return (resellerId, { token, size }) => {
    const start = Number(token ?? 0);
    const end = start + size;
    return {
      items: items.slice(start, end).map((item) => ({ ...item, resellerId })),
      nextToken: end < items.length ? String(end) : null,
    };
  };
}

/** An index over a list that is recorded, and held back while `gate` is not open. */
function indexOf(list: List, options: Partial<CustomerIndexOptions> = {}) {
  const calls: { resellerId: string; page: PageRequest; call: CallScope }[] = [];
  let gate: Promise<void> = Promise.resolve();
  const index = new CustomerIndex(
    async (resellerId, page, call) => {
      calls.push({ resellerId, page, call });
      if (calls.length > 100) throw new Error('this sweep has no end');
      await gate;
      return list(resellerId, page, call);
    },
    { pageSize: 1000, sweepIntervalMs: interval, resellers: 100, ...options },
  );
  const close = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { index, calls, close };
}

describe('a customer who is looked for', () => {
  test('is found by one sweep, and then without any', async () => {
    const { index, calls } = indexOf(pagesOf(customers(3)));
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
    expect(await index.find(key('C2'), scope())).toEqual(customer('C2'));
    expect(calls).toMatchObject([{ resellerId: 'R1', page: { token: null, size: 1000 } }]);
  });

  test('is found without a sweep when seen elsewhere before', async () => {
    const { index, calls } = indexOf(pagesOf([]));
    index.learn([customer('C1')]);
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
    expect(calls).toHaveLength(0);
  });

  test('is found with what was learned last', async () => {
    const { index } = indexOf(pagesOf([]));
    index.learn([customer('C1')]);
    index.learn([{ ...customer('C1'), billingAccountId: 'newer' }]);
    // An operation that does not say the account does not take it away.
    index.learn([{ ...customer('C1'), billingAccountId: '' }]);
    expect(await index.find(key('C1'), scope())).toMatchObject({ billingAccountId: 'newer' });
  });

  test('is found even without an account', async () => {
    const { index } = indexOf(pagesOf([{ ...customer('C1'), billingAccountId: '' }]));
    expect(await index.find(key('C1'), scope())).toMatchObject({ billingAccountId: '' });
  });

  test('of one reseller is not found under another', async () => {
    const { index, calls } = indexOf((resellerId) => ({
      items: resellerId === 'R1' ? [customer('C1')] : [],
      nextToken: null,
    }));
    expect(await index.find(key('C1', 'R1'), scope())).not.toBeNull();
    expect(await index.find(key('C1', 'R2'), scope())).toBeNull();
    expect(calls.map(({ resellerId }) => resellerId)).toEqual(['R1', 'R2']);
  });

  test('among 20,000 is found with 20 calls', async () => {
    const { index, calls } = indexOf(pagesOf(customers(20_000)));
    expect(await index.find(key('C19999'), scope())).toEqual(customer('C19999'));
    expect(calls).toHaveLength(20);
    expect(await index.find(key('C0'), scope())).toEqual(customer('C0'));
    expect(calls).toHaveLength(20);
  });
});

describe('misses', () => {
  test('that overlap share one sweep', async () => {
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

  test('cause one sweep per interval at most', async () => {
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

  test('of a customer made since are found by the next sweep', async () => {
    const items = customers(1);
    const { index } = indexOf((...args) => pagesOf(items)(...args));
    expect(await index.find(key('C1'), scope())).toBeNull();
    items.push(customer('C1'));
    expect(await index.find(key('C1'), scope())).toBeNull();
    vi.advanceTimersByTime(interval);
    expect(await index.find(key('C1'), scope())).toEqual(customer('C1'));
  });

  test('sweep every time when the interval is 0', async () => {
    const { index, calls } = indexOf(pagesOf([]), { sweepIntervalMs: 0 });
    await index.find(key('C1'), scope());
    await index.find(key('C1'), scope());
    expect(calls).toHaveLength(2);
  });
});

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

describe('resellers', () => {
  test('who were not looked at for longest are forgotten', async () => {
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

  test('who are forgotten while their sweep is under way are still found', async () => {
    const { index, close } = indexOf(pagesOf(customers(3)), { resellers: 1 });
    const open = close();
    const found = index.find(key('C2', 'R1'), scope());
    index.learn([customer('X', 'R2')]);
    open();
    expect(await found).toEqual(customer('C2', 'R1'));
  });
});
