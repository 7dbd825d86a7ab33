import {
  type BillingAccount,
  type BillingCustomer,
  type BillingCustomerKey,
  isManagedElsewhere,
  type PostalAddress,
  type ResellerCustomer,
} from '../../domain/customer.ts';
import type { GatewayContext } from '../context.ts';
import { expose, exposeFrom, plainType } from '../fields.ts';
import { openEnum } from '../open-enum.ts';
import { nodeType } from '../relay/node.ts';

/** An account with the customer that it belongs to, which decides who sees it. */
interface AccountOfCustomer {
  readonly account: BillingAccount;
  readonly customer: BillingCustomerKey;
}

const billingAccount = nodeType<AccountOfCustomer>('BillingAccount', {
  description: 'The account of a billing customer, from the billing API.',
  key: ({ customer }) => [customer.resellerId, customer.customerId],
  fields: (t) =>
    exposeFrom(t, ({ account }) => account, {
      'String!': {
        name: 'Display name of the account.',
        currency: 'ISO 4217 currency code; the billing API documents RUB, USD and KZT.',
        countryCode: 'ISO 3166-1 alpha-2 country code.',
      },
      'Boolean!': {
        active: 'Whether the account is active; false while the customer is suspended.',
      },
      DateTime: { createdAt: 'When the account was created; null when the billing API omits it.' },
    }),
});

/** The account of a billing customer; null when it is not found. */
export async function accountOf(
  customer: BillingCustomer,
  { services }: GatewayContext,
): Promise<AccountOfCustomer | null> {
  const account = await services.customers.account(customer);
  return account && { account, customer };
}

export const billingCustomer = nodeType<BillingCustomer>('BillingCustomer', {
  description: 'A customer in the billing API.',
  key: ({ resellerId, customerId }) => [resellerId, customerId],
  fields: (t) => ({
    ...expose(t, {
      'String!': {
        customerId: "The billing API's id of the customer, unique within the reseller.",
        resellerId: "The billing API's id of the reseller that the customer belongs to.",
        billingAccountId:
          "The billing API's id of the customer's account; empty until it is known.",
      },
    }),
    account: t.field({
      type: billingAccount,
      description: 'The account, read with one billing call each; null when it is not found.',
      resolve: (customer, _args, context) => accountOf(customer, context),
    }),
  }),
});

export const customerType = openEnum(
  'CustomerType',
  'How a customer of the reseller API is verified.',
  {
    DOMAIN: 'The customer is verified by ownership of its domain.',
    TEAM: 'The customer is verified by email; it can order Essentials editions only.',
  },
  (raw) => raw.toUpperCase(),
);

const postalAddress = plainType<PostalAddress>(
  'PostalAddress',
  'A postal address in the reseller API. Missing parts are null.',
  {
    String: {
      contactName: 'Name of the contact person.',
      organizationName: 'Name of the organization.',
      addressLine1: 'First line of the address: street and number.',
      addressLine2: 'Second line of the address.',
      addressLine3: 'Third line of the address.',
      locality: 'City or town.',
      region: 'State or province.',
      postalCode: 'Postal code.',
      countryCode: 'ISO 3166 two-letter country code.',
    },
  },
);

const primaryAdmin = plainType<{ readonly primaryEmail: string | null }>(
  'PrimaryAdmin',
  'The first administrator of a team customer.',
  { String: { primaryEmail: 'Email address that receives the verification email.' } },
);

export const resellerCustomer = nodeType<ResellerCustomer>('ResellerCustomer', {
  description:
    'A customer in the reseller API. If another reseller or Google manages it, only the ids, domain and type are set.',
  key: ({ customerId }) => [customerId],
  fields: (t) => ({
    ...expose(t, {
      'String!': {
        customerId: "The reseller API's id of the customer; unlike the domain, it never changes.",
      },
      String: {
        customerDomain: 'Primary domain, such as `example.com`.',
        alternateEmail: 'Secondary email address outside the primary domain.',
        phoneNumber: 'Phone number that starts with + and the country code.',
        resourceUiUrl: "URL of the customer's page in the Google Admin console.",
        kind: 'Resource type of the reseller API: `reseller#customer`.',
      },
      Boolean: { customerDomainVerified: 'Whether the primary domain is verified.' },
    }),
    isManagedElsewhere: t.boolean({
      nullable: false,
      description:
        'Whether another reseller or Google manages the customer. Its subscriptions cannot be read then; transfer it with its transfer token.',
      resolve: isManagedElsewhere,
    }),
    ...customerType.fields(
      t,
      'customerType',
      'How the customer is verified; null when the reseller API omits it.',
      (customer) => customer.customerType,
    ),
    postalAddress: t.expose('postalAddress', {
      type: postalAddress,
      description: 'Postal address; null when the reseller API omits it.',
    }),
    primaryAdmin: t.expose('primaryAdmin', {
      type: primaryAdmin,
      description: 'First administrator; null for domain customers.',
    }),
  }),
});
