import type { EnumRef } from '@pothos/core';
import type {
  PortfolioCustomer,
  PortfolioSubscription,
  PortfolioSummary,
} from '../../domain/portfolio.ts';
import { builder, type Types } from '../builder.ts';
import { addTotalCount, connectionArgs, lazyConnectionOf } from '../relay/connection.ts';
import type { Connection } from '../relay/pagination.ts';
import { customerFilter, subscriptionFilter } from './filter-inputs.ts';
import { customerList, subscriptionList } from './lists.ts';
import { portfolioCustomer } from './portfolio-customer.ts';
import { customerOrderField, direction, subscriptionOrderField } from './portfolio-enums.ts';
import { portfolioStatus } from './portfolio-status.ts';
import { portfolioSubscription } from './portfolio-subscription.ts';
import { portfolioSummary } from './summary.ts';

interface RowConnection<Row> {
  page(): Promise<Connection<Row>>;
  totalCount(): Promise<number>;
}

interface SubscriptionConnection extends RowConnection<PortfolioSubscription> {
  summary(): Promise<PortfolioSummary>;
}

const subscriptionConnection = lazyConnectionOf<PortfolioSubscription, SubscriptionConnection>(
  portfolioSubscription,
  (connection) => connection.page(),
);
const customerConnection = lazyConnectionOf<PortfolioCustomer, RowConnection<PortfolioCustomer>>(
  portfolioCustomer,
  (connection) => connection.page(),
);
addTotalCount(subscriptionConnection, 'rows');
addTotalCount(customerConnection, 'rows');

builder.objectField(subscriptionConnection, 'summary', (t) =>
  t.field({
    type: portfolioSummary,
    nullable: false,
    description: 'Totals of all rows on all pages; computed only when this field is selected.',
    resolve: (connection) => connection.summary(),
  }),
);

function orderInput<Field>(name: string, rows: string, type: EnumRef<Types, Field>) {
  return builder.inputType(name, {
    description: `Order of a list of ${rows}. The id decides between equal values.`,
    fields: (t) => ({
      field: t.field({ type, required: true, description: `What the ${rows} are ordered by.` }),
      direction: t.field({
        type: direction,
        required: true,
        description: 'Direction of the order.',
      }),
    }),
  });
}

const subscriptionOrder = orderInput(
  'PortfolioSubscriptionOrder',
  'subscriptions',
  subscriptionOrderField,
);
const customerOrder = orderInput('PortfolioCustomerOrder', 'customers', customerOrderField);

/** The root of the read model, which has no properties of its own. */
export const portfolio = builder.objectRef<object>('Portfolio').implement({
  description:
    'All customers and subscriptions as the gateway last observed them, to filter, sort, search and count. Nothing here calls a vendor unless a field says so.',
  fields: (t) => ({
    asOf: t.field({
      type: 'DateTime',
      description: 'When the last whole sweep began; null before the first.',
      resolve: (_root, _args, { services }) => services.portfolio.asOf(),
    }),
    status: t.field({
      type: portfolioStatus,
      nullable: false,
      description: 'How complete and how old the portfolio is.',
      resolve: (_root, _args, { services }) => services.portfolio.status(),
    }),
    subscriptions: t.field({
      type: subscriptionConnection,
      nullable: false,
      description: 'Subscriptions, by the domain of the customer unless `orderBy` says otherwise.',
      args: {
        filter: t.arg({
          type: subscriptionFilter,
          description: 'Conditions that the subscriptions must meet.',
        }),
        orderBy: t.arg({ type: subscriptionOrder, description: 'Order of the subscriptions.' }),
        ...connectionArgs,
      },
      resolve: async (_root, args, { services }) => {
        const list = await subscriptionList(args, services);
        return {
          page: list.page(args),
          totalCount: () => services.portfolio.countSubscriptions(list.filter),
          summary: () => services.portfolio.summary(list.filter),
        };
      },
    }),
    customers: t.field({
      type: customerConnection,
      nullable: false,
      description: 'Customers, by their domain unless `orderBy` says otherwise.',
      args: {
        filter: t.arg({
          type: customerFilter,
          description: 'Conditions that the customers must meet.',
        }),
        orderBy: t.arg({ type: customerOrder, description: 'Order of the customers.' }),
        ...connectionArgs,
      },
      resolve: async (_root, args, { services }) => {
        const { filter, page } = await customerList(args, services);
        return { page: page(args), totalCount: () => services.portfolio.countCustomers(filter) };
      },
    }),
  }),
});

builder.queryField('portfolio', (t) =>
  t.field({
    type: portfolio,
    nullable: false,
    description:
      'The read model of all customers and subscriptions, as last observed: see `observedAt` and `asOf`.',
    resolve: () => ({}),
  }),
);
