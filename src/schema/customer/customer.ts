import {
  type BillingAccount,
  type BillingCustomer,
  type Customer,
  MAX_CUSTOMERS_PAGE,
  type PostalAddress,
  type ResellerCustomer,
} from '../../domain/customer.ts';
import { badInput } from '../../domain/error.ts';
import { builder } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { openEnum } from '../open-enum.ts';
import { notEmpty } from '../relay/arguments.ts';
import { connectionArgs, connectionOf } from '../relay/connection.ts';
import { decodeGlobalIdOf, encodeGlobalId } from '../relay/global-id.ts';
import { nodeInterface, registerNode } from '../relay/node.ts';
import { type Connection, paginate } from '../relay/pagination.ts';

const billingAccount = builder.objectRef<BillingAccount>('BillingAccount').implement({
  description: 'The account behind a billing customer.',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: false, description: 'Name of the account.' }),
    active: t.exposeBoolean('active', {
      nullable: false,
      description: 'Whether the customer can use what it pays for; false after a suspension.',
    }),
    currency: t.exposeString('currency', { nullable: false, description: 'ISO 4217 code.' }),
    countryCode: t.exposeString('countryCode', {
      nullable: false,
      description: 'ISO 3166-1 two-letter code.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When the account was made.',
    }),
  }),
});

const billingCustomer = builder.objectRef<BillingCustomer>('BillingCustomer').implement({
  description: 'A customer as the billing API knows it.',
  fields: (t) => ({
    customerId: t.exposeString('customerId', {
      nullable: false,
      description: "Billing's own id, unique within the reseller.",
    }),
    resellerId: t.exposeString('resellerId', {
      nullable: false,
      description: "Billing's id of the reseller.",
    }),
    billingAccountId: t.exposeString('billingAccountId', {
      nullable: false,
      description: "Billing's id of the customer's account.",
    }),
    account: t.field({
      type: billingAccount,
      description: "The customer's account: name, activity, currency. One more upstream call each.",
      resolve: (customer, _args, { services }) => services.customers.account(customer),
    }),
  }),
});

export const customerType = openEnum('CustomerType', 'How a reseller customer proved who it is.', {
  DOMAIN: 'By its domain.',
  TEAM: 'By e-mail.',
});

const postalAddress = builder.objectRef<PostalAddress>('PostalAddress').implement({
  description: "A customer's postal address.",
  fields: (t) => ({
    contactName: t.exposeString('contactName', { description: 'Whom to write to.' }),
    organizationName: t.exposeString('organizationName', { description: 'The company.' }),
    addressLine1: t.exposeString('addressLine1', { description: 'Street and number.' }),
    addressLine2: t.exposeString('addressLine2', { description: 'Second line of the address.' }),
    addressLine3: t.exposeString('addressLine3', { description: 'Third line of the address.' }),
    locality: t.exposeString('locality', { description: 'Town.' }),
    region: t.exposeString('region', { description: 'State or province.' }),
    postalCode: t.exposeString('postalCode', { description: 'Postal code.' }),
    countryCode: t.exposeString('countryCode', { description: 'ISO 3166 two-letter code.' }),
  }),
});

const primaryAdmin = builder
  .objectRef<{ readonly primaryEmail: string | null }>('PrimaryAdmin')
  .implement({
    description: 'The first administrator of a team customer.',
    fields: (t) => ({
      primaryEmail: t.exposeString('primaryEmail', { description: 'Gets the verification mail.' }),
    }),
  });

const resellerCustomer = builder.objectRef<ResellerCustomer>('ResellerCustomer').implement({
  description:
    'A customer as the reseller API knows it. Of one that another reseller manages, only the ids, the domain and the type are given.',
  fields: (t) => ({
    customerId: t.exposeString('customerId', {
      nullable: false,
      description: "The reseller API's own id; unlike the domain it never changes.",
    }),
    customerDomain: t.exposeString('customerDomain', { description: 'Primary domain.' }),
    customerType: t.field({
      type: customerType.ref,
      description: 'How the customer proved who it is.',
      resolve: (customer) => customerType.of(customer.customerType?.toUpperCase() ?? null),
    }),
    customerTypeRaw: t.exposeString('customerType', { description: "The vendor's own word." }),
    alternateEmail: t.exposeString('alternateEmail', {
      description: 'Second address, for outages and security; not in the primary domain.',
    }),
    phoneNumber: t.exposeString('phoneNumber', { description: 'Begins with + and country code.' }),
    postalAddress: t.expose('postalAddress', { type: postalAddress, description: 'Address.' }),
    primaryAdmin: t.expose('primaryAdmin', {
      type: primaryAdmin,
      description: 'The first administrator; team customers only.',
    }),
    customerDomainVerified: t.exposeBoolean('customerDomainVerified', {
      description: 'Whether the primary domain has been verified.',
    }),
    resourceUiUrl: t.exposeString('resourceUiUrl', {
      description: "The customer's Admin console.",
    }),
    kind: t.exposeString('kind', { description: 'Always `reseller#customer`.' }),
  }),
});

export const customer = builder.objectRef<Customer>('Customer');

customer.implement({
  description: 'One customer, whichever backend knows it.',
  interfaces: [nodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Global id. The same customer has the same id, wherever it comes from.',
      resolve: customerId,
    }),
    billing: t.field({
      type: billingCustomer,
      description: 'The billing side. Null without an error: billing does not know the customer.',
      resolve: (parent, _args, { services }) => services.customers.billing(parent),
    }),
    reseller: t.field({
      type: resellerCustomer,
      description: 'The reseller side. Null without an error: it does not know the customer.',
      resolve: (parent, _args, { services }) => services.customers.reseller(parent),
    }),
  }),
});

/** A linked customer goes by its billing key, also when it was reached from the other side. */
async function customerId(parent: Customer, _args: object, { services }: GatewayContext) {
  const { billing, resellerCustomerId } = await services.customers.identity(parent);
  if (billing) return encodeGlobalId('Customer', 'b', billing.resellerId, billing.customerId);
  if (resellerCustomerId === null) throw new Error('a customer without any key');
  return encodeGlobalId('Customer', 'r', resellerCustomerId);
}

/** The key in a customer's global id; nothing is looked up. */
export function customerOfId(id: string): Customer {
  return customerOfParts(decodeGlobalIdOf('Customer', id));
}

function customerOfParts([side, ...parts]: readonly string[]): Customer {
  const [first, second, ...more] = parts;
  if (side === 'b' && first && second && more.length === 0) {
    return { billing: { resellerId: first, customerId: second }, resellerCustomerId: null };
  }
  if (side === 'r' && first && second === undefined) {
    return { billing: null, resellerCustomerId: first };
  }
  throw badInput('This is not an id of a customer.');
}

registerNode('Customer', {
  load: async (parts, { services }) => services.customers.find(customerOfParts(parts)),
  is: (value) => 'resellerCustomerId' in value,
});

const customerConnection = connectionOf(customer);

export const billingKeyInput = builder.inputType('BillingCustomerKey', {
  description: 'Where billing knows a customer.',
  fields: (t) => ({
    resellerId: t.string({
      description: "Billing's id of the reseller; absent stands for the configured one.",
    }),
    customerId: t.string({ required: true, description: "Billing's id of the customer." }),
  }),
});

const customerBy = builder.inputType('CustomerBy', {
  description: 'How to find a customer: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.' }),
    domain: t.string({ description: 'Primary domain.' }),
    resellerCustomerId: t.string({ description: "The reseller API's own id." }),
    billing: t.field({ type: billingKeyInput, description: "Billing's own ids." }),
  }),
});

builder.queryField('customer', (t) =>
  t.field({
    type: customer,
    description: 'One customer; null when nobody knows it.',
    args: { by: t.arg({ type: customerBy, required: true, description: 'How to find it.' }) },
    resolve: (_root, { by }, { services: { customers } }) => {
      if (by.id != null) return customers.find(customerOfId(by.id));
      if (by.domain != null) return customers.byDomainOrId(notEmpty('domain', by.domain));
      if (by.resellerCustomerId != null) {
        return customers.byDomainOrId(notEmpty('resellerCustomerId', by.resellerCustomerId));
      }
      const resellerId = customers.resellerId(by.billing?.resellerId);
      const customerId = by.billing?.customerId ?? '';
      return customers.find({ billing: { resellerId, customerId }, resellerCustomerId: null });
    },
  }),
);

builder.queryField('customers', (t) =>
  t.field({
    type: customerConnection,
    description: 'The customers that billing lists for a reseller, in the order of its list.',
    args: {
      resellerId: t.arg.string({
        description: "Billing's id of the reseller; absent stands for the configured one.",
      }),
      ...connectionArgs,
    },
    resolve: (_root, args, { services: { customers } }): Promise<Connection<Customer>> => {
      const resellerId = customers.resellerId(args.resellerId);
      return paginate(args, {
        identity: ['customers', resellerId],
        maxPageSize: MAX_CUSTOMERS_PAGE,
        fetch: (page) => customers.page(resellerId, page),
      });
    },
  }),
);
