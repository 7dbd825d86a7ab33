import { googleCatalog } from '../../domain/catalog/google-catalog.ts';
import type { CustomerRecord } from '../reseller/records.ts';
import { findSku, type PlanName } from '../reseller/skus.ts';
import { addCustomer, addSubscription, type SeedContext, suspended } from './builders.ts';
import type { Company } from './names.ts';

const editions = ['1010020027', '1010020028', '1010020025', '1010020026', '1010020020'] as const;
const usualOthers = ['1010470001', '1010380001', '1010340001', 'Google-Chrome-Device-Management'];

/** One SKU of every product that can be ordered beside a Workspace edition, and more of some. */
const allOthers = [
  ...usualOthers,
  ...googleCatalog.products
    .flatMap(({ skus }) => skus.filter(({ endsBy }) => endsBy === 'CANCEL'))
    .filter(({ id, plans }) => !usualOthers.includes(id) && !plans.includes('FREE'))
    // They would keep the reseller from suspending the customer's edition.
    .filter(({ id }) => findSku(id)?.addOn === false)
    .map(({ id }) => id),
];

const plans: readonly [PlanName, ...PlanName[]] = [
  'ANNUAL_MONTHLY_PAY',
  'ANNUAL_MONTHLY_PAY',
  'ANNUAL_YEARLY_PAY',
  'FLEXIBLE',
  'FLEXIBLE',
  'TRIAL',
];

/** Generates the reseller's usual customers with their subscriptions. */
export class Workspace {
  readonly #context: SeedContext;
  readonly #total: number | undefined;
  readonly #customers: CustomerRecord[] = [];

  /** `total` is the number of subscriptions in the end; undefined for about two per customer. */
  constructor(context: SeedContext, total: number | undefined) {
    this.#context = context;
    this.#total = total;
  }

  /** Adds a customer with a Workspace subscription and, without a total, up to four others. */
  addCustomer(company: Company): CustomerRecord {
    const { random } = this.#context;
    const customer = addCustomer(this.#context, company);
    this.#customers.push(customer);
    const others = Math.floor(random.next() ** 2 * (usualOthers.length + 1));
    const added = this.#total === undefined ? usualOthers.slice(0, others) : [];
    for (const skuId of [random.pick(editions), ...added]) this.#addSubscription(customer, skuId);
    return customer;
  }

  /** Adds one subscription after the other to every customer until the total is reached. */
  fill(): void {
    const { store } = this.#context;
    const total = Math.min(
      this.#total ?? 0,
      store.subscriptions().length + this.#customers.length * allOthers.length,
    );
    for (const skuId of allOthers) {
      for (const customer of this.#customers) {
        if (store.subscriptions().length >= total) return;
        this.#addSubscription(customer, skuId);
      }
    }
  }

  /** About one in ten is suspended. */
  #addSubscription(customer: CustomerRecord, skuId: string): void {
    const { random } = this.#context;
    const drawn = random.pick(plans);
    const planName = possiblePlan(customer, skuId, drawn);
    const reason = random.pick(['RESELLER_INITIATED', 'OTHER']);
    const paused = drawn !== 'TRIAL' && random.chance(0.1);
    const state = paused ? suspended(this.#context, [reason], random.int(1, 40)) : {};
    addSubscription(this.#context, customer, skuId, planName, state);
  }
}

/** The plan, or the SKU's first one when the customer cannot order it. */
function possiblePlan({ hadTrial }: CustomerRecord, skuId: string, planName: PlanName): PlanName {
  const { plans: possible = [planName] } = findSku(skuId) ?? {};
  const [first = planName] = possible;
  return possible.includes(planName) && !(planName === 'TRIAL' && hadTrial) ? planName : first;
}
