import type { CustomerInput } from '../../domain/order.ts';
import { builder } from '../builder.ts';
import { mutate, resultOf } from '../mutation.ts';
import { UNRECOGNIZED } from '../open-enum.ts';
import { Validation } from '../validation.ts';
import { billingKeyInput, customer, customerOfId, customerType } from './customer.ts';

const MAX_ADDRESS_FIELD = 255;

const postalAddressInput = builder.inputType('PostalAddressInput', {
  description: `A postal address; each field is at most ${MAX_ADDRESS_FIELD} characters long.`,
  fields: (t) => ({
    contactName: t.string({ description: 'Whom to write to. Needed to order.' }),
    organizationName: t.string({ description: 'The company. Needed to order.' }),
    addressLine1: t.string({ description: 'Street and number.' }),
    addressLine2: t.string({ description: 'Second line of the address.' }),
    addressLine3: t.string({ description: 'Third line of the address.' }),
    locality: t.string({ description: 'Town.' }),
    region: t.string({ description: 'State or province.' }),
    postalCode: t.string({ description: 'Postal code. Needed to order.' }),
    countryCode: t.string({ description: 'ISO 3166 two-letter code. Needed to order.' }),
  }),
});
type PostalAddressInput = typeof postalAddressInput.$inferInput;

const phoneNumberDescription = 'Begins with + and the country code.';

const orderCustomerInput = builder.inputType('OrderCustomerInput', {
  description: 'The customer to order.',
  fields: (t) => ({
    customerDomain: t.string({ required: true, description: 'Primary domain, without `www.`.' }),
    customerType: t.field({
      type: customerType.ref,
      defaultValue: 'DOMAIN',
      description: 'How the customer will prove who it is.',
    }),
    alternateEmail: t.string({
      description: 'Second address, not in the primary domain. A domain customer needs it.',
    }),
    primaryAdminEmail: t.string({
      description: 'Gets the verification mail. A team customer needs it.',
    }),
    phoneNumber: t.string({ description: phoneNumberDescription }),
    postalAddress: t.field({
      type: postalAddressInput,
      description: 'Where the customer is. A domain customer needs it.',
    }),
    customerAuthToken: t.string({
      description: "The customer's transfer token, when somebody else manages it now.",
    }),
    billing: t.field({
      type: billingKeyInput,
      description: 'The customer of billing that it is: the two are linked.',
    }),
  }),
});

const updateCustomerInput = builder.inputType('UpdateCustomerInput', {
  description: 'What to change of a customer; what is left out stays, unless `replace` is true.',
  fields: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    customerDomain: t.string({ description: 'Primary domain, without `www.`.' }),
    alternateEmail: t.string({ description: 'Second address, not in the primary domain.' }),
    primaryAdminEmail: t.string({ description: 'First administrator of a team customer.' }),
    phoneNumber: t.string({ description: phoneNumberDescription }),
    postalAddress: t.field({ type: postalAddressInput, description: 'Where the customer is.' }),
    replace: t.boolean({
      defaultValue: false,
      description: 'Whether all that is not given shall be emptied.',
    }),
  }),
});

/** Where the backend's own names are not those of the inputs. */
const fieldNames = { 'primaryAdmin.primaryEmail': 'primaryAdminEmail', customerId: 'customer' };

builder.mutationField('orderCustomer', (t) =>
  t.field({
    type: customer,
    description:
      'Orders a customer of the reseller API, or takes one over from somebody else. Its administrator has to accept the terms before its subscriptions serve.',
    errors: resultOf('OrderCustomer', 'customer', 'The new customer.'),
    args: {
      input: t.arg({ type: orderCustomerInput, required: true, description: 'The customer.' }),
    },
    resolve: (_root, { input }, { services: { customers, customerLinks } }) =>
      mutate(async () => {
        const validation = new Validation();
        checkCustomer(validation, input);
        checkOrder(validation, input);
        validation.end();
        const order = { ...customerInput(input), customerType: input.customerType?.toLowerCase() };
        const token = input.customerAuthToken ?? undefined;
        if (!input.billing) return customers.order(order, token);
        const resellerId = customers.resellerId(input.billing.resellerId);
        const { customerId } = input.billing;
        return customerLinks.order(order, token, { resellerId, customerId });
      }, fieldNames),
  }),
);

builder.mutationField('updateCustomer', (t) =>
  t.field({
    type: customer,
    description: 'Changes the reseller half of a customer.',
    errors: resultOf('UpdateCustomer', 'customer', 'The customer as it is now.'),
    args: {
      input: t.arg({ type: updateCustomerInput, required: true, description: 'What to change.' }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => {
        const validation = new Validation();
        checkCustomer(validation, input);
        validation.end();
        const target = customerOfId(input.customer);
        return services.customers.update(target, customerInput(input), input.replace === true);
      }, fieldNames),
  }),
);

interface CustomerFields {
  readonly customerDomain?: string | null | undefined;
  readonly alternateEmail?: string | null | undefined;
  readonly primaryAdminEmail?: string | null | undefined;
  readonly phoneNumber?: string | null | undefined;
  readonly postalAddress?: PostalAddressInput | null | undefined;
}

/** The rules that the reseller API documents for orders and changes alike. */
function checkCustomer(validation: Validation, fields: CustomerFields): void {
  const { customerDomain, alternateEmail, phoneNumber, postalAddress } = fields;
  validation.email('alternateEmail', alternateEmail);
  validation.email('primaryAdminEmail', fields.primaryAdminEmail);
  validation.check(
    'customerDomain',
    !customerDomain?.toLowerCase().startsWith('www.'),
    'must be without www.',
  );
  validation.check(
    'alternateEmail',
    !customerDomain || !alternateEmail?.toLowerCase().endsWith(`@${customerDomain.toLowerCase()}`),
    'must not be in the primary domain',
  );
  // The vendor drops such a number without a word.
  validation.check('phoneNumber', !phoneNumber || /^\+\d/.test(phoneNumber), 'must begin with +');
  for (const [name, value] of Object.entries(postalAddress ?? {})) {
    validation.atMost(`postalAddress.${name}`, value, MAX_ADDRESS_FIELD);
  }
  const countryCode = postalAddress?.countryCode;
  validation.check(
    'postalAddress.countryCode',
    countryCode == null || /^[A-Za-z]{2}$/.test(countryCode),
    'is no two-letter code',
  );
}

function checkOrder(validation: Validation, input: typeof orderCustomerInput.$inferInput): void {
  validation.required('customerDomain', input.customerDomain);
  if (input.customerType === 'TEAM') {
    validation.required('primaryAdminEmail', input.primaryAdminEmail);
  } else {
    validation.required('alternateEmail', input.alternateEmail);
    checkPostalAddress(validation, input.postalAddress ?? {});
  }
  validation.check(
    'customerType',
    input.customerType !== UNRECOGNIZED,
    'cannot be ordered: it only stands for words of answers',
  );
}

function checkPostalAddress(validation: Validation, address: PostalAddressInput): void {
  const { contactName, organizationName, postalCode, countryCode } = address;
  const needed = { contactName, organizationName, postalCode, countryCode };
  for (const [name, value] of Object.entries(needed)) {
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
