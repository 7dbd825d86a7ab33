import { type RawBuilder, sql } from 'kysely';
import { asksForGone, type PortfolioFilter, withoutGone } from '../../domain/portfolio-filter.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Database } from '../database/database.ts';
import { isOfTenant, isTenantsCustomer } from '../links/tenant-conditions.ts';
import { whereOf } from './conditions.ts';
import { type Breadth, readPage } from './pages.ts';
import type { SqlOrder } from './places.ts';
import type { PortfolioPageQuery, PortfolioSelection } from './queries.ts';
import { type FilterTarget, type FoundRows, searchKey } from './search-conditions.ts';
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
    this.#searches = new Searches(database, this.#target.search);
  }

  async page(query: PortfolioPageQuery<unknown>, order: SqlOrder): Promise<readonly Row[]> {
    const { alias } = this.#target;
    const { filter, tenant, after, limit } = query;
    const found = await this.#searches.find(filter);
    const breadth = breadthOf(filter, found);
    return readPage<Row>(this.#database, {
      ...{ table: tables[alias], alias, order, after, limit },
      where: this.#where(query, { ...this.#target, found, isFew: breadth === 'few' }),
      walkWhere: this.#where(query, { ...this.#target, found, isWalk: true }),
      breadth: tenant && breadth === 'all' ? 'unknown' : breadth,
    });
  }

  async count(selection: PortfolioSelection): Promise<number> {
    const { alias } = this.#target;
    const where = await this.where(selection);
    const { rows } = await this.#database.read((db) =>
      sql<{ count: number }>`select count(*) as count
        from ${sql.table(tables[alias])} as ${sql.ref(alias)} where ${where}`.execute(db),
    );
    return rows[0]?.count ?? 0;
  }

  /** The condition of a query that reads all rows that match. */
  async where(selection: PortfolioSelection): Promise<RawBuilder<boolean>> {
    const found = await this.#searches.find(selection.filter);
    return this.#where(selection, { ...this.#target, found });
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
