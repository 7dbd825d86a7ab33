import type { BillingCustomerRecord, BillingStore } from '../billing/store.ts';
import { dayMs } from '../reseller/lifecycle.ts';
import type { CustomerRecord } from '../reseller/records.ts';
import type { PlanName } from '../reseller/skus.ts';
import { addCustomer, addSubscription, type SeedContext, suspended } from './builders.ts';
import { type Company, companyAt, domainOf } from './names.ts';
import { addSpecialCases } from './special-cases.ts';

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
}

export const defaultSeed: SeedOptions = {
  seed: 7,
  customers: 300,
  secondResellerCustomers: 12,
  resellerOnlyCustomers: 20,
  linkedShare: 0.6,
};

/** "Nordwind Cloud" and its competitor "Alpen Systems". */
export const mainResellerId = 'dn2nordwindcloud0000';
export const secondResellerId = 'dn2alpenreseller0000';

export interface Link {
  readonly billing: { readonly resellerId: string; readonly customerId: string };
  readonly resellerCustomerId: string;
}

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

const workspaceSkus = [
  '1010020027',
  '1010020028',
  '1010020025',
  '1010020026',
  '1010020020',
] as const;
const otherSkus = ['1010470001', '1010380001', '1010340001', 'Google-Chrome-Device-Management'];
const plans: readonly [PlanName, ...PlanName[]] = [
  'ANNUAL_MONTHLY_PAY',
  'ANNUAL_MONTHLY_PAY',
  'ANNUAL_YEARLY_PAY',
  'FLEXIBLE',
  'FLEXIBLE',
  'TRIAL',
];

/** Fills both stores and returns the customers that exist in both. */
export function seedStores(
  options: SeedOptions,
  context: SeedContext,
  billing: BillingStore,
): readonly Link[] {
  addReseller(context, billing, mainResellerId, 'Nordwind Cloud');
  addReseller(context, billing, secondResellerId, 'Alpen Systems');
  const links: Link[] = [];
  for (let index = 0; index < options.customers; index += 1) {
    const company = companyFor(index);
    const { id, resellerId } = addBillingCustomer(context, billing, mainResellerId, company.name);
    const linked = index < outcomeNames.length || context.random.chance(options.linkedShare);
    if (!linked) continue;
    const { customerId } = addWorkspaceCustomer(context, company);
    links.push({ billing: { resellerId, customerId: id }, resellerCustomerId: customerId });
  }
  const rest = options.customers;
  for (let index = 0; index < options.secondResellerCustomers; index += 1) {
    addBillingCustomer(context, billing, secondResellerId, companyFor(rest + index).name);
  }
  addSpecialCases(context);
  for (let index = 0; index < options.resellerOnlyCustomers; index += 1) {
    addWorkspaceCustomer(context, companyFor(rest + options.secondResellerCustomers + index));
  }
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

/** Adds one Workspace subscription and up to four others; about one in ten is suspended. */
function addWorkspaceCustomer(context: SeedContext, company: Company): CustomerRecord {
  const { random } = context;
  const customer = addCustomer(context, company);
  const others = Math.floor(random.next() ** 2 * (otherSkus.length + 1));
  for (const skuId of [random.pick(workspaceSkus), ...otherSkus.slice(0, others)]) {
    const planName = random.pick(plans);
    const reason = random.pick(['RESELLER_INITIATED', 'OTHER']);
    const paused = planName !== 'TRIAL' && random.chance(0.1);
    const state = paused ? suspended(context, [reason], random.int(1, 40)) : {};
    addSubscription(context, customer, skuId, planName, state);
  }
  return customer;
}
