import { describe, expect, test } from 'vitest';
import { changed, ended } from '../../../src/writes/reseller/change-verdicts.ts';
import type { ChangeRequest } from '../../../src/writes/reseller/requests.ts';
import { stateOf } from '../../../src/writes/reseller/snapshots.ts';
import type { Json } from './fake-reseller.support.ts';
import { subscription } from './subscriptions.support.ts';

const target = { customerId: 'C1', skuId: 'A', subscriptionId: null };
const byReseller = { status: 'SUSPENDED', suspensionReasons: ['RESELLER_INITIATED'] };
const byTerms = { status: 'SUSPENDED', suspensionReasons: ['PENDING_TOS_ACCEPTANCE'] };
const byBoth = {
  status: 'SUSPENDED',
  suspensionReasons: ['PENDING_TOS_ACCEPTANCE', 'RESELLER_INITIATED'],
};
const cancelled = { status: 'CANCELLED' };
const trial = { trialSettings: { isInTrial: true }, plan: { planName: 'TRIAL' } };
const paid = { trialSettings: { isInTrial: false } };
const annual = { plan: { planName: 'ANNUAL' }, seats: { numberOfSeats: 7 } };
const annual8 = { plan: { planName: 'ANNUAL' }, seats: { numberOfSeats: 8 } };
const yearly = { plan: { planName: 'ANNUAL_YEARLY_PAY' }, seats: { numberOfSeats: 7 } };
const renewal = (renewalType: string) => ({ renewalSettings: { renewalType } });

const activate: ChangeRequest = { mutation: 'activateSubscription', target };
const suspend: ChangeRequest = { mutation: 'suspendSubscription', target };
const startPaid: ChangeRequest = { mutation: 'startPaidService', target };
const plan = (planName: string, purchaseOrderId?: string): ChangeRequest => ({
  ...{ mutation: 'changeSubscriptionPlan', target },
  plan: { planName, seats: { numberOfSeats: 7 }, purchaseOrderId },
});
const seats = (total: number): ChangeRequest => ({
  ...{ mutation: 'changeSubscriptionSeats', target, seats: total },
});
const renew = (renewalType: string): ChangeRequest => ({
  ...{ mutation: 'changeSubscriptionRenewalSettings', target, renewalType },
});

describe('a change of a subscription', () => {
  const cases: readonly (readonly [string, ChangeRequest, Json, Json | null, string])[] = [
    ['activate: active', activate, byReseller, {}, 'done'],
    ['activate: still suspended', activate, byReseller, byReseller, 'absent'],
    ['activate: the terms remain', activate, byBoth, byTerms, 'done'],
    ['activate: suspended for the terms only', activate, byTerms, byTerms, 'absent'],
    ['activate: suspended for something else', activate, byReseller, byBoth, 'unclear'],
    ['activate: cancelled', activate, byReseller, cancelled, 'unclear'],
    ['activate: gone', activate, byReseller, null, 'unclear'],
    ['suspend: suspended by the reseller', suspend, {}, byReseller, 'done'],
    ['suspend: still active', suspend, {}, {}, 'absent'],
    ['suspend: suspended for the terms', suspend, {}, byTerms, 'unclear'],
    ['suspend: cancelled', suspend, {}, cancelled, 'unclear'],
    ['startPaidService: paid', startPaid, trial, paid, 'done'],
    ['startPaidService: still a trial', startPaid, trial, trial, 'absent'],
    [
      'startPaidService: the trial ended by itself',
      startPaid,
      trial,
      { ...paid, status: 'SUSPENDED', suspensionReasons: ['TRIAL_ENDED'] },
      'unclear',
    ],
    ['changePlan: shown as ANNUAL', plan('ANNUAL_MONTHLY_PAY'), {}, annual, 'done'],
    ['changePlan: the yearly one', plan('ANNUAL_YEARLY_PAY'), {}, yearly, 'done'],
    ['changePlan: still flexible', plan('ANNUAL_YEARLY_PAY'), {}, {}, 'absent'],
    ['changePlan: another annual plan', plan('ANNUAL_YEARLY_PAY'), {}, annual, 'unclear'],
    ['changePlan: other seats', plan('ANNUAL_MONTHLY_PAY'), {}, annual8, 'unclear'],
    [
      'changePlan: the same plan with the purchase order',
      plan('ANNUAL_MONTHLY_PAY', 'po'),
      annual,
      { ...annual, purchaseOrderId: 'po' },
      'done',
    ],
    [
      'changePlan: the same plan without the purchase order',
      plan('ANNUAL_MONTHLY_PAY', 'po'),
      annual,
      annual,
      'absent',
    ],
    ['changePlan: a trial that shows no plan', plan('ANNUAL_YEARLY_PAY'), trial, trial, 'unclear'],
    ['changeSeats: flexible', seats(12), {}, { seats: { maximumNumberOfSeats: 12 } }, 'done'],
    ['changeSeats: annual', seats(8), annual, annual8, 'done'],
    ['changeSeats: the old number', seats(12), annual, annual, 'absent'],
    ['changeSeats: another number', seats(12), annual, annual8, 'unclear'],
    [
      'changeSeats: the field of another plan',
      seats(12),
      {},
      { seats: { maximumNumberOfSeats: 10, numberOfSeats: 12 } },
      'absent',
    ],
    [
      'changeSeats: the old number in another state',
      seats(12),
      byTerms,
      { seats: { maximumNumberOfSeats: 10 } },
      'absent',
    ],
    ['renewal: the wanted one', renew('CANCEL'), renewal('AUTO_RENEW'), renewal('CANCEL'), 'done'],
    ['renewal: the old one', renew('CANCEL'), renewal('X'), renewal('X'), 'absent'],
    ['renewal: another one', renew('CANCEL'), renewal('X'), renewal('Y'), 'unclear'],
    [
      'renewal: AUTO_RENEW for a type that renews automatically',
      renew('AUTO_RENEW_YEARLY_PAY'),
      renewal('AUTO_RENEW'),
      renewal('AUTO_RENEW'),
      'unclear',
    ],
  ];
  test.each(cases)('%s', (_, request, before, after, expected) => {
    const state = stateOf(subscription('S1', before));
    const now = after && subscription('S2', after);
    const verdict = changed(request, state, now);
    expect(verdict).toEqual(
      expected === 'done' ? { type: 'done', answer: now } : { type: expected },
    );
  });
});

describe('the end of a subscription', () => {
  const cancel = 'cancelSubscription';
  const toDirect = 'transferSubscriptionToDirect';
  test.each([
    [cancel, 'gone', 'gone', 'done'],
    [cancel, 'cancelled', subscription('S1', cancelled), 'done'],
    [cancel, 'as before', subscription('S1'), 'absent'],
    [cancel, 'suspended since', subscription('S1', byReseller), 'unclear'],
    [cancel, 'forbidden', 'forbidden', 'unclear'],
    [cancel, 'ambiguous', 'ambiguous', 'unclear'],
    [toDirect, 'gone', 'gone', 'done'],
    [toDirect, 'forbidden', 'forbidden', 'done'],
    [toDirect, 'as before', subscription('S1'), 'absent'],
  ] as const)('%s: %s', (mutation, _, after, expected) => {
    expect(ended(mutation, stateOf(subscription('S1')), after).type).toBe(expected);
  });
});
