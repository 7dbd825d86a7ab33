import { describe, expect, test } from 'vitest';
import { createRandom, type Random } from '../../src/sandbox/random.ts';
import type { CustomerRecord } from '../../src/sandbox/reseller/records.ts';
import { findSku } from '../../src/sandbox/reseller/skus.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { startTestGateway, testClock } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { type Change, dryRun, type Result, send, valuesNow } from './dry-runs.support.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const STEPS = Number(process.env['DRY_RUN_STEPS'] ?? 100);
const SEED = Number(process.env['DRY_RUN_SEED'] ?? 7);

const plans = ['FLEXIBLE', 'ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'TRIAL', 'FREE'] as const;
const renewals = ['AUTO_RENEW_YEARLY_PAY', 'CANCEL', 'SWITCH_TO_PAY_AS_YOU_GO'] as const;
const skus = [
  ...(['1010020027', '1010020028', '1010020025', '1010020020', '1010060001'] as const),
  ...(['1010470001', '1010380001', 'Google-Vault', '1010010001', '1010050001'] as const),
] as const;
const seats = [1, 3, 5, 8, 10, 12, 20, 21, 40, 299, 300, 301] as const;

/** A random mutation of a customer that the sandbox has. */
function randomMutation(random: Random, { customerId, subscriptions }: CustomerRecord) {
  const customer = encodeGlobalId('Customer', 'r', customerId);
  const held = subscriptions[random.int(0, Math.max(0, subscriptions.length - 1))];
  const skuId = held?.skuId ?? random.pick(skus);
  const subscription = encodeGlobalId('ResellerSubscription', customerId, skuId);
  // Nothing is known about an SKU that the catalog does not have.
  const sourceSkuId = findSku(skuId) ? skuId : skus[0];
  const planName = random.pick(plans);
  const order = { customer, planName, skuId: random.pick(skus), seats: random.pick(seats) };
  return random.pick([
    ['activateSubscription', { subscription }],
    ['suspendSubscription', { subscription }],
    ['startPaidService', { subscription }],
    ['changeSubscriptionPlan', { subscription, planName }],
    ['changeSubscriptionPlan', { subscription, planName, seats: random.pick(seats) }],
    ['changeSubscriptionSeats', { subscription, seats: random.pick(seats) }],
    ['changeSubscriptionSeats', { subscription, seats: (presentSeats(held) ?? 0) + 1 }],
    ['changeSubscriptionRenewalSettings', { subscription, renewalType: random.pick(renewals) }],
    ['orderSubscription', { ...order, action: 'BUY' }],
    ['orderSubscription', { ...order, action: 'BUY' }],
    ['orderSubscription', { ...order, action: 'SWITCH', sourceSkuId }],
    ['cancelSubscription', { subscription }],
    ['transferSubscriptionToDirect', { subscription }],
    ['updateCustomer', { customer, alternateEmail: `it@${random.text(6)}.example` }],
  ] as const);
}

function presentSeats(held: CustomerRecord['subscriptions'][number] | undefined) {
  return held?.seats.numberOfSeats ?? held?.seats.maximumNumberOfSeats;
}

async function customerIdsOf(url: string): Promise<string[]> {
  const { data } = await request<{ subscriptions: { nodes: { customer: Held }[] } }, object>(
    url,
    '{ subscriptions(first: 200) { nodes { customer { reseller { customerId } } } } }',
  );
  const ids = data?.subscriptions.nodes.map(({ customer }) => customer.reseller.customerId) ?? [];
  return [...new Set(ids)];
}

interface Held {
  readonly reseller: { readonly customerId: string };
}

/** Whether the dry run says that nothing undocumented stands in the way. */
function isCertain({ warnings = [] }: Result): boolean {
  return !warnings.some(({ code }) => code === 'VENDOR_DECIDES');
}

describe('a dry run of a random mutation in a random state', () => {
  test('says what the sandbox then does', { timeout: 60_000 }, async () => {
    const clock = testClock();
    const { url, sandbox } = await startTestGateway({
      sandbox: { seed: { customers: 30 }, now: clock.now },
    });
    const random = createRandom(SEED);
    const ids = await customerIdsOf(url);
    const outcomes = { accepted: 0, refused: 0 };
    for (let step = 0; step < STEPS; step += 1) {
      if (random.chance(0.1)) clock.advance(random.int(1, 25) * DAY_MS);
      const customer = sandbox.store.reseller.customer(ids[random.int(0, ids.length - 1)] ?? '');
      if (!customer) throw new Error('the sandbox lost a customer');
      const [mutation, input] = randomMutation(random, customer);
      const dry = await dryRun(url, mutation, input);
      const real = await send(url, mutation, input);
      const where = JSON.stringify({ step, mutation, input, dry, real }, null, 1);
      const isRefused = real.code !== undefined;
      if (dry.__typename !== 'DryRun') {
        // Google does not document that an SKU can be held once; the sandbox checks that first.
        const isMasked = mutation === 'orderSubscription' && real.code === 'CONFLICT';
        // Of two faults of one input, the sandbox may name the other one: rules.test.ts compares paths.
        if (!isMasked) expect(real.__typename, where).toBe(dry.__typename);
        expect(isRefused, where).toBe(true);
        outcomes.refused += 1;
      } else if (isCertain(dry)) {
        expect(isRefused, where).toBe(false);
        outcomes.accepted += 1;
      }
      // The API of the sandbox hides some fields of this customer's subscription.
      const isHidden = customer.subscriptions.some(({ omittedFields }) => omittedFields.length > 0);
      if (!isRefused && !isHidden) await expectChanged(url, dry, where);
    }
    expect(outcomes.accepted).toBeGreaterThan(STEPS / 20);
    expect(outcomes.refused).toBeGreaterThan(STEPS / 4);
  });
});

async function expectChanged(url: string, { changes = [] }: Result, where: string): Promise<void> {
  const known = changes.filter((change: Change) => change.objectId !== null);
  expect(await valuesNow(url, known), where).toEqual(known.map(({ after }) => after));
}
