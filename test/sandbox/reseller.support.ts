import type { SubscriptionEvent } from '../../src/sandbox/reseller/events.ts';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { restClient, subscriptionPath, testSandbox } from './sandbox.support.ts';

export const standard = '1010020028';
export const plus = '1010020025';
export const starter = '1010020027';
export const gemini = '1010470001';

/** A sandbox with a REST client and the emitted events. */
export async function startReseller(options: SandboxOptions = {}) {
  const sandbox = await testSandbox(options);
  const events: SubscriptionEvent[] = [];
  sandbox.store.reseller.onChange((event) => events.push(event));
  const rest = restClient(sandbox);
  return {
    ...{ sandbox, rest, events, clock: sandbox.clock },
    types: () => events.map(({ event_type }) => event_type),
    path: (domain: string, skuId?: string) => subscriptionPath(rest, `${domain}.example`, skuId),
  };
}

/** The body of subscriptions.insert. */
export function flexible(skuId = standard, maximumNumberOfSeats = 10) {
  return { skuId, plan: { planName: 'FLEXIBLE' }, seats: { maximumNumberOfSeats } };
}

export function annual(skuId = standard, planName = 'ANNUAL_MONTHLY_PAY', numberOfSeats = 10) {
  return { skuId, plan: { planName }, seats: { numberOfSeats } };
}
