import type { ColumnType, Generated } from 'kysely';
import type { ChangeSource, SweepPhase } from '../../domain/portfolio.ts';

/** The row's text, for queries that test all rows. Only PostgreSQL has the column. */
type SearchText = ColumnType<string | null | undefined, string | undefined, string | undefined>;

/** Times are milliseconds since the epoch. Flags are 0 or 1: SQLite has no booleans. */
export interface PortfolioSubscriptionsTable {
  readonly number: Generated<number>;
  /** `customer_id/sku_id`. */
  readonly id: string;
  readonly customer_id: string;
  readonly sku_id: string;
  readonly subscription_id: string;
  readonly product_id: string | null;
  readonly status: string | null;
  readonly plan_name: string | null;
  readonly renewal_type: string | null;
  /** The reasons in JSON; null when there are none. */
  readonly suspension_reasons: string | null;
  readonly renews_at: number | null;
  readonly trial_ends_at: number | null;
  readonly created_at: number | null;
  readonly seats: number | null;
  readonly licensed_seats: number | null;
  readonly free_seats: number | null;
  readonly observed_at: number;
  readonly gone: number;
  readonly linked: number;
  readonly account_active: number | null;
  readonly country_code: string | null;
  readonly customer_domain: string | null;
  readonly organization_name: string | null;
  /** The normalised name, to sort by. */
  readonly organization_key: string | null;
  readonly account_name: string | null;
  readonly sku_name: string | null;
  readonly search: SearchText;
}

/** A billing customer as billing returned it, with its account. */
export interface PortfolioBillingTable {
  readonly reseller_id: string;
  readonly customer_id: string;
  readonly account_id: string;
  readonly account_name: string | null;
  readonly account_active: number | null;
  readonly currency: string | null;
  readonly country_code: string | null;
  readonly observed_at: number;
  /** When the account was read; 0 before. */
  readonly details_at: number;
  readonly gone: number;
}

/** A customer as the reseller API returned it. */
export interface PortfolioResellerTable {
  readonly customer_id: string;
  readonly customer_domain: string | null;
  readonly organization_name: string | null;
  readonly country_code: string | null;
  readonly admin_email: string | null;
  readonly observed_at: number;
  /** When the customer itself was read; 0 before. */
  readonly details_at: number;
  readonly gone: number;
}

/** The two tables above joined by link, with the seats of the subscriptions. */
export interface PortfolioCustomersTable {
  readonly number: Generated<number>;
  readonly id: string;
  readonly reseller_id: string | null;
  readonly billing_customer_id: string | null;
  readonly reseller_customer_id: string | null;
  readonly linked: number;
  readonly customer_domain: string | null;
  readonly organization_name: string | null;
  readonly organization_key: string | null;
  readonly country_code: string | null;
  /** To search by. */
  readonly admin_email: string | null;
  readonly account_name: string | null;
  readonly account_key: string | null;
  readonly account_active: number | null;
  readonly currency: string | null;
  readonly subscription_count: number;
  readonly seats: number;
  readonly licensed_seats: number;
  readonly observed_at: number;
  readonly gone: number;
  readonly search: SearchText;
}

/** The search text of a row: an FTS5 table in SQLite, an ordinary one in PostgreSQL. */
export interface PortfolioSearchTable {
  /** The row's number. */
  readonly rowid: number;
  readonly search: string;
}

/** One row per difference; rows are never updated. */
export interface PortfolioChangesTable {
  readonly sequence: Generated<number>;
  readonly row_id: string;
  readonly customer_id: string;
  readonly at: number;
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly source: ChangeSource;
  readonly write_id: string | null;
}

/** The state of the sweep: one row. */
export interface PortfolioSweepsTable {
  readonly name: string;
  readonly phase: Exclude<SweepPhase, 'OFF'>;
  /** Where the phase continues, as JSON. */
  readonly position: string;
  readonly started_at: number;
  readonly as_of: number;
  readonly finished_at: number;
  readonly holder: string | null;
  readonly held_until: number;
}

export interface PortfolioTables {
  portfolio_subscriptions: PortfolioSubscriptionsTable;
  portfolio_billing: PortfolioBillingTable;
  portfolio_reseller: PortfolioResellerTable;
  portfolio_customers: PortfolioCustomersTable;
  portfolio_subscription_search: PortfolioSearchTable;
  portfolio_customer_search: PortfolioSearchTable;
  portfolio_changes: PortfolioChangesTable;
  portfolio_sweeps: PortfolioSweepsTable;
}
