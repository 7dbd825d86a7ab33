import type { InputShapeFromFields } from '@pothos/core';
import type { CustomerInput } from '../../domain/order.ts';
import { builder, type InputFields } from '../builder.ts';
import { writeMutation } from '../mutation.ts';
import { UNRECOGNIZED } from '../open-enum.ts';
import { Validation } from '../validation.ts';
import { customer, customerOfId } from './customer.ts';
import { billingKeyInput } from './customer-keys.ts';
import { customerType } from './customer-parts.ts';

const MAX_ADDRESS_FIELD = 255;

const postalAddressInput = builder.inputType('PostalAddressInput', {
  description: `A postal address. Each field is at most ${MAX_ADDRESS_FIELD} characters long.`,
  fields: (t) => ({
    contactName: t.string({ description: 'Name of the contact person; required for an order.' }),
    organizationName: t.string({ description: 'Name of the organization; required for an order.' }),
    addressLine1: t.string({ description: 'First line of the address: street and number.' }),
    addressLine2: t.string({ description: 'Second line of the address.' }),
    addressLine3: t.string({ description: 'Third line of the address.' }),
    locality: t.string({ description: 'City or town.' }),
    region: t.string({ description: 'State or province.' }),
    postalCode: t.string({ description: 'Postal code; required for an order.' }),
    countryCode: t.string({
      description: 'ISO 3166 two-letter country code; required for an order.',
    }),
  }),
});
type PostalAddressInput = typeof postalAddressInput.$inferInput;

function sharedInput(t: InputFields) {
  return {
    alternateEmail: t.string({
      description:
        'Secondary email address outside the primary domain; required to order a domain customer.',
    }),
    primaryAdminEmail: t.string({
      description:
        'Email address of the first administrator, which receives the verification email; required to order a team customer.',
    }),
    phoneNumber: t.string({ description: 'Phone number that starts with + and the country code.' }),
    postalAddress: t.field({
      type: postalAddressInput,
      description: 'Postal address; required to order a domain customer.',
    }),
  };
}

function orderInput(t: InputFields) {
  return {
    ...sharedInput(t),
    customerDomain: t.string({
      required: true,
      description: 'Primary domain without `www.`, such as `example.com`.',
    }),
    customerType: t.field({
      type: customerType.ref,
      defaultValue: 'DOMAIN',
      description: 'How the customer will be verified. It cannot be changed later.',
    }),
    customerAuthToken: t.string({
      description:
        "The customer's transfer token; required when another reseller or Google manages the customer.",
    }),
    billing: t.field({
      type: billingKeyInput,
      description: 'The billing customer to link the new customer to.',
    }),
  };
}

/** Backend fields whose names differ from the input's. */
const fieldNames = {
  primaryAdmin: 'primaryAdminEmail',
  'primaryAdmin.primaryEmail': 'primaryAdminEmail',
  customerId: 'customer',
};

writeMutation('orderCustomer', {
  description:
    'Orders a customer in the reseller API, or transfers one to this reseller. Its subscriptions may stay suspended until its administrator accepts the terms of service.',
  inputDescription: 'The customer to order.',
  input: orderInput,
  success: 'The customer was ordered.',
  returns: { field: 'customer', type: customer, description: 'The new customer.' },
  fieldNames,
  async run(input, { customers, customerLinks }, key) {
    const validation = new Validation();
    checkCustomer(validation, input);
    checkOrder(validation, input);
    validation.throwIfInvalid();
    const order = { ...customerInput(input), customerType: input.customerType?.toLowerCase() };
    const token = input.customerAuthToken ?? undefined;
    if (!input.billing) return customers.order(order, token, key);
    const resellerId = customers.resellerId(input.billing.resellerId);
    const { customerId } = input.billing;
    const linkTo = { resellerId, customerId };
    return customerLinks.order(order, token, linkTo, key);
  },
});

writeMutation('updateCustomer', {
  description: 'Updates a customer in the reseller API.',
  inputDescription: 'The changes. Omitted fields keep their values unless `replace` is true.',
  input: (t) => ({
    ...sharedInput(t),
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    customerDomain: t.string({
      description: 'Primary domain without `www.`, such as `example.com`.',
    }),
    replace: t.boolean({
      defaultValue: false,
      description: 'Whether to replace the whole customer, which clears omitted fields.',
    }),
  }),
  success: 'The customer was updated.',
  returns: { field: 'customer', type: customer, description: 'The updated customer.' },
  fieldNames,
  async run(input, { customers }, key) {
    const validation = new Validation();
    checkCustomer(validation, input);
    validation.throwIfInvalid();
    const target = customerOfId(input.customer);
    return customers.update(target, customerInput(input), input.replace === true, key);
  },
});

type CustomerFields = InputShapeFromFields<ReturnType<typeof sharedInput>> & {
  readonly customerDomain?: string | null | undefined;
};

/** Checks the rules that the reseller API documents for orders and updates alike. */
function checkCustomer(validation: Validation, fields: CustomerFields): void {
  const { customerDomain, alternateEmail, phoneNumber, postalAddress } = fields;
  validation.email('alternateEmail', alternateEmail);
  validation.email('primaryAdminEmail', fields.primaryAdminEmail);
  validation.check(
    'customerDomain',
    !customerDomain?.toLowerCase().startsWith('www.'),
    'must not start with www.',
  );
  validation.check(
    'alternateEmail',
    !customerDomain || !alternateEmail?.toLowerCase().endsWith(`@${customerDomain.toLowerCase()}`),
    'must not be in the primary domain',
  );
  // The reseller API silently drops an invalid number.
  validation.check(
    'phoneNumber',
    !phoneNumber || /^\+\d/.test(phoneNumber),
    'must start with + and the country code',
  );
  for (const [name, value] of Object.entries(postalAddress ?? {})) {
    validation.maxLength(`postalAddress.${name}`, value, MAX_ADDRESS_FIELD);
  }
  const countryCode = postalAddress?.countryCode;
  validation.check(
    'postalAddress.countryCode',
    countryCode == null || /^[A-Za-z]{2}$/.test(countryCode),
    'must be a two-letter ISO 3166 code',
  );
}

function checkOrder(
  validation: Validation,
  input: InputShapeFromFields<ReturnType<typeof orderInput>>,
): void {
  validation.required('customerDomain', input.customerDomain);
  if (input.customerType === 'TEAM') {
    validation.required('primaryAdminEmail', input.primaryAdminEmail);
  } else {
    validation.required('alternateEmail', input.alternateEmail);
    checkPostalAddress(validation, input.postalAddress ?? {});
  }
  validation.check('customerType', input.customerType !== UNRECOGNIZED, 'must be DOMAIN or TEAM');
}

function checkPostalAddress(validation: Validation, address: PostalAddressInput): void {
  const { contactName, organizationName, postalCode, countryCode } = address;
  const required = { contactName, organizationName, postalCode, countryCode };
  for (const [name, value] of Object.entries(required)) {
    validation.required(`postalAddress.${name}`, value);
  }
}

function customerInput(fields: CustomerFields): CustomerInput {
  const { postalAddress, primaryAdminEmail } = fields;
  return {
    customerDomain: fields.customerDomain ?? undefined,
    alternateEmail: fields.alternateEmail ?? undefined,
    phoneNumber: fields.phoneNumber ?? undefined,
    primaryAdmin: primaryAdminEmail ? { primaryEmail: primaryAdminEmail } : undefined,
    postalAddress: postalAddress ? withoutNulls(postalAddress) : undefined,
  };
}

function withoutNulls(address: PostalAddressInput): Record<string, string> {
  return Object.fromEntries(
    Object.entries(address).flatMap(([name, value]) => (value == null ? [] : [[name, value]])),
  );
}
