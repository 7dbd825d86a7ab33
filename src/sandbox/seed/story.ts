import type { BillingStore } from '../billing/store.ts';
import type { ScheduledChange } from '../changes/changes.ts';
import { commitmentFrom, dayMs } from '../reseller/lifecycle.ts';
import { type CustomerRecord, isAnnual } from '../reseller/records.ts';
import type { NewCustomer, NewSubscription } from '../reseller/store.ts';
import {
  addCustomer,
  addSubscription,
  addTransferable,
  type Link,
  type SeedContext,
} from './builders.ts';

/** Data that a team writes to rehearse its own cases. Times are relative to the start. */
export interface Story {
  readonly customers: readonly StoryCustomer[];
  /** Changes that no client requests. */
  readonly changes?: readonly ScheduledChange[] | undefined;
}

export interface StoryCustomer {
  readonly name: string;
  /** Required for a Workspace customer. */
  readonly domain?: string | undefined;
  readonly billing?: StoryBilling | undefined;
  readonly workspace?: StoryWorkspace | undefined;
  /** Whether the gateway links the two sides at its start; true by default. */
  readonly linked?: boolean | undefined;
}

interface StoryBilling {
  readonly customerId?: string | undefined;
  readonly currency?: string | undefined;
  readonly countryCode?: string | undefined;
  readonly active?: boolean | undefined;
}

interface StoryWorkspace {
  readonly customerId?: string | undefined;
  readonly type?: 'domain' | 'team' | undefined;
  readonly alternateEmail?: string | undefined;
  readonly primaryEmail?: string | undefined;
  readonly phoneNumber?: string | undefined;
  readonly countryCode?: string | undefined;
  readonly managedBy?: CustomerRecord['managedBy'] | undefined;
  readonly transferToken?: string | undefined;
  readonly termsAccepted?: boolean | undefined;
  readonly subscriptions?: readonly StorySubscription[] | undefined;
}

interface StorySubscription {
  readonly skuId: string;
  readonly plan: string;
  readonly seats: number;
  readonly licensedSeats?: number | undefined;
  readonly createdDaysAgo?: number | undefined;
  readonly renewalType?: string | undefined;
  readonly renewsInDays?: number | undefined;
  /** In the past for a trial that has ended. */
  readonly trialEndsInDays?: number | undefined;
  readonly suspensionReasons?: readonly string[] | undefined;
  readonly suspendedDaysAgo?: number | undefined;
  readonly purchaseOrderId?: string | undefined;
  /** Whether it is managed by others and can be transferred to this reseller. */
  readonly transferable?: boolean | undefined;
}

const tokenDays = 30;
const yearDays = 365;

/** Fills both stores and returns the customers that exist in both. */
export function seedStory(
  story: Story,
  context: SeedContext,
  billing: BillingStore,
  resellerId: string,
): readonly Link[] {
  return story.customers.flatMap((customer) => {
    const customerId = customer.billing && addBilling(customer, context, billing, resellerId);
    const reseller = customer.workspace && addWorkspace(customer, customer.workspace, context);
    if (customerId === undefined || reseller === undefined || customer.linked === false) return [];
    return [{ billing: { resellerId, customerId }, resellerCustomerId: reseller.customerId }];
  });
}

function addBilling(
  { name, billing: given = {} }: StoryCustomer,
  { now }: SeedContext,
  billing: BillingStore,
  resellerId: string,
): string {
  const id = given.customerId ?? billing.newId('cus');
  const billingAccountId = billing.newId('dn2');
  billing.addCustomer(
    { id, resellerId, billingAccountId },
    {
      ...{ id: billingAccountId, name, createdAt: now - yearDays * dayMs, balance: '0' },
      currency: given.currency ?? 'USD',
      countryCode: given.countryCode ?? 'DE',
      active: given.active ?? true,
    },
  );
  return id;
}

function addWorkspace(
  { name, domain = '' }: StoryCustomer,
  given: StoryWorkspace,
  context: SeedContext,
): CustomerRecord {
  const { now } = context;
  const customer = addCustomer(context, { name, domain }, specialOf(given, now));
  if (given.countryCode !== undefined) {
    customer.postalAddress = { ...customer.postalAddress, countryCode: given.countryCode };
  }
  for (const subscription of given.subscriptions ?? []) {
    const add = subscription.transferable === true ? addTransferable : addSubscription;
    add(context, customer, subscription.skuId, subscription.plan, fieldsOf(subscription, now));
  }
  return customer;
}

function specialOf(given: StoryWorkspace, now: number): Partial<NewCustomer> {
  const token = given.transferToken;
  return {
    customerType: given.type ?? 'domain',
    ...(given.customerId === undefined ? {} : { customerId: given.customerId }),
    ...(given.alternateEmail === undefined ? {} : { alternateEmail: given.alternateEmail }),
    ...(given.phoneNumber === undefined ? {} : { phoneNumber: given.phoneNumber }),
    primaryEmail: given.primaryEmail,
    managedBy: given.managedBy ?? 'us',
    ...(given.termsAccepted === false ? { termsAcceptedAt: Number.POSITIVE_INFINITY } : {}),
    transferToken:
      token === undefined ? undefined : { value: token, expiresAt: now + tokenDays * dayMs },
  };
}

function fieldsOf(given: StorySubscription, now: number): Partial<NewSubscription> {
  const { plan, seats, trialEndsInDays, suspensionReasons = [] } = given;
  const annual = isAnnual(plan);
  const renewsAt = now + (given.renewsInDays ?? yearDays / 2) * dayMs;
  const inTrial = trialEndsInDays !== undefined && trialEndsInDays > 0;
  return {
    creationTime: now - (given.createdDaysAgo ?? yearDays) * dayMs,
    seats: {
      numberOfSeats: annual ? seats : undefined,
      maximumNumberOfSeats: annual ? undefined : seats,
      licensedNumberOfSeats: given.licensedSeats ?? 0,
    },
    ...(annual ? { commitment: inTrial ? undefined : commitmentUntil(renewsAt) } : {}),
    ...(trialEndsInDays === undefined
      ? {}
      : { trial: { endTime: now + trialEndsInDays * dayMs, running: inTrial } }),
    ...(given.renewalType === undefined ? {} : { renewalType: given.renewalType }),
    purchaseOrderId: given.purchaseOrderId,
    suspensions: [...suspensionReasons],
    suspendedAt:
      suspensionReasons.length === 0 ? undefined : now - (given.suspendedDaysAgo ?? 1) * dayMs,
  };
}

/** The commitment of one year that ends at this time. */
function commitmentUntil(endTime: number): NewSubscription['commitment'] {
  const start = new Date(endTime);
  start.setUTCFullYear(start.getUTCFullYear() - 1);
  return { ...commitmentFrom(start.getTime()), endTime };
}
