import type { CustomerOrderField, SubscriptionOrderField } from '../../domain/portfolio-filter.ts';
import { enumType } from '../fields.ts';

export const direction = enumType(
  'OrderDirection',
  'Direction of an order. Missing values come last in both directions.',
  {
    ASC: 'Lowest or oldest first; texts from A to Z.',
    DESC: 'Highest or newest first; texts from Z to A.',
  },
);

export const subscriptionOrderField = enumType<SubscriptionOrderField>(
  'PortfolioSubscriptionOrderField',
  'What subscriptions of the portfolio can be ordered by.',
  {
    CUSTOMER_DOMAIN: 'Primary domain of the customer.',
    ORGANIZATION_NAME: 'Name of the organization, without regard to case and diacritics.',
    SKU_ID: 'SKU id.',
    STATUS: "Status, by the reseller API's name for it.",
    RENEWS_AT: 'End of the annual commitment.',
    TRIAL_ENDS_AT: 'End of the current trial.',
    CREATED_AT: 'Time of creation.',
    SEATS: 'Number of seats.',
    LICENSED_SEATS: 'Number of users that have a license.',
    FREE_SEATS: 'Number of seats without a user.',
    OBSERVED_AT: 'Time at which the subscription was last observed.',
  },
);

export const customerOrderField = enumType<CustomerOrderField>(
  'PortfolioCustomerOrderField',
  'What customers of the portfolio can be ordered by.',
  {
    CUSTOMER_DOMAIN: 'Primary domain in the reseller API.',
    ORGANIZATION_NAME: 'Name of the organization, without regard to case and diacritics.',
    ACCOUNT_NAME: 'Name of the billing account, without regard to case and diacritics.',
    COUNTRY_CODE: 'Country code.',
    SUBSCRIPTION_COUNT: 'Number of subscriptions.',
    SEATS: 'Number of seats of all subscriptions.',
    LICENSED_SEATS: 'Number of licensed users of all subscriptions.',
    OBSERVED_AT: 'Time at which the customer was last observed.',
  },
);
