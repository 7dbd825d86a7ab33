import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { sharedTestGateway, startTestGateway } from '../support/gateway.ts';
import { dryRun, holderAt, type Result, send } from './dry-runs.support.ts';

const gateway = sharedTestGateway({ sandbox: { seed: { customers: 12 } } });

function codesOf({ warnings = [] }: Result): string[] {
  return warnings.map(({ code }) => code);
}

async function subscriptionAt(domain: string): Promise<string> {
  return (await holderAt(gateway().url, domain)).subscriptions[0] ?? '';
}

/** A billing customer without a link. */
function unlinkedId(): string | undefined {
  const { sandbox } = gateway();
  const linked = new Set(sandbox.links.map(({ billing }) => billing.customerId));
  const customers = sandbox.store.billing.customersOf(sandbox.resellerId);
  return customers.find(({ id }) => !linked.has(id))?.id;
}

describe('a dry run', () => {
  test('names the object, the field, both values and what follows', async () => {
    const subscription = await subscriptionAt('annual-monthly.example');
    const input = { subscription, seats: 24 };
    expect(await dryRun(gateway().url, 'changeSubscriptionSeats', input)).toEqual({
      __typename: 'DryRun',
      summary:
        'Changes the number of seats of Google Workspace Business Standard (1010020028) of annual-monthly.example.',
      changes: [
        {
          ...{ objectType: 'ResellerSubscription', objectId: subscription },
          ...{ path: ['seats', 'numberOfSeats'], before: 20, after: 24 },
          summary: 'The number of seats changes from 20 to 24.',
        },
      ],
      warnings: [
        {
          code: 'CONSEQUENCE',
          message: 'The seats cannot be reduced before the renewal of the annual plan.',
          path: null,
        },
      ],
    });
  });

  test('warns when nothing would change', async () => {
    const subscription = await subscriptionAt('annual-monthly.example');
    const input = { subscription, seats: 20 };
    const same = await dryRun(gateway().url, 'changeSubscriptionSeats', input);
    expect(same).toMatchObject({ __typename: 'DryRun', changes: [] });
    expect(codesOf(same)).toEqual(['NO_CHANGE']);
  });

  test('warns of what only Google decides, on the path of the input', async () => {
    const { customer } = await holderAt(gateway().url, 'empty-shelf.example');
    const order = { customer, action: 'BUY', seats: 5, skuId: '1019999999' };
    const input = { ...order, planNameRaw: 'WEEKLY', dealCode: 'SUMMER' };
    const { __typename, warnings = [] } = await dryRun(gateway().url, 'orderSubscription', input);
    expect(__typename).toBe('DryRun');
    const decided = warnings.filter(({ code }) => code === 'VENDOR_DECIDES');
    expect(decided.map(({ path }) => path?.join('.'))).toEqual([
      ...['input.skuId', 'input.planNameRaw', 'input.dealCode'],
    ]);
  });

  test('warns of a switch to fewer seats than assigned licences, which the sandbox refuses', async () => {
    const { customer } = await holderAt(gateway().url, 'annual-monthly.example');
    const input = {
      ...{ customer, action: 'SWITCH', sourceSkuId: '1010020028', skuId: '1010020025' },
      ...{ planName: 'ANNUAL_MONTHLY_PAY', seats: 11 },
    };
    const { warnings } = await dryRun(gateway().url, 'orderSubscription', input);
    expect(warnings).toContainEqual({
      code: 'VENDOR_DECIDES',
      message: '12 licences are assigned, more than the seats that are ordered.',
      path: ['input', 'seats'],
    });
    expect(await send(gateway().url, 'orderSubscription', input)).toMatchObject({
      __typename: 'ValidationError',
    });
  });

  test('of a suspension needs no confirmation, and asks for one', async () => {
    const { url, sandbox } = gateway();
    const { id } = sandbox.store.billing.customersOf(sandbox.resellerId)[0] ?? {};
    const customer = encodeGlobalId('Customer', 'b', sandbox.resellerId, id ?? '');
    const planned = await dryRun(url, 'suspendCustomer', { customer });
    expect(planned.__typename).toBe('DryRun');
    expect(planned.warnings).toContainEqual({
      code: 'CONFIRMATION_REQUIRED',
      message: 'The mutation requires confirm: true.',
      path: ['input', 'confirm'],
    });
    expect(await send(url, 'suspendCustomer', { customer })).toMatchObject({
      __typename: 'ValidationError',
    });
  });

  test('of a batch says which parts would fail', async () => {
    const { url } = gateway();
    const { customer } = await holderAt(url, 'fernweh-travel.example');
    const input = {
      ...{ customer, customerAuthToken: 'a1b2c3d4e5f60718' },
      subscriptions: [
        { skuId: '1010020028', planName: 'FLEXIBLE', seats: 50 },
        { skuId: '1010470001', planName: 'FLEXIBLE', seats: 50 },
        { skuId: '1010380001', planName: 'FLEXIBLE', seats: 50 },
      ],
    };
    const { warnings = [], summary } = await dryRun(url, 'transferSubscriptions', input);
    expect(summary).toBe('Transfers 3 subscriptions of fernweh-travel.example to this reseller.');
    const partly = warnings.filter(({ code }) => code === 'PARTLY_REFUSED');
    expect(partly).toMatchObject([
      { message: expect.stringContaining('OTHER'), path: ['input', 'subscriptions', '2'] },
    ]);
  });

  test('reports a link that another customer has as the conflict that it would be', async () => {
    const { url, sandbox } = gateway();
    const [link] = sandbox.links;
    if (!link) throw new Error('the seed has no links');
    const input = {
      billing: { customerId: unlinkedId() },
      resellerCustomer: { id: link.resellerCustomerId },
    };
    const [dry, real] = [
      await dryRun(url, 'linkCustomer', input),
      await send(url, 'linkCustomer', input),
    ];
    expect(dry).toEqual(real);
    expect(dry.__typename).toBe('ConflictError');
    const again = { ...input, billing: link.billing };
    expect(codesOf(await dryRun(url, 'linkCustomer', again))).toEqual(['NO_CHANGE']);
  });

  test('of an order with a link plans the link, too', async () => {
    const { url } = gateway();
    const customerId = unlinkedId();
    const postalAddress = {
      ...{ contactName: 'A', organizationName: 'A', postalCode: '20457', countryCode: 'DE' },
    };
    const input = {
      ...{ customerDomain: 'new.example', alternateEmail: 'a@b.example', postalAddress },
      billing: { customerId },
    };
    const { changes } = await dryRun(url, 'orderCustomer', input);
    expect(changes).toContainEqual(
      expect.objectContaining({ path: ['billing', 'customerId'], after: customerId }),
    );
  });
});

describe('a dry run with the idempotency key', () => {
  const first = { seats: 60, idempotencyKey: randomUUID() };

  test('of an earlier mutation says that its result is returned again', async () => {
    const { url } = gateway();
    const input = { subscription: await subscriptionAt('legacy-sku.example'), ...first };
    expect(await send(url, 'changeSubscriptionSeats', input)).toMatchObject({
      __typename: 'ChangeSubscriptionSeatsSuccess',
    });
    const again = await dryRun(url, 'changeSubscriptionSeats', input);
    expect(again).toMatchObject({ __typename: 'DryRun', changes: [] });
    expect(codesOf(again)).toEqual(['ALREADY_RECORDED']);
  });

  test('of a different mutation is the conflict that it would be', async () => {
    const { url } = gateway();
    const subscription = await subscriptionAt('legacy-sku.example');
    const input = { subscription, ...first, seats: 61 };
    const dry = await dryRun(url, 'changeSubscriptionSeats', input);
    expect(dry).toEqual(await send(url, 'changeSubscriptionSeats', input));
    expect(dry.__typename).toBe('ConflictError');
  });
});

describe('while a vendor is unavailable', () => {
  test('a dry run is refused as the mutation is', async () => {
    const { url, sandbox } = await startTestGateway({ env: { RESELLER_TIMEOUT_MS: '300' } });
    const subscription = (await holderAt(url, 'flexible.example')).subscriptions[0];
    sandbox.faults.add({ backend: 'reseller', effect: { type: 'http', status: 503 } });
    const dry = await dryRun(url, 'changeSubscriptionSeats', { subscription, seats: 30 });
    expect(dry.__typename).toBe('UnavailableError');
  });

  test('one of the other vendor works', async () => {
    const { url, sandbox } = await startTestGateway({ env: { BILLING_TIMEOUT_MS: '300' } });
    sandbox.faults.add({ backend: 'billing', effect: { type: 'close' } });
    const subscription = (await holderAt(url, 'flexible.example')).subscriptions[0];
    const dry = await dryRun(url, 'changeSubscriptionSeats', { subscription, seats: 30 });
    expect(dry.__typename).toBe('DryRun');
  });
});
