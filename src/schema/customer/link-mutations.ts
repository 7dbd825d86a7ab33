import { mutation } from '../mutation.ts';
import { customer, customerOfId } from './customer.ts';
import { billingKeyInput, domainOrId, resellerKeyInput } from './customer-keys.ts';

mutation('linkCustomer', {
  description:
    'Links a billing customer and a reseller customer that are the same company. Each can have one link; repeating a link changes nothing.',
  inputDescription: 'The two customers to link.',
  input: (t) => ({
    billing: t.field({
      type: billingKeyInput,
      required: true,
      description: 'The customer in the billing API.',
    }),
    resellerCustomer: t.field({
      type: resellerKeyInput,
      required: true,
      description: 'The customer in the reseller API.',
    }),
  }),
  success: 'The customers are linked.',
  returns: {
    field: 'customer',
    type: customer,
    description: 'The linked customer, under the id of the billing customer.',
  },
  fieldNames: { customerId: 'billing.customerId', resellerId: 'billing.resellerId' },
  async run({ billing, resellerCustomer }, { customers, customerLinks }) {
    const resellerId = customers.resellerId(billing.resellerId);
    const key = { resellerId, customerId: billing.customerId };
    return customerLinks.link(key, domainOrId(resellerCustomer));
  },
});

mutation('unlinkCustomer', {
  description: 'Removes the link of a customer. Nothing changes in either API.',
  inputDescription: 'The customer to unlink.',
  input: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the linked customer.' }),
  }),
  success: 'The link is removed.',
  returns: {
    field: 'customer',
    type: customer,
    description:
      'The billing customer, which keeps its id. The reseller customer gets an id of its own.',
  },
  run: async (input, { customerLinks }) => customerLinks.unlink(customerOfId(input.customer)),
});
