import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPageToken, sealPageToken } from '../../src/sandbox/page-tokens.ts';
import { nextChangeAt } from '../../src/sandbox/reseller/lifecycle.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { restClient, testSandbox } from './sandbox.support.ts';

describe('page tokens', () => {
  test('are valid only for their own scope', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), fc.string(), fc.string(), (position, scope, other) => {
        const token = sealPageToken(scope, position);
        expect(token).toMatch(/^[\w-]{24}$/);
        expect(openPageToken(scope, token)).toBe(position);
        if (other !== scope) expect(openPageToken(other, token)).toBeUndefined();
      }),
    );
  });

  test('cannot be forged', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => openPageToken('s', text) === undefined),
    );
  });
});

describe('seed data', () => {
  test('is the same for the same seed and differs for another', async () => {
    const ids = async (seed: number) => {
      const { links } = await testSandbox({ seed: { seed } });
      return links.map(({ billing }) => billing.customerId);
    };
    const first = await ids(7);
    expect(await ids(7)).toEqual(first);
    expect(await ids(8)).not.toEqual(first);
  });

  test('links about 60 % of 300 customers, each to a customer in both APIs', async () => {
    const sandbox = await startSandbox();
    const { links, store, resellerId } = sandbox;
    await sandbox.close();
    expect(store.billing.customersOf(resellerId)).toHaveLength(300);
    expect(links.length).toBeGreaterThan(150);
    expect(links.length).toBeLessThan(210);
    for (const { billing, resellerCustomerId } of links) {
      expect(billing.resellerId).toBe(resellerId);
      const ours = store.billing.customer(billing.customerId);
      const account = store.billing.account(ours?.billingAccountId ?? '');
      const theirs = store.reseller.customer(resellerCustomerId);
      expect(theirs?.postalAddress?.organizationName).toBe(account?.name);
    }
  });

  test('has no due changes and unique .example domains, except for teams', async () => {
    const { store, clock } = await testSandbox({ seed: { customers: 900 } });
    const customers = [...store.reseller.customers()];
    const due = customers.flatMap(({ subscriptions }) => subscriptions.map(nextChangeAt));
    expect(Math.min(...due)).toBeGreaterThan(clock.now());
    const domains = customers.map(({ customerDomain }) => customerDomain);
    expect(domains.filter((domain) => !domain.endsWith('.example'))).toEqual([]);
    expect(domains.length - new Set(domains).size).toBe(1);
  });
});

test('a port in use is an error and does not affect the running sandbox', async () => {
  const first = await testSandbox();
  const resellerPort = Number(new URL(first.resellerUrl).port);
  await expect(startSandbox({ resellerPort })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect((await restClient(first)('GET', 'customers/flexible.example')).status).toBe(200);
});
