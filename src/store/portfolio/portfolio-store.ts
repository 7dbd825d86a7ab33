import type { CustomerLink } from '../../domain/customer.ts';
import type {
  Observation,
  PortfolioChange,
  PortfolioCustomer,
  PortfolioSubscription,
  PortfolioSummary,
} from '../../domain/portfolio.ts';
import type {
  CustomerOrderField,
  PlaceInOrder,
  PortfolioFilter,
  PortfolioOrder,
  SubscriptionOrderField,
} from '../../domain/portfolio-filter.ts';
import type { SubscriptionStock } from '../../domain/subscription-target.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { ProductOf } from './rows.ts';
import type { SweepStore } from './sweep-store.ts';

/** Which rows a viewer asks for. */
export interface PortfolioSelection {
  readonly filter: PortfolioFilter;
  /** Only rows that this tenant sees, by the links at the time of the query. */
  readonly tenant: Tenant | undefined;
}

export interface PortfolioPageQuery<Field> extends PortfolioSelection {
  readonly order: PortfolioOrder<Field>;
  /** The row to continue after; null for the first page. */
  readonly after: PlaceInOrder | null;
  readonly limit: number;
}

/** A row of a list with its place. Each row whose value does not change has one place. */
export interface Placed<Row> {
  readonly row: Row;
  readonly place: PlaceInOrder;
}

export interface ChangeQuery extends PortfolioSelection {
  /** Only changes of this row. */
  readonly row: { readonly customerId: string; readonly skuId: string } | null;
  /** Only changes that were stored at this time or later. */
  readonly since?: Date | undefined;
}

/**
 * The durable read model of customers and subscriptions. Every method rejects with a GatewayError, as
 * those of the operation journal do. Lists return at most `limit` rows, and never more than 1001.
 */
export interface PortfolioStore extends SweepStore {
  subscriptions(
    query: PortfolioPageQuery<SubscriptionOrderField>,
  ): Promise<readonly Placed<PortfolioSubscription>[]>;
  customers(
    query: PortfolioPageQuery<CustomerOrderField>,
  ): Promise<readonly Placed<PortfolioCustomer>[]>;
  countSubscriptions(selection: PortfolioSelection): Promise<number>;
  countCustomers(selection: PortfolioSelection): Promise<number>;
  summary(selection: PortfolioSelection): Promise<PortfolioSummary>;
  /** The row of a subscription, gone or not; null when there is none or the tenant does not see it. */
  subscription(
    customerId: string,
    skuId: string,
    tenant: Tenant | undefined,
  ): Promise<PortfolioSubscription | null>;
  /**
   * The ids of the subscriptions that own their SKUs, in the order of the keys; null when the row is
   * missing or gone.
   */
  owners(keys: readonly SubscriptionStock[]): Promise<readonly (string | null)[]>;
  /** Changes in the order in which they were stored, oldest first or newest first. */
  changes(
    query: ChangeQuery,
    page: { readonly after: number | null; readonly limit: number; readonly newestFirst: boolean },
  ): Promise<readonly PortfolioChange[]>;
  lastChange(): Promise<number>;
  /** Deletes up to `limit` changes that are older than `ageMs`. Returns their number. */
  pruneChanges(ageMs: number, limit: number): Promise<number>;
  /**
   * Stores observations and the history of what they changed, in one transaction. Skips those that
   * are older than what is stored.
   */
  observe(observations: readonly Observation[], productOf: ProductOf): Promise<void>;
  /** Call this after many rows have changed, so that queries are planned well and searches are fast. */
  maintain(): Promise<void>;
  /** Joins or separates the halves of customers whose links changed. */
  relink(links: readonly CustomerLink[]): Promise<void>;
}
