import { describe, expect, test } from 'vitest';
import { mainResellerId } from '../../src/sandbox/seed/seed.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { startTestGateway } from '../support/gateway.ts';
import type { CustomerBy } from '../support/gql/graphql.ts';
import { type GraphQLResult, request } from '../support/request.ts';
import { collect, connectSocket, subscribe } from '../support/websocket.ts';
import { create, creations, customerBy, linkedAs, linkPair, scene } from './linked.support.ts';

/** The whole answer, with no more than the id. */
function idBy(
  url: string,
  by: object,
): Promise<GraphQLResult<{ customer: { id: string } | null }>> {
  return request(url, 'query ($by: CustomerBy!) { customer(by: $by) { id } }', { by });
}

describe('a customer', () => {
  test('is found by every key of either side, linked or not', async () => {
    const { url, one, other } = await scene();
    const keysOf = ({ billing, resellerCustomerId, domain, ids }: typeof one) => ({
      billing: [{ billing }, { billing: { customerId: billing.customerId } }, { id: ids.billing }],
      reseller: [{ resellerCustomerId }, { domain }, { id: ids.reseller }],
    });
    for (const by of keysOf(one).billing) {
      expect(await customerBy(url, by)).toEqual({ ...linkedAs(one), reseller: null });
    }
    for (const by of keysOf(one).reseller) {
      const expected = { ...linkedAs(one), id: one.ids.reseller, billing: null };
      expect(await customerBy(url, by)).toEqual(expected);
    }
    await linkPair(url, other);
    for (const by of Object.values(keysOf(other)).flat()) {
      expect(await customerBy(url, by)).toEqual(linkedAs(other));
    }
  });

  test('is not looked for by a key that cannot be right', async () => {
    const { url, sandbox } = await startTestGateway();
    const wrong = [
      ...[{ domain: '' }, { resellerCustomerId: ' ' }, { billing: { customerId: '' } }],
      { billing: { resellerId: '', customerId: 'C' } },
      { billing: { customerId: 'c'.repeat(51) } },
      ...[{ id: '' }, { id: encodeGlobalId('Operation', 'O') }],
      { id: encodeGlobalId('Customer', 'b', 'only-the-reseller') },
      ...[{}, { domain: null }, { domain: 'flexible.example', resellerCustomerId: 'C0' }],
    ];
    for (const by of wrong) {
      const { data, errors } = await idBy(url, by);
      expect([by, data?.customer ?? null]).toEqual([by, null]);
      expect([by, errors]).toMatchObject([by, [{ extensions: { code: 'BAD_USER_INPUT' } }]]);
    }
    expect(sandbox.calls.counts()).toEqual({});
  });

  test.each([
    'linked',
    'not linked',
  ])('who renames its domain goes on by its id: %s', async (state) => {
    const { url, sandbox, one } = await scene();
    if (state === 'linked') await linkPair(url, one);
    const query = (by: CustomerBy) =>
      request<{ customer: object | null }, object>(
        url,
        `query ($by: CustomerBy!) { customer(by: $by) {
          id reseller { customerDomain } subscriptions { nodes { customerDomain } }
        } }`,
        { by },
      );
    const before = await query({ domain: one.domain });
    const id = state === 'linked' ? one.ids.billing : one.ids.reseller;
    expect(before.data?.customer).toMatchObject({ id, reseller: { customerDomain: one.domain } });
    const record = sandbox.store.reseller.customer(one.resellerCustomerId);
    if (!record) throw new Error('the seed has this customer');
    record.customerDomain = 'renamed.example';
    expect(await query({ domain: one.domain })).toEqual({ data: { customer: null } });
    const renamed = await query({ domain: 'renamed.example' });
    expect(renamed).toMatchObject({
      data: {
        customer: {
          id,
          reseller: { customerDomain: 'renamed.example' },
          subscriptions: { nodes: expect.arrayContaining([{ customerDomain: 'renamed.example' }]) },
        },
      },
    });
    for (const by of [
      { id },
      { id: one.ids.reseller },
      { resellerCustomerId: one.resellerCustomerId },
    ]) {
      expect(await query(by)).toEqual(renamed);
    }
  });

  test.each([
    'fernweh-travel.example',
    'direct-bakery.example',
  ])('of somebody else has three fields and no error: %s', async (domain) => {
    const { url, sandbox } = await startTestGateway();
    const customerId = sandbox.store.reseller.customersAt(domain)[0]?.customerId ?? '';
    const id = encodeGlobalId('Customer', 'r', customerId);
    for (const by of [{ domain }, { resellerCustomerId: customerId }, { id }]) {
      const result = await request<object, object>(
        url,
        `query ($by: CustomerBy!) { customer(by: $by) { id billing { customerId } reseller {
            customerId customerDomain customerType customerTypeRaw alternateEmail phoneNumber
            postalAddress { organizationName } primaryAdmin { primaryEmail }
            customerDomainVerified resourceUiUrl kind
          } } }`,
        { by },
      );
      const reseller = {
        ...{
          customerId,
          customerDomain: domain,
          customerType: 'DOMAIN',
          customerTypeRaw: 'domain',
        },
        ...{ alternateEmail: null, phoneNumber: null, postalAddress: null, primaryAdmin: null },
        ...{ customerDomainVerified: null, resourceUiUrl: null, kind: null },
      };
      expect(result).toEqual({ data: { customer: { id, billing: null, reseller } } });
    }
  });

  test('of several teams on one domain is found by its id only', async () => {
    const { url, sandbox } = await startTestGateway();
    const { data, errors } = await idBy(url, { domain: 'shared-studio.example' });
    expect(data).toEqual({ customer: null });
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', service: 'reseller' } }]);
    const teams = sandbox.store.reseller.customersAt('shared-studio.example');
    expect(teams).toHaveLength(2);
    for (const { customerId } of teams) {
      expect(await customerBy(url, { resellerCustomerId: customerId })).toMatchObject({
        reseller: { customerId },
      });
    }
  });
});

/** No second sweep within a test. */
const sweptOnce = { CUSTOMER_SWEEP_INTERVAL_MS: '60000' };

describe('a customer of billing', () => {
  test('among 20,000 costs one sweep of 20 calls, and all after it none', async () => {
    const { url, sandbox } = await startTestGateway({
      sandbox: { seed: { customers: 20_000, linkedShare: 0 } },
      env: sweptOnce,
    });
    const customers = sandbox.store.billing.customersOf(sandbox.resellerId);
    expect(customers).toHaveLength(20_000);
    for (const n of [19_999, 0, 10_000, 19_999]) {
      const customerId = customers[n]?.id ?? '';
      expect(await customerBy(url, { billing: { customerId } })).toMatchObject({
        billing: { customerId },
      });
      expect(sandbox.calls.counts()).toMatchObject({ 'CustomerService.List': 20 });
    }
  });

  test.each(creations)('that $mutation made is found without a sweep', async (creation) => {
    const { url, sandbox } = await startTestGateway({ env: sweptOnce });
    const started = await create(url, creation, {});
    // Nothing of the customer is asked for until then.
    const events = subscribe<object, { id: string | undefined }>(
      connectSocket(url),
      'subscription ($id: ID!) { operationUpdated(id: $id) { status } }',
      { id: started?.operation?.id },
    );
    expect((await collect(events)).at(-1)).toEqual({
      data: { operationUpdated: { status: 'SUCCEEDED' } },
    });
    const customerId = sandbox.store.billing.customersOf(sandbox.resellerId).at(-1)?.id ?? '';
    expect(await customerBy(url, { billing: { customerId } })).toMatchObject({
      billing: { customerId },
    });
    expect(sandbox.calls.count('CustomerService.List')).toBe(0);
  });

  test("that was made behind the gateway's back is found by one more sweep", async () => {
    const env = { CUSTOMER_SWEEP_INTERVAL_MS: '100' };
    const { url, sandbox } = await startTestGateway({ env });
    const { store, resellerId, calls } = sandbox;
    const [known] = store.billing.customersOf(resellerId);
    expect(await customerBy(url, { billing: { customerId: known?.id ?? '' } })).not.toBeNull();
    const account = store.billing.account(known?.billingAccountId ?? '');
    if (!account) throw new Error('every customer has an account');
    const [id, billingAccountId] = [store.billing.newId('cus'), store.billing.newId('dn2')];
    store.billing.addCustomer(
      { id, resellerId, billingAccountId },
      { ...account, id: billingAccountId },
    );
    const find = () => customerBy(url, { billing: { customerId: id } });
    await expect.poll(find, { interval: 10 }).toMatchObject({ billing: { customerId: id } });
    await find();
    expect(calls.count('CustomerService.List')).toBe(2);
  });
});

describe('lookups of ids that nobody has', () => {
  /** Looks for 20 of them in one request. */
  async function miss(url: string, n: number): Promise<void> {
    const ids = Array.from({ length: 20 }, (_, m) =>
      encodeGlobalId('Customer', 'b', mainResellerId, `nobody-${n}-${m}`),
    );
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const answer = await request<object, object>(url, query, { ids });
    expect(answer).toEqual({ data: { nodes: Array(20).fill(null) } });
  }

  test('1,000 at once, and 1,000 one after the other, cost one sweep while it is young', async () => {
    const { url, sandbox } = await startTestGateway({ env: sweptOnce });
    await Promise.all(Array.from({ length: 50 }, (_, n) => miss(url, n)));
    for (let n = 50; n < 100; n++) await miss(url, n);
    expect(sandbox.calls.counts()).toEqual({ 'CustomerService.List': 1 });
  });

  test('of a reseller that billing does not know are misses like others', async () => {
    const { url, sandbox } = await startTestGateway({ env: sweptOnce });
    const billing = { resellerId: 'nobody', customerId: 'C' };
    for (let n = 0; n < 10; n++) {
      expect(await idBy(url, { billing })).toEqual({ data: { customer: null } });
    }
    expect(sandbox.calls.counts()).toEqual({ 'CustomerService.List': 1 });
  });

  test('of many resellers do not push out who was found', async () => {
    const { url, sandbox, one } = await scene({ env: sweptOnce });
    const { billing } = one;
    expect(await customerBy(url, { billing })).not.toBeNull();
    for (const lot of [0, 1]) {
      const ids = Array.from({ length: 75 }, (_, n) =>
        encodeGlobalId('Customer', 'b', `nobody-${lot}-${n}`, 'C'),
      );
      await request(url, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    }
    expect(sandbox.calls.count('CustomerService.List')).toBe(1 + 150);
    sandbox.calls.reset();
    expect(await customerBy(url, { billing })).not.toBeNull();
    expect(sandbox.calls.counts()).toEqual({});
  });

  test('sweep again when the last sweep is old, and not sooner', async () => {
    const env = { CUSTOMER_SWEEP_INTERVAL_MS: '100' };
    const { url, sandbox } = await startTestGateway({ env });
    const beganAt = performance.now();
    for (let n = 0; sandbox.calls.count('CustomerService.List') < 4; n++) {
      await Promise.all([miss(url, 2 * n), miss(url, 2 * n + 1)]);
    }
    expect(performance.now() - beganAt).toBeGreaterThanOrEqual(3 * 100);
    expect(sandbox.calls.count('CustomerService.List')).toBe(4);
  });
});
