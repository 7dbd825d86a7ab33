import type { PortfolioCustomer } from '../../domain/portfolio.ts';
import { builder } from '../builder.ts';
import { customer, customerOfParts } from '../customer/customer.ts';
import { expose } from '../fields.ts';
import { nodeType } from '../relay/node.ts';

export const portfolioCustomer = nodeType<PortfolioCustomer>('PortfolioCustomer', {
  description:
    'A customer of either API, or of both when linked, as the gateway last observed it. Read `customer` for the current state.',
  id: 'Global id of the row. It changes when the customer is linked or unlinked.',
  key: ({ billing, resellerCustomerId }) =>
    billing ? ['b', billing.resellerId, billing.customerId] : ['r', resellerCustomerId ?? ''],
  load: async (parts, { services }) => services.portfolio.customer(customerOfParts(parts)),
  fields: (t) => ({
    customer: t.field({
      type: customer,
      nullable: false,
      description: 'The customer, whose fields are read from the vendors.',
      resolve: ({ billing, resellerCustomerId }) => ({ billing, resellerCustomerId }),
    }),
    billingCustomerId: t.string({
      description: "The billing API's id of the customer; null when billing does not have it.",
      resolve: ({ billing }) => billing?.customerId ?? null,
    }),
    linked: t.boolean({
      nullable: false,
      description: 'Whether the customer is known to be the same in both APIs.',
      resolve: ({ billing, resellerCustomerId }) => billing !== null && resellerCustomerId !== null,
    }),
    ...expose(t, {
      'DateTime!': {
        observedAt: 'When the gateway last read the customer; the older time of a linked one.',
      },
      'Boolean!': { gone: 'Whether neither API has the customer any more.' },
      String: {
        resellerCustomerId:
          "The reseller API's id of the customer; null when the reseller API does not have it.",
        customerDomain: 'Primary domain in the reseller API.',
        organizationName: 'Name of the organization in the reseller API.',
        countryCode: 'ISO 3166 two-letter country code, of the postal address or the account.',
        accountName: 'Name of the billing account.',
        currency: 'ISO 4217 currency code of the billing account.',
      },
      Boolean: { accountActive: 'Whether the billing account is active.' },
      'Int!': {
        subscriptionCount: 'Number of subscriptions that are not gone.',
        seats: 'Seats of these subscriptions.',
        licensedSeats: 'Users with a license of these subscriptions.',
      },
    }),
  }),
});

builder.objectField(customer, 'portfolio', (t) =>
  t.field({
    type: portfolioCustomer,
    description:
      'The customer as the gateway last observed it, without a call of a vendor; null when the portfolio does not have it.',
    resolve: async (parent, _args, { services: { customers, portfolio } }) => {
      const [billing, resellerCustomerId] = await Promise.all([
        customers.billingKey(parent),
        customers.resellerCustomerId(parent),
      ]);
      return portfolio.customer({ billing, resellerCustomerId });
    },
  }),
);
