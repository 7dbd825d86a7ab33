import type { Customer } from '../domain/customer.ts';
import type { PortfolioChange, SweepStatus } from '../domain/portfolio.ts';
import {
  type CustomerOrderField,
  EVERYTHING,
  type PlaceInOrder,
  type PortfolioCondition,
  type PortfolioFilter,
  type PortfolioOrder,
  type SubscriptionOrderField,
} from '../domain/portfolio-filter.ts';
import type { ChangeQuery } from '../store/portfolio/portfolio-store.ts';
import { authorizeRead } from './authorize.ts';
import type { ServiceSources, Viewed } from './scope.ts';

/** A part of a list, from a place on. */
export interface PortfolioRange<Field> {
  readonly filter: PortfolioFilter;
  readonly order: PortfolioOrder<Field>;
  readonly after: PlaceInOrder | null;
  /** At most 1001. */
  readonly limit: number;
}

export interface PortfolioStatus extends SweepStatus {
  /** The rows that the viewer sees. */
  readonly subscriptions: number;
  readonly customers: number;
  /** The share of the subscriptions that the running sweep has seen; null when none is running. */
  readonly progress: number | null;
}

export type PortfolioService = ReturnType<typeof createPortfolioService>;

/** The read model, as far as the viewer sees it. Rows are as last observed; see `observedAt`. */
export function createPortfolioService(
  { portfolio }: Pick<ServiceSources, 'portfolio'>,
  { access, liveAccess, scope }: Viewed,
) {
  const { viewer } = scope;
  const { tenant } = access;
  const { store } = portfolio;

  /** Restricts a query to what the viewer sees. */
  function seen<Query extends object>(query: Query) {
    authorizeRead(viewer);
    return { ...query, tenant };
  }

  async function progressOf({ startedAt }: SweepStatus, rows: number): Promise<number | null> {
    if (!startedAt || rows === 0) return null;
    const filter = is({
      ...({ type: 'compare', property: 'observedAt', side: '>=' } as const),
      value: startedAt.getTime(),
    });
    const observed = await store.countSubscriptions(seen({ filter }));
    return Math.min(1, observed / rows);
  }

  return {
    async status(): Promise<PortfolioStatus> {
      authorizeRead(viewer);
      const [status, subscriptions, customers] = await Promise.all([
        portfolio.status(),
        store.countSubscriptions(seen({ filter: EVERYTHING })),
        store.countCustomers(seen({ filter: EVERYTHING })),
      ]);
      const progress = await progressOf(status, subscriptions);
      return { ...status, subscriptions, customers, progress };
    },
    /** When the last whole sweep began; null before the first. */
    async asOf(): Promise<Date | null> {
      authorizeRead(viewer);
      return (await portfolio.status()).asOf;
    },
    subscriptions: async (range: PortfolioRange<SubscriptionOrderField>) =>
      store.subscriptions(seen(range)),
    customers: async (range: PortfolioRange<CustomerOrderField>) => store.customers(seen(range)),
    countSubscriptions: async (filter: PortfolioFilter) =>
      store.countSubscriptions(seen({ filter })),
    countCustomers: async (filter: PortfolioFilter) => store.countCustomers(seen({ filter })),
    summary: async (filter: PortfolioFilter) => store.summary(seen({ filter })),
    /** The row of a subscription, gone or not; null when there is none. */
    async subscription(customerId: string, skuId: string) {
      authorizeRead(viewer);
      return store.subscription(customerId, skuId, tenant);
    },
    /** The row of a customer, gone or not, by either of its keys; null when there is none. */
    async customer(customer: Customer) {
      const filter = { type: 'and', of: [is({ type: 'customer', customer }), goneOrNot] } as const;
      const order = { field: 'CUSTOMER_DOMAIN', direction: 'ASC' } as const;
      const [found] = await store.customers(seen({ filter, order, after: null, limit: 1 }));
      return found?.row ?? null;
    },
    /** Changes, newest first, before a sequence. */
    history: async (query: Omit<ChangeQuery, 'tenant'>, before: number | null, limit: number) =>
      store.changes(seen(query), { after: before, limit, newestFirst: true }),
    /** The change with a sequence; null when there is none. */
    async change(sequence: number) {
      const page = { after: sequence - 1, limit: 1, newestFirst: false };
      const [found] = await store.changes(seen({ filter: EVERYTHING, row: null }), page);
      return found?.sequence === sequence ? found : null;
    },
    /** Changes of rows that match the filter; with `after`, first those after that sequence. */
    async watch(
      filter: PortfolioFilter,
      after: number | null,
    ): Promise<AsyncIterable<PortfolioChange>> {
      const isVisible = ({ subscription: { customerId } }: PortfolioChange) =>
        liveAccess.seesResellerCustomer(customerId);
      const query = seen({ filter, row: null });
      return portfolio.watch(query, after, scope.signal, tenant && isVisible);
    },
  };
}

function is(condition: PortfolioCondition): PortfolioFilter {
  return { type: 'is', condition };
}

const goneOrNot: PortfolioFilter = {
  type: 'or',
  of: [true, false].map((value) => is({ type: 'flag', property: 'gone', value })),
};
