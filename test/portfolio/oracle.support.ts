import { isSuspended } from '../../src/sandbox/reseller/records.ts';
import { renderCustomer, renderSubscription } from '../../src/sandbox/reseller/render.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** A row as a plain reading of the sandbox's own data gives it. */
export interface Expected {
  readonly id: string;
  readonly customerId: string;
  readonly text: string;
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
  readonly reasons: readonly string[];
}

const statuses = ['ACTIVE', 'SUSPENDED', 'CANCELLED', 'PENDING', 'BILLING_ACTIVATION_PENDING'];
const plans = ['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'FLEXIBLE', 'TRIAL', 'FREE'];
const reasons = [
  ...['PENDING_TOS_ACCEPTANCE', 'RENEWAL_WITH_TYPE_CANCEL', 'RESELLER_INITIATED'],
  ...['TRIAL_ENDED', 'OTHER'],
];

const known = (values: readonly string[], raw: string): string =>
  values.includes(raw) ? raw : 'UNRECOGNIZED';
const number = (text: string | undefined): number | null => (text ? Number(text) : null);

export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

/** Every subscription that the sandbox lists. */
export function expectedRows({ store, links }: Sandbox): Expected[] {
  const owned = [...store.reseller.customers()]
    .filter(({ managedBy }) => managedBy === 'us')
    .flatMap((customer) => {
      const bySku = Map.groupBy(customer.subscriptions, ({ skuId }) => skuId);
      // One that was replaced has ended or is older.
      return [...bySku.values()].flatMap((same) =>
        same
          .toSorted((a, b) => b.creationTime - a.creationTime)
          .slice(0, 1)
          .map((subscription) => ({ customer, subscription })),
      );
    });
  const billing = new Map(links.map((link) => [link.resellerCustomerId, link.billing]));
  return owned.map(({ customer, subscription }) => {
    const wire = renderSubscription(subscription);
    const shown = renderCustomer(customer);
    const key = billing.get(customer.customerId);
    const record = key && store.billing.customer(key.customerId);
    const account = record && store.billing.account(record.billingAccountId);
    const organization = shown.postalAddress?.organizationName ?? null;
    const seats = wire.seats?.numberOfSeats ?? wire.seats?.maximumNumberOfSeats ?? null;
    const licensed = wire.seats?.licensedNumberOfSeats ?? null;
    const raw = wire.plan?.planName;
    return {
      id: `${customer.customerId}/${subscription.skuId}`,
      customerId: customer.customerId,
      text: plain(
        [
          ...[wire.customerDomain, organization, account?.name, wire.skuName],
          ...[subscription.skuId, customer.customerId],
        ]
          .filter(Boolean)
          .join(' '),
      ),
      reasons: (wire.suspensionReasons ?? []).map((reason) => known(reasons, reason)),
      values: {
        status: known(statuses, wire.status ?? ''),
        rawStatus: wire.status ?? null,
        planName: raw ? known(plans, raw === 'ANNUAL' ? 'ANNUAL_MONTHLY_PAY' : raw) : null,
        skuId: subscription.skuId,
        countryCode: shown.postalAddress?.countryCode ?? account?.countryCode ?? null,
        renewsAt: number(wire.plan?.commitmentInterval?.endTime),
        trialEndsAt: wire.trialSettings?.isInTrial ? number(wire.trialSettings.trialEndTime) : null,
        createdAt: number(wire.creationTime),
        seats,
        licensedSeats: licensed,
        freeSeats: seats === null || licensed === null ? null : Math.max(0, seats - licensed),
        accountActive: account?.active ?? null,
        linked: key !== undefined,
        customerDomain: wire.customerDomain ?? null,
        organization: organization === null ? null : plain(organization),
        isSuspended: isSuspended(subscription),
      },
    };
  });
}

/** A filter of the API, as a plain object. */
export type Filter = Readonly<Record<string, unknown>>;

const listed = ['status', 'planName', 'skuId', 'countryCode'];
const flags = ['accountActive', 'linked'];

/** Whether a row matches, by the words of the documentation. */
export function matches(row: Expected, filter: Filter): boolean {
  return Object.entries(filter).every(([name, given]) => condition(row, name, given));
}

function condition(row: Expected, name: string, given: unknown): boolean {
  if (name === 'any') return filters(given).some((inner) => matches(row, inner));
  if (name === 'all') return filters(given).every((inner) => matches(row, inner));
  if (name === 'not') return !filters([given]).some((inner) => matches(row, inner));
  if (name === 'gone') return given === false;
  if (name === 'search') {
    const words = plain(String(given)).split(/\s+/);
    return words.every((word) => row.text.includes(word));
  }
  if (name === 'suspensionReasons') {
    return Array.isArray(given) && row.reasons.some((reason) => given.includes(reason));
  }
  const value = row.values[name] ?? null;
  if (listed.includes(name)) return value !== null && Array.isArray(given) && given.includes(value);
  if (flags.includes(name)) return value === given;
  return compared(row, name, given);
}

function compared(row: Expected, name: string, given: unknown): boolean {
  const [, property = '', side = ''] = /^(\w+?)(Before|After|AtLeast)$/.exec(name) ?? [];
  const field = { renews: 'renewsAt', trialEnds: 'trialEndsAt', created: 'createdAt' }[property];
  const value = row.values[field ?? property] ?? null;
  if (value === null) return false;
  const bound = typeof given === 'number' ? given : Date.parse(String(given));
  if (side === 'Before') return Number(value) < bound;
  return side === 'After' ? Number(value) > bound : Number(value) >= bound;
}

function filters(given: unknown): Filter[] {
  return Array.isArray(given) ? given : [];
}

const orderedBy: Readonly<Record<string, string>> = {
  CUSTOMER_DOMAIN: 'customerDomain',
  ORGANIZATION_NAME: 'organization',
  SKU_ID: 'skuId',
  STATUS: 'rawStatus',
  RENEWS_AT: 'renewsAt',
  TRIAL_ENDS_AT: 'trialEndsAt',
  CREATED_AT: 'createdAt',
  SEATS: 'seats',
  LICENSED_SEATS: 'licensedSeats',
  FREE_SEATS: 'freeSeats',
};
export const orderFields = Object.keys(orderedBy);

export interface Order {
  readonly field: string;
  readonly direction: string;
}

/** The rows in order: missing values last, and the id between equal values. */
export function sorted(rows: readonly Expected[], { field, direction }: Order): Expected[] {
  const sign = direction === 'ASC' ? 1 : -1;
  const orderKey = (row: Expected) => row.values[orderedBy[field] ?? ''] ?? null;
  return rows.toSorted((a, b) => {
    const [one, other] = [orderKey(a), orderKey(b)];
    if (one === null || other === null) {
      if (one !== other) return one === null ? 1 : -1;
      return sign * compareText(a.id, b.id);
    }
    const difference =
      typeof one === 'number' && typeof other === 'number'
        ? one - other
        : compareText(String(one), String(other));
    return sign * (difference || compareText(a.id, b.id));
  });
}

/** By the bytes of UTF-8. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
