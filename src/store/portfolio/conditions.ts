import { type RawBuilder, sql } from 'kysely';
import type { PortfolioCondition, PortfolioFilter } from '../../domain/portfolio-filter.ts';
import { type FilterTarget, searchCondition } from './search-conditions.ts';

type Condition = RawBuilder<boolean>;
type Of<Type extends PortfolioCondition['type']> = Extract<
  PortfolioCondition,
  { readonly type: Type }
>;

const columns = {
  status: 'status',
  planName: 'plan_name',
  skuId: 'sku_id',
  productId: 'product_id',
  countryCode: 'country_code',
  renewsAt: 'renews_at',
  trialEndsAt: 'trial_ends_at',
  createdAt: 'created_at',
  observedAt: 'observed_at',
  freeSeats: 'free_seats',
  accountActive: 'account_active',
  linked: 'linked',
  gone: 'gone',
} as const;

/**
 * A filter in SQL. Every negation is moved to a single condition, which handles a missing value: the
 * condition is false, and its negation is true.
 */
export function whereOf(filter: PortfolioFilter, target: FilterTarget, isNot = false): Condition {
  if (filter.type === 'not') return whereOf(filter.of, target, !isNot);
  if (filter.type === 'is') return conditionOf(filter.condition, target, isNot);
  const parts = filter.of.map((part) => whereOf(part, target, isNot));
  const isAnd = (filter.type === 'and') !== isNot;
  if (parts.length === 0) return isAnd ? sql`1 = 1` : sql`1 = 0`;
  return sql`(${sql.join(parts, isAnd ? sql` and ` : sql` or `)})`;
}

function conditionOf(
  condition: PortfolioCondition,
  target: FilterTarget,
  isNot: boolean,
): Condition {
  switch (condition.type) {
    case 'search':
      return searchCondition(condition.words, target, isNot);
    case 'oneOf':
      return oneOf(condition, columnOf(target, columns[condition.property]), isNot);
    case 'reasons':
      return reasons(condition, target, isNot);
    case 'compare': {
      const column = columnOf(target, columns[condition.property]);
      const found = sql<boolean>`${column} ${sql.raw(condition.side)} ${condition.value}`;
      return isNot ? sql`(${column} is null or not ${found})` : found;
    }
    case 'flag': {
      const column = columnOf(target, columns[condition.property]);
      // A literal, so that the database knows how many rows have the flag.
      const isCommon = condition.property === 'gone' && !condition.value;
      // SQLite uses no index for an expression, and has no statistics to tell the conditions apart.
      const isHidden = target.kind === 'sqlite' && target.isFew && isCommon;
      const value = isHidden ? sql`+${column}` : column;
      const found = sql<boolean>`${value} = ${sql.lit(condition.value ? 1 : 0)}`;
      return isNot ? sql`(${column} is null or not ${found})` : found;
    }
    case 'customer':
      return ofCustomer(condition, target, isNot);
  }
}

function columnOf({ alias }: FilterTarget, column: string): RawBuilder<unknown> {
  return sql.ref(`${alias}.${column}`);
}

function oneOf(
  { values, otherThan, orMissing }: Of<'oneOf'>,
  column: RawBuilder<unknown>,
  isNot: boolean,
): Condition {
  const parts: Condition[] = [];
  if (values.length > 0) parts.push(sql`${column} in (${sql.join(values)})`);
  if (otherThan) parts.push(sql`${column} not in (${sql.join(otherThan)})`);
  const found = parts.length > 0 ? sql.join(parts, sql` or `) : sql`1 = 0`;
  if (isNot) {
    return orMissing
      ? sql`(${column} is not null and not (${found}))`
      : sql`(${column} is null or not (${found}))`;
  }
  return orMissing ? sql`(${column} is null or ${found})` : sql`(${found})`;
}

/** The column holds the reasons in JSON. */
function reasons(
  { values, otherThan }: Of<'reasons'>,
  target: FilterTarget,
  isNot: boolean,
): Condition {
  const column = columnOf(target, 'suspension_reasons');
  const find = sql.raw(target.kind === 'sqlite' ? 'instr' : 'strpos');
  const parts = values.map((value) => sql<boolean>`${find}(${column}, ${`"${value}"`}) > 0`);
  if (otherThan) {
    // What is left without the known reasons has letters.
    const rest = otherThan.reduce(
      (text, known) => sql`replace(${text}, ${`"${known}"`}, '')`,
      sql`${column}`,
    );
    parts.push(sql`${rest} like '%"%'`);
  }
  const found = parts.length > 0 ? sql`(${sql.join(parts, sql` or `)})` : sql`1 = 0`;
  return isNot ? sql`(${column} is null or not ${found})` : sql`(${found})`;
}

function ofCustomer(
  { customer: { billing, resellerCustomerId } }: Of<'customer'>,
  target: FilterTarget,
  isNot: boolean,
): Condition {
  const parts: Condition[] = [];
  if (resellerCustomerId !== null) {
    const column = target.alias === 's' ? 'customer_id' : 'reseller_customer_id';
    parts.push(sql`${columnOf(target, column)} = ${resellerCustomerId}`);
  }
  if (billing && target.alias === 'c') {
    parts.push(sql`(${columnOf(target, 'reseller_id')} = ${billing.resellerId}
      and ${columnOf(target, 'billing_customer_id')} = ${billing.customerId})`);
  }
  if (parts.length === 0) return isNot ? sql`1 = 1` : sql`1 = 0`;
  const found = sql`(${sql.join(parts, sql` or `)})`;
  return isNot ? sql`coalesce(${found}, false) = false` : sql`${found}`;
}
