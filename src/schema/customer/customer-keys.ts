import { builder } from '../builder.ts';
import { notEmpty } from '../relay/arguments.ts';

export const resellerIdDescription =
  "The billing API's id of the reseller, up to 50 characters; defaults to the only reseller that the caller sees, or to the configured one when it sees every one.";

export const billingKeyInput = builder.inputType('BillingCustomerKey', {
  description: 'Identifies a customer in the billing API.',
  fields: (t) => ({
    resellerId: t.string({ description: resellerIdDescription }),
    customerId: t.string({
      required: true,
      description: "The billing API's id of the customer, up to 50 characters.",
    }),
  }),
});

export const resellerKeyInput = builder.inputType('ResellerCustomerKey', {
  description: 'Identifies a customer in the reseller API. Set exactly one field.',
  isOneOf: true,
  fields: (t) => ({
    id: t.string({ description: "The reseller API's id of the customer; it never changes." }),
    domain: t.string({ description: 'Primary domain of the customer, such as `example.com`.' }),
  }),
});

/** @throws GatewayError BAD_USER_INPUT when the id or domain is blank */
export function domainOrId(key: typeof resellerKeyInput.$inferInput): string {
  return key.id == null
    ? notEmpty('resellerCustomer.domain', key.domain)
    : notEmpty('resellerCustomer.id', key.id);
}
