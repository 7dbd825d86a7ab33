import { describe, expect, test } from 'vitest';
import { changeKindNames } from '../../src/sandbox/changes/kinds.ts';
import { startReseller } from './reseller.support.ts';
import { testSandbox } from './sandbox.support.ts';

const one = async (domain: string) => {
  const { sandbox, rest, types, clock } = await startReseller();
  const get = async () =>
    (await rest('GET', `subscriptions?customerId=${domain}.example`)).json?.subscriptions?.[0];
  const make = (kind: (typeof changeKindNames)[number], silent = false) =>
    sandbox.changes.make(kind, { customer: `${domain}.example`, silent });
  return { sandbox, rest, types, clock, get, make, before: await get() };
};

describe('a change outside of the APIs', () => {
  test('renews an annual commitment and announces it', async () => {
    const { make, get, types, clock, before } = await one('annual-monthly');
    expect(make('renewal')).toMatchObject({ kind: 'renewal', skuId: before.skuId });
    const { plan, seats } = await get();
    expect(Number(plan.commitmentInterval.startTime)).toBe(clock.now());
    expect(seats.numberOfSeats).toBe(before.seats.licensedNumberOfSeats);
    expect(types()).toEqual(['SUBSCRIPTION_RENEWED']);
  });

  test('adds seats, which only annual plans announce', async () => {
    const annual = await one('annual-monthly');
    annual.make('seats');
    expect((await annual.get()).seats.numberOfSeats).toBeGreaterThan(20);
    expect(annual.types()).toEqual(['COMMITMENT_CHANGED']);
    const flexible = await one('flexible');
    flexible.make('seats');
    expect((await flexible.get()).seats.maximumNumberOfSeats).toBeGreaterThan(25);
    expect(flexible.types()).toEqual([]);
  });

  test('suspends and reactivates', async () => {
    const { make, get, types } = await one('flexible');
    make('suspension');
    expect(await get()).toMatchObject({ status: 'SUSPENDED', suspensionReasons: ['OTHER'] });
    expect(make('suspension')).toBeNull();
    make('reactivation');
    expect((await get()).status).toBe('ACTIVE');
    expect(types()).toEqual(['SUBSCRIPTION_SUSPENDED', 'SUBSCRIPTION_SUSPENSION_REVOKED']);
  });

  test('assigns a licence, cancels, and renames the organisation', async () => {
    const { make, get, types, rest, before } = await one('flexible');
    make('licence');
    const { seats } = await get();
    expect(seats.licensedNumberOfSeats).toBe(before.seats.licensedNumberOfSeats + 1);
    make('contact');
    const { json } = await rest('GET', 'customers/flexible.example');
    expect(json.postalAddress.organizationName).toMatch(/^Renamed /);
    make('cancellation');
    expect(await get()).toBeUndefined();
    expect(types()).toEqual(['LICENSE_ASSIGNMENT_CHANGED', 'SUBSCRIPTION_CANCELLED']);
  });

  test('deactivates the billing account of a linked customer', async () => {
    const { sandbox } = await startReseller();
    const [link] = sandbox.links;
    if (!link) throw new Error('the seed has links');
    const account = () => {
      const customer = sandbox.store.billing.customer(link.billing.customerId);
      return sandbox.store.billing.account(customer?.billingAccountId ?? '')?.active;
    };
    const before = account();
    sandbox.changes.make('account', { customer: link.resellerCustomerId });
    expect(account()).toBe(!before);
  });

  test('can be silent', async () => {
    const { make, get, types } = await one('flexible');
    make('suspension', true);
    expect((await get()).status).toBe('SUSPENDED');
    expect(types()).toEqual([]);
    make('reactivation');
    expect(types()).toEqual(['SUBSCRIPTION_SUSPENSION_REVOKED']);
  });

  test('is null when the customer is unknown or the change is impossible', async () => {
    const { sandbox, make } = await one('suspended-other');
    expect(make('renewal')).toBeNull();
    expect(sandbox.changes.make('seats', { customer: 'nobody.example' })).toBeNull();
    expect(sandbox.changes.make('seats', { skuId: '1019990001' })).toBeNull();
  });

  test('of each kind happens to some subscription of the seed', async () => {
    const { sandbox } = await startReseller();
    for (const kind of changeKindNames) expect(sandbox.changes.make(kind)?.kind).toBe(kind);
  });
});

test('changes happen by themselves at the configured rate', async () => {
  const sandbox = await testSandbox({
    changes: { perMinute: 60_000, kinds: ['licence'], silentShare: 0.5 },
  });
  let announced = 0;
  await new Promise<void>((resolve) => {
    sandbox.store.reseller.onChange(({ event_type }) => {
      expect(event_type).toBe('LICENSE_ASSIGNMENT_CHANGED');
      announced += 1;
      if (announced === 20) resolve();
    });
  });
});

test('the changes of a story happen at their times', async () => {
  const change = { kind: 'suspension', customer: 'flexible.example' } as const;
  const sandbox = await testSandbox({
    seed: {
      story: {
        customers: [
          {
            ...{ name: 'Flexible', domain: 'flexible.example' },
            workspace: { subscriptions: [{ skuId: '1010020028', plan: 'FLEXIBLE', seats: 5 }] },
          },
        ],
        changes: [{ ...change, afterSeconds: 0.05 }],
      },
    },
  });
  const [customer] = sandbox.store.reseller.customersAt('flexible.example');
  await expect.poll(() => customer?.subscriptions[0]?.suspensions).toEqual(['OTHER']);
});
