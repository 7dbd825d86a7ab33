import { type BillingCustomer, type Customer, MAX_CUSTOMERS_PAGE } from '../../domain/customer.ts';
import type { CustomerService } from '../../services/customers.ts';
import { ListedCustomer } from '../../services/known-customers.ts';
import { builder } from '../builder.ts';
import type { GatewayContext } from '../context.ts';
import { notEmpty } from '../relay/arguments.ts';
import { connectionArgs, connectionOf } from '../relay/connection.ts';
import { encodeGlobalId, encodeGlobalIds, givenIdOf, invalidId } from '../relay/global-id.ts';
import { nodeInterface, registerNode } from '../relay/node.ts';
import { type Connection, paginate } from '../relay/pagination.ts';
import { billingKeyInput, resellerIdDescription } from './customer-keys.ts';
import { accountOf, billingCustomer, resellerCustomer } from './customer-parts.ts';

export const customer = builder.objectRef<Customer>('Customer');

customer.implement({
  description: 'A customer in the billing API, in the reseller API, or in both when linked.',
  interfaces: [nodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Global id. A linked customer has one id, whichever API it was read from.',
      resolve: customerId,
    }),
    billing: t.field({
      type: billingCustomer,
      description: 'The customer in the billing API; null when it does not exist or is not linked.',
      resolve: (parent, _args, { services }) => services.customers.billing(parent),
    }),
    reseller: t.field({
      type: resellerCustomer,
      description:
        'The customer in the reseller API; null when it does not exist or is not linked.',
      resolve: (parent, _args, { services }) => services.customers.reseller(parent),
    }),
  }),
});

/** The billing key takes precedence, so that both halves of a linked customer have the same id. */
export function customerId(parent: Customer, _args: object, { services }: GatewayContext) {
  if (parent instanceof ListedCustomer) return listedId(parent);
  const identity = services.customers.identity(parent);
  return identity instanceof Promise ? identity.then(globalIdOf) : globalIdOf(identity);
}

function listedId({ page, index, billing }: ListedCustomer): string {
  page.globalIds ??= encodeGlobalIds(
    'Customer',
    ['b', billing.resellerId],
    page.customers.map((listed) => listed.billing.customerId),
  );
  return page.globalIds[index] ?? globalIdOf({ billing, resellerCustomerId: null });
}

function globalIdOf({ billing, resellerCustomerId }: Customer): string {
  if (billing) return encodeGlobalId('Customer', 'b', billing.resellerId, billing.customerId);
  if (resellerCustomerId === null) throw new Error('customer has neither key');
  return encodeGlobalId('Customer', 'r', resellerCustomerId);
}

/**
 * Decodes a customer's global id without looking the customer up.
 * @throws GatewayError BAD_USER_INPUT when it is not a customer's id
 */
export function customerOfId(id: string): Customer {
  return customerOfParts(givenIdOf('Customer', id));
}

export function customerOfParts([side, ...parts]: readonly string[]): Customer {
  const [first, second, ...more] = parts;
  if (side === 'b' && first && second && more.length === 0) {
    return { billing: { resellerId: first, customerId: second }, resellerCustomerId: null };
  }
  if (side === 'r' && first && second === undefined) {
    return { billing: null, resellerCustomerId: first };
  }
  throw invalidId('Customer');
}

/**
 * The reseller API's id of the customer that a list or subscription is filtered by.
 * @param id the `customer` argument
 * @returns undefined without the argument; null when the customer is not in the reseller API
 */
export async function resellerFilter(
  id: string | null | undefined,
  customers: CustomerService,
): Promise<string | null | undefined> {
  return id == null ? undefined : customers.resellerCustomerId(customerOfId(id));
}

registerNode('Customer', async (parts, { services }) =>
  services.customers.find(customerOfParts(parts)),
);

registerNode('BillingCustomer', async (parts, context) =>
  billingHalf(parts, 'BillingCustomer', context),
);

registerNode('BillingAccount', async (parts, context) => {
  const half = await billingHalf(parts, 'BillingAccount', context);
  return half && accountOf(half, context);
});

registerNode('ResellerCustomer', async ([id, ...more], { services }) => {
  if (!id || more.length > 0) throw invalidId('ResellerCustomer');
  const found = await services.customers.find({ billing: null, resellerCustomerId: id });
  return found && services.customers.reseller(found);
});

/** Found like the customer itself, so that the same viewers see it. */
async function billingHalf(
  [resellerId, customerId, ...more]: readonly string[],
  type: 'BillingCustomer' | 'BillingAccount',
  { services }: GatewayContext,
): Promise<BillingCustomer | null> {
  if (!resellerId || !customerId || more.length > 0) throw invalidId(type);
  const key = { resellerId, customerId };
  const found = await services.customers.find({ billing: key, resellerCustomerId: null });
  return found && services.customers.billing(found);
}

const customerConnection = connectionOf(customer);

const customerBy = builder.inputType('CustomerBy', {
  description: 'Identifies a customer. Set exactly one field.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id of the customer.' }),
    domain: t.string({ description: 'Primary domain in the reseller API, such as `example.com`.' }),
    resellerCustomerId: t.string({ description: "The reseller API's id of the customer." }),
    billing: t.field({ type: billingKeyInput, description: "The billing API's ids." }),
  }),
});

builder.queryField('customer', (t) =>
  t.field({
    type: customer,
    description: 'Returns one customer; null when neither API has it.',
    args: {
      by: t.arg({ type: customerBy, required: true, description: 'The customer to return.' }),
    },
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
    description:
      "Lists a reseller's customers in the order of the billing API. Customers that exist only in the reseller API are not included.",
    args: { resellerId: t.arg.string({ description: resellerIdDescription }), ...connectionArgs },
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
