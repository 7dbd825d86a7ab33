import type { BillingCustomerRecord, BillingStore } from '../billing/store.ts';
import { dayMs } from '../reseller/lifecycle.ts';
import type { Link, SeedContext } from './builders.ts';
import { type Company, companyAt, domainOf } from './names.ts';
import { addSpecialCases } from './special-cases.ts';
import { type Story, seedStory } from './story.ts';
import { Workspace } from './workspace.ts';

export interface SeedOptions {
  /** The same seed generates the same data. */
  readonly seed: number;
  /** Billing customers of the main reseller. */
  readonly customers: number;
  /** Billing customers of the second reseller. */
  readonly secondResellerCustomers: number;
  /** Reseller customers without a billing customer, in addition to the special cases. */
  readonly resellerOnlyCustomers: number;
  /** Share of the billing customers that are also reseller customers. */
  readonly linkedShare: number;
  /**
   * Subscriptions of the reseller; undefined for about two per customer. Every customer has at least
   * one, and the customers share the others evenly.
   */
  readonly subscriptions: number | undefined;
  /** Replaces all generated customers. */
  readonly story: Story | undefined;
}

export const defaultSeed: SeedOptions = {
  seed: 7,
  customers: 300,
  secondResellerCustomers: 12,
  resellerOnlyCustomers: 20,
  linkedShare: 0.6,
  subscriptions: undefined,
  story: undefined,
};

/** "Nordwind Cloud" and its competitor "Alpen Systems". */
export const mainResellerId = 'dn2nordwindcloud0000';
export const secondResellerId = 'dn2alpenreseller0000';

/** The first customers; their names determine the outcome of their operations. */
const outcomeNames = [
  'Nordlicht Bakery',
  'Always Fails Trading',
  'Rolls Back Logistics',
  'Slow Harbour Shipping',
  'Never Done Yard',
];

const markets = [
  { countryCode: 'DE', currency: 'USD' },
  { countryCode: 'NO', currency: 'USD' },
  { countryCode: 'KZ', currency: 'KZT' },
  { countryCode: 'RU', currency: 'RUB' },
] as const;

/** Fills both stores and returns the customers that exist in both. */
export function seedStores(
  options: SeedOptions,
  context: SeedContext,
  billing: BillingStore,
): readonly Link[] {
  addReseller(context, billing, mainResellerId, 'Nordwind Cloud');
  addReseller(context, billing, secondResellerId, 'Alpen Systems');
  if (options.story) return seedStory(options.story, context, billing, mainResellerId);
  const workspace = new Workspace(context, options.subscriptions);
  const links: Link[] = [];
  for (let index = 0; index < options.customers; index += 1) {
    const company = companyFor(index);
    const { id, resellerId } = addBillingCustomer(context, billing, mainResellerId, company.name);
    const linked = index < outcomeNames.length || context.random.chance(options.linkedShare);
    if (!linked) continue;
    const { customerId } = workspace.addCustomer(company);
    links.push({ billing: { resellerId, customerId: id }, resellerCustomerId: customerId });
  }
  const rest = options.customers;
  for (let index = 0; index < options.secondResellerCustomers; index += 1) {
    addBillingCustomer(context, billing, secondResellerId, companyFor(rest + index).name);
  }
  addSpecialCases(context);
  for (let index = 0; index < options.resellerOnlyCustomers; index += 1) {
    workspace.addCustomer(companyFor(rest + options.secondResellerCustomers + index));
  }
  workspace.fill();
  return links;
}

function companyFor(index: number): Company {
  const name = outcomeNames[index];
  return name === undefined ? companyAt(index) : { name: name, domain: domainOf(name) };
}

function addReseller(context: SeedContext, billing: BillingStore, id: string, name: string): void {
  billing.addReseller({
    ...{ id, name, countryCode: 'DE', currency: 'USD', active: true, balance: '125000.50' },
    createdAt: context.now - 1500 * dayMs,
  });
}

function addBillingCustomer(
  { random, now }: SeedContext,
  billing: BillingStore,
  resellerId: string,
  name: string,
): BillingCustomerRecord {
  const id = billing.newId('cus');
  const billingAccountId = billing.newId('dn2');
  return billing.addCustomer(
    { id, resellerId, billingAccountId },
    {
      ...{ id: billingAccountId, name, ...random.pick(markets), balance: '0' },
      createdAt: now - random.int(1, 1200) * dayMs,
      active: !random.chance(0.08),
    },
  );
}
