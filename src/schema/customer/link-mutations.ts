import { builder } from '../builder.ts';
import { mutate, resultOf } from '../mutation.ts';
import { notEmpty } from '../relay/arguments.ts';
import { billingKeyInput, customer, customerOfId } from './customer.ts';

export const resellerKeyInput = builder.inputType('ResellerCustomerKey', {
  description: 'Where the reseller API knows a customer: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    id: t.string({ description: "The reseller API's own id." }),
    domain: t.string({ description: 'Primary domain.' }),
  }),
});

/** @throws GatewayError BAD_USER_INPUT when it says nothing */
export function domainOrId(key: typeof resellerKeyInput.$inferInput): string {
  return key.id == null
    ? notEmpty('resellerCustomer.domain', key.domain)
    : notEmpty('resellerCustomer.id', key.id);
}

const linkCustomerInput = builder.inputType('LinkCustomerInput', {
  description: 'Which two are one.',
  fields: (t) => ({
    billing: t.field({
      type: billingKeyInput,
      required: true,
      description: 'The customer as billing knows it.',
    }),
    resellerCustomer: t.field({
      type: resellerKeyInput,
      required: true,
      description: 'The customer as the reseller API knows it.',
    }),
  }),
});

builder.mutationField('linkCustomer', (t) =>
  t.field({
    type: customer,
    description:
      'Says that a customer of billing and a customer of the reseller API are one. Each has at most one partner; the same link again changes nothing.',
    errors: resultOf('LinkCustomer', 'customer', 'The one customer.'),
    args: {
      input: t.arg({ type: linkCustomerInput, required: true, description: 'Which two.' }),
    },
    resolve: (_root, { input }, { services: { customers, customerLinks } }) =>
      mutate(async () => {
        const resellerId = customers.resellerId(input.billing.resellerId);
        const { customerId } = input.billing;
        return customerLinks.link({ resellerId, customerId }, domainOrId(input.resellerCustomer));
      }),
  }),
);

const unlinkCustomerInput = builder.inputType('UnlinkCustomerInput', {
  description: 'Whom to part.',
  fields: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the linked customer.' }),
  }),
});

builder.mutationField('unlinkCustomer', (t) =>
  t.field({
    type: customer,
    description: 'Makes two customers of a linked one. Nothing changes at either backend.',
    errors: resultOf(
      'UnlinkCustomer',
      'customer',
      'The billing customer, which keeps the id; the other is found by its own.',
    ),
    args: { input: t.arg({ type: unlinkCustomerInput, required: true, description: 'Whom.' }) },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => services.customerLinks.unlink(customerOfId(input.customer))),
  }),
);
