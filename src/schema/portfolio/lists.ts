import type { PortfolioCustomer, PortfolioSubscription } from '../../domain/portfolio.ts';
import type {
  CustomerOrderField,
  PlaceInOrder,
  PortfolioFilter,
  PortfolioOrder,
  SubscriptionOrderField,
} from '../../domain/portfolio-filter.ts';
import type { PortfolioRange } from '../../services/portfolio.ts';
import type { Services } from '../../services/services.ts';
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
  { filter, orderBy }: ListArgs<SubscriptionFilterInput, SubscriptionOrderField>,
  { portfolio, customers }: Services,
): Promise<PortfolioList<PortfolioSubscription>> {
  const common = { filter: await filterOf(filter, customers), order: orderBy ?? byDomain };
  return listOf('portfolio.subscriptions', common, portfolio.subscriptions);
}

/** @throws GatewayError BAD_USER_INPUT when the filter is invalid */
export async function customerList(
  { filter, orderBy }: ListArgs<CustomerFilterInput, CustomerOrderField>,
  { portfolio, customers }: Services,
): Promise<PortfolioList<PortfolioCustomer>> {
  const common = { filter: await filterOf(filter, customers), order: orderBy ?? byDomain };
  return listOf('portfolio.customers', common, portfolio.customers);
}

function listOf<Row, Field>(
  name: string,
  common: Pick<PortfolioRange<Field>, 'filter' | 'order'>,
  rows: (range: PortfolioRange<Field>) => Promise<readonly PlacedRow<Row>[]>,
): PortfolioList<Row> {
  const identity = [name, common.filter, common.order];
  const text = JSON.stringify(identity);
  const read: PortfolioList<Row>['read'] = (after, limit) => rows({ ...common, after, limit });
  return {
    filter: common.filter,
    read,
    page: (args) => keysetPage(args, { identity, read }),
    cursorOf: (place) => cursorOf(place, text),
    placeOf: (cursor) => placeOf(cursor, text),
  };
}
