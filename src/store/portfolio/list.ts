import { type RawBuilder, sql } from 'kysely';
import { asksForGone, type PortfolioFilter, withoutGone } from '../../domain/portfolio-filter.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Database } from '../database/database.ts';
import { isOfTenant, isTenantsCustomer } from '../links/tenant-conditions.ts';
import { whereOf } from './conditions.ts';
import { type Breadth, readPage } from './pages.ts';
import type { SqlOrder } from './places.ts';
import type { PortfolioPageQuery, PortfolioSelection } from './queries.ts';
import {
  type FilterTarget,
  type FoundRows,
  rowsContaining,
  searchCondition,
  searchKey,
} from './search-conditions.ts';
import { Searches } from './searches.ts';

const tables = { s: 'portfolio_subscriptions', c: 'portfolio_customers' } as const;

/** The subscriptions (`s`) or the customers (`c`) of the portfolio, as a viewer selects them. */
export class PortfolioList<Row> {
  readonly #database: Database;
  readonly #target: FilterTarget;
  readonly #searches: Searches;

  constructor(database: Database, alias: FilterTarget['alias']) {
    this.#database = database;
    this.#target = targetOf(database, alias);
    this.#searches = new Searches(database, this.#target.search, tables[alias]);
  }

  async page(query: PortfolioPageQuery<unknown>, order: SqlOrder): Promise<readonly Row[]> {
    const { alias } = this.#target;
    const { filter, tenant, after, limit } = query;
    const searches = await this.#searches.find(filter);
    const breadth = breadthOf(filter, searches.found);
    const target = { ...this.#target, ...searches };
    return readPage<Row>(this.#database, {
      ...{ table: tables[alias], alias, order, after, limit },
      where: this.#where(query, { ...target, isFew: breadth === 'few' }),
      walkWhere: this.#where(query, { ...target, access: 'walk' }),
      breadth: tenant && breadth === 'all' ? 'unknown' : breadth,
    });
  }

  async count(selection: PortfolioSelection): Promise<number> {
    const words = this.#database.kind === 'postgres' ? onlySearch(selection) : null;
    const query = words
      ? this.#countOfTexts(words)
      : sql<{ count: number }>`select count(*) as count from ${this.#rows()}
          where ${await this.where(selection)}`;
    const { rows } = await this.#database.read((db) => query.execute(db));
    return rows[0]?.count ?? 0;
  }

  /** The number of rows for a search alone: of texts, without those of the few rows that are gone. */
  #countOfTexts(words: readonly string[]): RawBuilder<{ count: number }> {
    const target = this.#target;
    const isFound = searchCondition(words, target, false);
    return sql`select (select count(*) from (${rowsContaining(words, target)}) as found) -
      (select count(*) from ${this.#rows()}
        where ${sql.ref(`${target.alias}.gone`)} = 1 and ${isFound}) as count`;
  }

  #rows(): RawBuilder<unknown> {
    const { alias } = this.#target;
    return sql`${sql.table(tables[alias])} as ${sql.ref(alias)}`;
  }

  /** The condition of a query that adds up all rows that match. */
  async where(selection: PortfolioSelection): Promise<RawBuilder<boolean>> {
    const searches = await this.#searches.find(selection.filter);
    return this.#where(selection, { ...this.#target, ...searches, access: 'scan' });
  }

  #where({ filter, tenant }: PortfolioSelection, target: FilterTarget): RawBuilder<boolean> {
    const where = whereOf(withoutGone(filter), target);
    if (!tenant) return where;
    const isTenants =
      target.alias === 's' ? isTenantsCustomer(tenant, 's.customer_id') : isTenantsRow(tenant);
    return sql`${where} and ${isTenants}`;
  }
}

export function targetOf({ kind }: Pick<Database, 'kind'>, alias: 's' | 'c'): FilterTarget {
  const search = alias === 's' ? 'portfolio_subscription_search' : 'portfolio_customer_search';
  return { kind, alias, search };
}

/** As the customer's link decides: a billing customer by its reseller, another one by its link. */
function isTenantsRow(tenant: Tenant): RawBuilder<boolean> {
  return sql`case when c.reseller_id is not null then ${isOfTenant(tenant, 'c.reseller_id')}
    else ${isTenantsCustomer(tenant, 'c.reseller_customer_id')} end`;
}

/** The words of a selection that is a search and nothing else. */
function onlySearch({ filter, tenant }: PortfolioSelection): readonly string[] | null {
  if (tenant) return null;
  if (filter.type === 'and' && filter.of.length === 1) {
    const [only] = filter.of;
    return only ? onlySearch({ filter: only, tenant }) : null;
  }
  if (filter.type !== 'is' || filter.condition.type !== 'search') return null;
  const { words } = filter.condition;
  return words.length > 0 ? words : null;
}

function breadthOf(filter: PortfolioFilter, found: FoundRows): Breadth {
  if (asksForGone(filter)) return 'few';
  if (filter.type === 'and') {
    const parts = filter.of.map((part) => breadthOf(part, found));
    if (parts.includes('few')) return 'few';
    return parts.every((part) => part === 'all') ? 'all' : 'unknown';
  }
  if (filter.type !== 'is') return 'unknown';
  const { condition } = filter;
  if (condition.type === 'customer') return 'few';
  return condition.type === 'search' && found.get(searchKey(condition.words)) ? 'few' : 'unknown';
}
