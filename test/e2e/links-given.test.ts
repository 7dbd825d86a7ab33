import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { startTestGateway, testClock } from '../support/gateway.ts';
import {
  CancelOperationDocument,
  OrderCustomerDocument,
  type OrderCustomerInput,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { testDirectory } from './gateway-process.support.ts';
import {
  bothSides,
  conflictAt,
  create,
  creations,
  customerBy,
  lastState,
  link,
  linkedAs,
  linkPair,
  type Pair,
  partedAs,
  scene,
  seed,
  unlink,
  watch,
} from './linked.support.ts';

describe.each(creations)('a link given on $mutation', (creation) => {
  const { sentAs } = creation;

  test('is made when the operation succeeds, and not before', async () => {
    const clock = testClock();
    const operations = { minMs: 60_000, maxMs: 60_000 };
    const { url, one, sandbox } = await scene({ sandbox: { now: clock.now, operations } });
    const started = await create(url, creation, { resellerCustomer: { domain: one.domain } });
    const fromReseller = () => customerBy(url, { domain: one.domain });
    const events = watch(url, started?.operation?.id);
    expect((await events.next()).value).toMatchObject({
      data: {
        operationUpdated: { status: 'RUNNING', customer: { billing: null, reseller: null } },
      },
    });
    expect(await fromReseller()).toMatchObject({ id: one.ids.reseller, billing: null });
    clock.advance(60_000);
    const seen: unknown[] = [];
    for await (const { data } of events) {
      if (data?.operationUpdated.status !== 'SUCCEEDED') continue;
      seen.push(data.operationUpdated.customer, await fromReseller());
    }
    const { resellerId } = one.billing;
    const customerId = sandbox.store.billing.customersOf(resellerId).at(-1)?.id ?? '';
    const linked = {
      id: encodeGlobalId('Customer', 'b', resellerId, customerId),
      billing: { customerId },
      reseller: { customerId: one.resellerCustomerId },
    };
    expect(seen).toEqual([linked, linked]);
  });

  test.each([
    'fail',
    'rollBack',
  ] as const)('is not made by an operation whose outcome is %s, and is free for the next', async (outcome) => {
    const { url, one, sandbox } = await scene({ sandbox: { operations: { outcome } } });
    const resellerCustomer = { id: one.resellerCustomerId };
    const started = await create(url, creation, { resellerCustomer });
    expect((await lastState(url, started?.operation?.id))?.status).toBe('FAILED');
    expect(await bothSides(url, one)).toEqual(partedAs(one));
    sandbox.operations.timing = { ...sandbox.operations.timing, outcome: 'succeed' };
    const again = await create(url, creation, { resellerCustomer });
    expect(await lastState(url, again?.operation?.id)).toMatchObject({
      status: 'SUCCEEDED',
      customer: { reseller: { customerId: one.resellerCustomerId } },
    });
  });

  test('is not made by an operation that is cancelled', async () => {
    const { url, one } = await scene({ sandbox: { operations: { outcome: 'never' } } });
    const started = await create(url, creation, { resellerCustomer: { domain: one.domain } });
    const operation = started?.operation?.id ?? '';
    const { data } = await request(url, CancelOperationDocument, { operation });
    expect(data?.cancelOperation).toHaveProperty('operation');
    expect((await lastState(url, operation))?.status).toBe('CANCELLED');
    expect(await bothSides(url, one)).toEqual(partedAs(one));
  });

  test('is refused when the partner is linked, with nothing sent; its key can be used later', async () => {
    const { url, one, sandbox } = await scene();
    await linkPair(url, one);
    const input = {
      resellerCustomer: { domain: one.domain },
      idempotencyKey: '8c5a7d3e-7a54-4d1e-9a51-0d7f4a2b9c21',
    };
    expect(await create(url, creation, input)).toEqual(conflictAt('reseller', one));
    expect(sandbox.calls.count(sentAs)).toBe(0);
    await unlink(url, one.ids.billing);
    const started = await create(url, creation, input);
    expect((await lastState(url, started?.operation?.id))?.status).toBe('SUCCEEDED');
    expect(await customerBy(url, { domain: one.domain })).toMatchObject({
      billing: expect.anything(),
    });
  });

  test('is given to one of several that want it at once', async () => {
    const { url, one } = await scene();
    const wanted = { resellerCustomer: { id: one.resellerCustomerId } };
    const all = await Promise.all(
      ['A', 'B', 'C'].map((name) => create(url, creation, { ...wanted, name })),
    );
    expect(all.filter((started) => started?.operation)).toHaveLength(1);
    expect(all.filter((started) => started?.code === 'CONFLICT')).toHaveLength(2);
  });

  test('is refused when nobody knows the partner, with nothing sent', async () => {
    const { url, sandbox } = await scene();
    const resellerCustomer = { domain: 'nobody-has-this.example' };
    expect(await create(url, creation, { resellerCustomer })).toMatchObject({
      __typename: 'NotFoundError',
    });
    expect(await create(url, creation, { resellerCustomer: { id: '' } })).toMatchObject({
      __typename: 'ValidationError',
    });
    expect(sandbox.calls.count(sentAs)).toBe(0);
  });

  test('is no conflict of the same mutation sent again; another link with its key is one', async () => {
    const { url, one, other, sandbox } = await scene();
    const input = {
      resellerCustomer: { domain: one.domain },
      idempotencyKey: '8c5a7d3e-7a54-4d1e-9a51-0d7f4a2b9c22',
    };
    const started = await create(url, creation, input);
    const id = started?.operation?.id;
    expect((await lastState(url, id))?.status).toBe('SUCCEEDED');
    const linked = await customerBy(url, { domain: one.domain });
    expect(linked?.billing).not.toBeNull();
    expect(await create(url, creation, input)).toMatchObject({
      operation: { id, status: 'SUCCEEDED' },
    });
    // The same customer, named otherwise.
    const byId = { ...input, resellerCustomer: { id: one.resellerCustomerId } };
    expect(await create(url, creation, byId)).toMatchObject({ operation: { id } });
    for (const resellerCustomer of [{ domain: other.domain }, null]) {
      expect(await create(url, creation, { ...input, resellerCustomer })).toMatchObject({
        __typename: 'ConflictError',
        message: 'This idempotency key was used for a different request; use a new key.',
      });
    }
    expect(sandbox.calls.count(sentAs)).toBe(1);
    expect(await customerBy(url, { domain: one.domain })).toEqual(linked);
  });
});

describe('a link given on orderCustomer', () => {
  const order = {
    customerDomain: 'byron.example',
    alternateEmail: 'ada@elsewhere.example',
    postalAddress: {
      ...{ contactName: 'Ada Byron', organizationName: 'Byron Engines' },
      ...{ postalCode: 'EC1A 1AA', countryCode: 'GB' },
    },
  };
  async function ordered(url: string, billing: OrderCustomerInput['billing']) {
    const input = { ...order, billing };
    const { data, errors } = await request(url, OrderCustomerDocument, { input });
    expect(errors).toBeUndefined();
    return data?.orderCustomer;
  }

  test('is made at once', async () => {
    const { url, one } = await scene();
    const { id, customerId } = { id: one.ids.billing, customerId: one.billing.customerId };
    expect(await ordered(url, { customerId })).toMatchObject({
      customer: { id, reseller: { customerDomain: order.customerDomain } },
    });
    const linked = await customerBy(url, { domain: order.customerDomain });
    expect(linked).toMatchObject({ id, billing: { customerId } });
    expect(await customerBy(url, { billing: one.billing })).toEqual(linked);
  });

  test.each([
    ['is linked', (one: Pair) => one.billing, (one: Pair) => conflictAt('billing', one)],
    ['is not known', () => ({ customerId: 'nobody' }), () => ({ __typename: 'NotFoundError' })],
    ['is not named', () => ({ customerId: '' }), () => ({ __typename: 'ValidationError' })],
  ])('is refused when the partner %s, with nothing ordered', async (_, billing, refusal) => {
    const { url, one, sandbox } = await scene();
    await linkPair(url, one);
    expect(await ordered(url, billing(one))).toMatchObject(refusal(one));
    expect(sandbox.calls.count('customers.insert')).toBe(0);
    expect(await customerBy(url, { domain: order.customerDomain })).toBeNull();
  });

  test('that somebody else makes meanwhile is told, and the order with its id', async () => {
    const { url, one, sandbox } = await scene();
    sandbox.faults.add({ method: 'customers.insert', latencyMs: 100 });
    const ordering = ordered(url, one.billing);
    await expect.poll(() => sandbox.calls.count('customers.insert')).toBe(1);
    await linkPair(url, one);
    const refusal = await ordering;
    const made = await customerBy(url, { domain: order.customerDomain });
    expect(made).toMatchObject({ billing: null });
    expect(refusal).toMatchObject({
      ...{ __typename: 'ConflictError', code: 'CONFLICT' },
      message: `The customer was ordered as ${made?.reseller?.customerId}, but could not be linked: link it with linkCustomer.`,
    });
  });
});

describe('on a file', () => {
  /** A scene, and the same gateway once more: on the same sandbox and the same file. */
  async function restartable() {
    const DATABASE_URL = `sqlite:${join(testDirectory(), 'g.db')}`;
    const { url, close, sandbox, one, other } = await scene({ env: { DATABASE_URL } });
    const env = {
      ...{ DATABASE_URL, BILLING_ENDPOINT: sandbox.billingAddress },
      RESELLER_ENDPOINT: sandbox.resellerUrl,
    };
    const restart = async () => {
      await close();
      // The sandbox of its own stays unused; having the same seed, it has the same links.
      return (await startTestGateway({ env, sandbox: { seed } })).url;
    };
    return { url, restart, sandbox, one, other };
  }

  test('links are kept over a restart', async () => {
    const { url, restart, one, sandbox } = await restartable();
    await linkPair(url, one);
    const again = await restart();
    expect(await bothSides(again, one)).toEqual([linkedAs(one), linkedAs(one)]);
    const [seeded] = sandbox.links;
    expect(await customerBy(again, { billing: seeded?.billing ?? one.billing })).toMatchObject({
      reseller: { customerId: seeded?.resellerCustomerId },
    });
  });

  test('a link of the sandbox that was changed meanwhile is left alone at the start', async () => {
    const { url, restart, sandbox, one, other } = await restartable();
    const [first, second] = sandbox.links;
    if (!first || !second) throw new Error('the seed has links');
    for (const { billing, resellerCustomerId } of [first, second]) {
      const { resellerId, customerId } = billing;
      const id = encodeGlobalId('Customer', 'b', resellerId, customerId);
      expect(await unlink(url, id)).toHaveProperty('customer');
      expect(await customerBy(url, { resellerCustomerId })).toMatchObject({ billing: null });
    }
    // Of the one the billing customer has another partner, of the other the reseller customer.
    await link(url, first.billing, { id: one.resellerCustomerId });
    await link(url, other.billing, { id: second.resellerCustomerId });
    const again = await restart();
    expect(await customerBy(again, { billing: first.billing })).toMatchObject({
      reseller: { customerId: one.resellerCustomerId },
    });
    expect(await customerBy(again, { resellerCustomerId: first.resellerCustomerId })).toMatchObject(
      { billing: null },
    );
    expect(
      await customerBy(again, { resellerCustomerId: second.resellerCustomerId }),
    ).toMatchObject({ billing: { customerId: other.billing.customerId } });
    expect(await customerBy(again, { billing: second.billing })).toMatchObject({ reseller: null });
  });
});
