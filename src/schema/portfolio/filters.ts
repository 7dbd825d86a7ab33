import type { Customer } from '../../domain/customer.ts';
import { badInput } from '../../domain/error.ts';
import {
  EVERYTHING,
  type NumberProperty,
  type PortfolioCondition,
  type PortfolioFilter,
  type TextProperty,
} from '../../domain/portfolio-filter.ts';
import { searchWords } from '../../domain/search-text.ts';
import type { CustomerService } from '../../services/customers.ts';
import { customerOfId } from '../customer/customer.ts';
import { UNRECOGNIZED } from '../open-enum.ts';
import {
  planName,
  subscriptionStatus,
  suspensionReason,
} from '../subscription/subscription-parts.ts';
import type { CustomerFilterInput, SubscriptionFilterInput } from './filter-inputs.ts';

const MAX_LEVELS = 5;
const MAX_CONDITIONS = 50;
/** The words of one search; each is a lookup. */
const MAX_WORDS = 20;

type FilterInput = CustomerFilterInput & SubscriptionFilterInput;
type Maybe<T> = T | null | undefined;

/**
 * The filter of an argument.
 * @throws GatewayError BAD_USER_INPUT when it has too many levels or conditions, or an id is invalid
 */
export async function filterOf(
  input: Maybe<FilterInput>,
  customers: CustomerService,
): Promise<PortfolioFilter> {
  return input ? new FilterReader(customers).read(input, 1) : EVERYTHING;
}

class FilterReader {
  readonly #customers: CustomerService;
  #conditions = 0;

  constructor(customers: CustomerService) {
    this.#customers = customers;
  }

  async read(input: FilterInput, level: number): Promise<PortfolioFilter> {
    if (level > MAX_LEVELS) {
      throw badInput(`filter must have at most ${MAX_LEVELS} levels of any, all and not.`);
    }
    const { any, all, not, customer } = input;
    const conditions = [...textConditions(input), ...otherConditions(input)];
    if (customer != null) conditions.push(await this.#ofCustomer(customer));
    this.#conditions += conditions.length;
    if (this.#conditions > MAX_CONDITIONS) {
      throw badInput(`filter must have at most ${MAX_CONDITIONS} conditions.`);
    }
    const inner = async (filters: readonly FilterInput[]): Promise<PortfolioFilter[]> => {
      const read: PortfolioFilter[] = [];
      for (const filter of filters) read.push(await this.read(filter, level + 1));
      return read;
    };
    return {
      type: 'and',
      of: [
        ...conditions.map((condition): PortfolioFilter => ({ type: 'is', condition })),
        ...(any ? [{ type: 'or', of: await inner(any) } as const] : []),
        ...(all ? [{ type: 'and', of: await inner(all) } as const] : []),
        ...(not ? [{ type: 'not', of: await this.read(not, level + 1) } as const] : []),
      ],
    };
  }

  /** Both ids of a linked customer. */
  async #ofCustomer(id: string): Promise<PortfolioCondition> {
    const given = customerOfId(id);
    const [billing, resellerCustomerId] = await Promise.all([
      this.#customers.billingKey(given),
      this.#customers.resellerCustomerId(given),
    ]);
    const customer: Customer = { billing, resellerCustomerId };
    return { type: 'customer', customer };
  }
}

function textConditions(input: FilterInput): PortfolioCondition[] {
  const { search, status, suspensionReasons } = input;
  const found: PortfolioCondition[] = [];
  if (search != null) found.push({ type: 'search', words: wordsOf(search) });
  if (status) {
    const { values, otherThan } = chosen(status, subscriptionStatus.known);
    const orMissing = otherThan !== null;
    found.push({ type: 'oneOf', property: 'status', values, otherThan, orMissing });
  }
  if (suspensionReasons) {
    found.push({ type: 'reasons', ...chosen(suspensionReasons, suspensionReason.known) });
  }
  if (input.planName) {
    const { values, otherThan } = chosen(input.planName, planName.known);
    found.push({
      ...{ type: 'oneOf', property: 'planName', orMissing: false },
      values: values.flatMap(rawPlans),
      otherThan: otherThan?.flatMap(rawPlans) ?? null,
    });
  }
  const texts = [
    ['skuId', input.skuId],
    ['productId', input.productId],
    ['countryCode', input.countryCode],
  ] as const satisfies readonly (readonly [TextProperty, Maybe<string[]>])[];
  for (const [property, values] of texts) {
    if (!values) continue;
    found.push({ type: 'oneOf', property, values, otherThan: null, orMissing: false });
  }
  return found;
}

function otherConditions(input: FilterInput): PortfolioCondition[] {
  const found: PortfolioCondition[] = [];
  const compare = (property: NumberProperty, side: '<' | '>' | '>=', value: Maybe<number>) => {
    if (value != null) found.push({ type: 'compare', property, side, value });
  };
  compare('renewsAt', '<', input.renewsBefore?.getTime());
  compare('renewsAt', '>', input.renewsAfter?.getTime());
  compare('trialEndsAt', '<', input.trialEndsBefore?.getTime());
  compare('createdAt', '>', input.createdAfter?.getTime());
  compare('freeSeats', '>=', input.freeSeatsAtLeast);
  for (const property of ['accountActive', 'linked', 'gone'] as const) {
    const value = input[property];
    if (value != null) found.push({ type: 'flag', property, value });
  }
  return found;
}

/** @throws GatewayError BAD_USER_INPUT when there are too many words */
function wordsOf(search: string): readonly string[] {
  const words = searchWords(search);
  if (words.length <= MAX_WORDS) return words;
  throw badInput(`search must have at most ${MAX_WORDS} words.`);
}

/** UNRECOGNIZED stands for every value that is not known. */
function chosen(values: readonly string[], known: readonly string[]) {
  return {
    values: values.filter((value) => value !== UNRECOGNIZED),
    otherThan: values.includes(UNRECOGNIZED) ? known : null,
  };
}

/** The reseller API returns this plan under another name. */
function rawPlans(plan: string): readonly string[] {
  return plan === 'ANNUAL_MONTHLY_PAY' ? ['ANNUAL', plan] : [plan];
}
