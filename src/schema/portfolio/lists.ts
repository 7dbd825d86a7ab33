import type { PortfolioCustomer, PortfolioSubscription } from '../../domain/portfolio.ts';
import type {
  CustomerOrderField,
  PlaceInOrder,
  PortfolioFilter,
  PortfolioOrder,
  SubscriptionOrderField,
} from '../../domain/portfolio-filter.ts';
import type { CustomerService } from '../../services/customers.ts';
import type { PortfolioService } from '../../services/portfolio.ts';
import { cursorOf, keysetPage, type PlacedRow, placeOf } from '../relay/keyset.ts';
import type { Connection, ConnectionArgs } from '../relay/pagination.ts';
import type { CustomerFilterInput, SubscriptionFilterInput } from './filter-inputs.ts';
import { filterOf } from './filters.ts';

interface ListArgs<Filter, Field> {
  readonly filter?: Filter | null | undefined;
  readonly orderBy?: PortfolioOrder<Field> | null | undefined;
}

/** A list of the portfolio with one filter and order. */
export interface PortfolioList<Row> {
  readonly filter: PortfolioFilter;
  /** Reads a page when the returned function is called. */
  page(args: ConnectionArgs): () => Promise<Connection<Row>>;
  read(after: PlaceInOrder | null, limit: number): Promise<readonly PlacedRow<Row>[]>;
  cursorOf(place: PlaceInOrder): string;
  /** @throws GatewayError BAD_USER_INPUT when it is not a cursor of this list */
  placeOf(cursor: string): PlaceInOrder;
}

const byDomain = { field: 'CUSTOMER_DOMAIN', direction: 'ASC' } as const;

/** @throws GatewayError BAD_USER_INPUT when the filter is invalid */
export async function subscriptionList(
  args: ListArgs<SubscriptionFilterInput, SubscriptionOrderField>,
  portfolio: PortfolioService,
  customers: CustomerService,
): Promise<PortfolioList<PortfolioSubscription>> {
  const filter = await filterOf(args.filter, customers);
  const order = args.orderBy ?? byDomain;
  return listOf(['portfolio.subscriptions', filter, order], filter, (after, limit) =>
    portfolio.subscriptions({ filter, order, after, limit }),
  );
}

/** @throws GatewayError BAD_USER_INPUT when the filter is invalid */
export async function customerList(
  args: ListArgs<CustomerFilterInput, CustomerOrderField>,
  portfolio: PortfolioService,
  customers: CustomerService,
): Promise<PortfolioList<PortfolioCustomer>> {
  const filter = await filterOf(args.filter, customers);
  const order = args.orderBy ?? byDomain;
  return listOf(['portfolio.customers', filter, order], filter, (after, limit) =>
    portfolio.customers({ filter, order, after, limit }),
  );
}

function listOf<Row>(
  identity: readonly unknown[],
  filter: PortfolioFilter,
  read: PortfolioList<Row>['read'],
): PortfolioList<Row> {
  const name = JSON.stringify(identity);
  return {
    filter,
    read,
    page: (args) => keysetPage(args, { identity, read }),
    cursorOf: (place) => cursorOf(place, name),
    placeOf: (cursor) => placeOf(cursor, name),
  };
}
