import { clearedNames } from './body.ts';
import { duplicate, invalid, required } from './errors.ts';
import {
  findCustomer,
  type MethodCall,
  pathText,
  queryText,
  requireCustomer,
  requireManaged,
  requireTransferToken,
} from './method-call.ts';
import type { CustomerRecord } from './records.ts';
import { renderCustomer } from './render.ts';
import { checkTextLength } from './rules.ts';
import type { WireAddress, WireCustomer } from './wire.ts';

/** Countries that are not open for resale. */
const closedCountries = new Set(['CU', 'IR', 'KP', 'SY']);
const maxAddressLength = 255;

export function getCustomer(call: MethodCall<object>): WireCustomer {
  return renderCustomer(requireCustomer(call.store, pathText(call, 'customerId')));
}

export function insertCustomer(call: MethodCall<WireCustomer>): WireCustomer {
  const { store, input } = call;
  const customerType = input.customerType === 'team' ? 'team' : 'domain';
  const customerDomain = domainOf(input);
  if (customerType === 'team' && !input.primaryAdmin?.primaryEmail) {
    throw required('primaryAdmin.primaryEmail');
  }
  if (customerType === 'domain') checkDomainCustomer(input, customerDomain);
  if (input.postalAddress !== undefined) checkAddress(input.postalAddress);
  const existing = findExisting(call, customerType, customerDomain);
  if (existing !== undefined) return transferCustomer(call, existing);
  const wait = store.termsAcceptedAfterMs ?? Number.POSITIVE_INFINITY;
  const customer = store.addCustomer({
    ...{ customerDomain, customerType },
    alternateEmail: input.alternateEmail,
    postalAddress: input.postalAddress,
    phoneNumber: validPhone(input.phoneNumber),
    primaryEmail: input.primaryAdmin?.primaryEmail,
    domainVerified: false,
    managedBy: 'us',
    termsAcceptedAt: store.now() + wait,
    transferToken: undefined,
  });
  return renderCustomer(customer);
}

function domainOf(input: WireCustomer): string {
  const domain = input.customerDomain?.toLowerCase();
  if (!domain) throw required('customerDomain');
  if (domain.startsWith('www.') || !/^([a-z0-9-]+\.)+[a-z0-9-]{2,}$/.test(domain)) {
    throw invalid(`Invalid customer domain: ${domain}`, 'customerDomain');
  }
  return domain;
}

function checkDomainCustomer(input: WireCustomer, domain: string): void {
  if (!input.alternateEmail) throw required('alternateEmail');
  checkAlternateEmail(input.alternateEmail, domain);
  if (input.postalAddress === undefined) throw required('postalAddress');
}

function checkAlternateEmail(email: string, domain: string): void {
  const host = /^[^@\s]+@([^@\s]+)$/.exec(email)?.[1]?.toLowerCase();
  if (host === undefined) throw invalid('Invalid alternate email', 'alternateEmail');
  if (host === domain) {
    throw invalid('The alternate email must not be at the customer domain', 'alternateEmail');
  }
}

function checkAddress(address: WireAddress): void {
  for (const name of ['contactName', 'organizationName', 'postalCode', 'countryCode'] as const) {
    if (!address[name]) throw required(`postalAddress.${name}`);
  }
  for (const [name, value] of Object.entries(address)) {
    checkTextLength(`postalAddress.${name}`, value, maxAddressLength);
  }
  const { countryCode = '', postalCode = '' } = address;
  if (!/^[A-Z]{2}$/.test(countryCode) || closedCountries.has(countryCode)) {
    throw invalid(`Invalid or closed country: ${countryCode}`, 'postalAddress.countryCode');
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9 -]{1,15}$/.test(postalCode)) {
    throw invalid(`Invalid postal code: ${postalCode}`, 'postalAddress.postalCode');
  }
}

/** The vendor drops an invalid number without an error. */
function validPhone(phone: string | undefined): string | undefined {
  if (phone === undefined || !/^\+[1-9][0-9 ()./-]+$/.test(phone)) return undefined;
  return phone.replaceAll(/\D/g, '').length >= 7 ? phone : undefined;
}

/** Several teams may share a domain; a domain customer is unique. */
function findExisting(
  { store, input }: MethodCall<WireCustomer>,
  customerType: 'domain' | 'team',
  domain: string,
): CustomerRecord | undefined {
  if (customerType === 'domain') return findCustomer(store, domain);
  const email = input.primaryAdmin?.primaryEmail;
  return store.customersAt(domain).find((other) => other.primaryEmail === email);
}

function transferCustomer(call: MethodCall<WireCustomer>, customer: CustomerRecord): WireCustomer {
  const token = queryText(call, 'customerAuthToken');
  if (token === undefined || customer.managedBy === 'us') {
    throw duplicate('Customer already exists: use a transfer token to transfer it');
  }
  requireTransferToken(customer, token, call.store.now());
  const { alternateEmail, postalAddress, phoneNumber } = call.input;
  customer.managedBy = 'us';
  Object.assign(customer, { alternateEmail, postalAddress, phoneNumber: validPhone(phoneNumber) });
  return renderCustomer(customer);
}

/** Changes only the fields of the body; `null` clears a field. */
export function patchCustomer(call: MethodCall<WireCustomer>): WireCustomer {
  const customer = requireManaged(call.store, pathText(call, 'customerId'));
  const { alternateEmail, postalAddress, phoneNumber, primaryEmail } = customer;
  const present = { alternateEmail, postalAddress, phoneNumber, primaryAdmin: { primaryEmail } };
  const changes: WireCustomer = { ...call.input };
  if (changes.postalAddress !== undefined) {
    changes.postalAddress = { ...postalAddress, ...changes.postalAddress };
  }
  checkChanges(customer, changes);
  const cleared = Object.fromEntries(clearedNames(call.body).map((name) => [name, undefined]));
  write(customer, { ...present, ...changes, ...cleared });
  return renderCustomer(customer);
}

/** Clears the fields that are missing from the body. */
export function updateCustomer(call: MethodCall<WireCustomer>): WireCustomer {
  const customer = requireManaged(call.store, pathText(call, 'customerId'));
  checkChanges(customer, call.input);
  write(customer, call.input);
  return renderCustomer(customer);
}

function write(customer: CustomerRecord, next: WireCustomer): void {
  customer.alternateEmail = next.alternateEmail;
  customer.postalAddress = next.postalAddress;
  customer.primaryEmail = next.primaryAdmin?.primaryEmail;
  const phone = validPhone(next.phoneNumber);
  if (phone !== undefined || next.phoneNumber === undefined) customer.phoneNumber = phone;
}

function checkChanges(customer: CustomerRecord, changes: WireCustomer): void {
  const { alternateEmail, postalAddress } = changes;
  checkUnchanged(customer, changes);
  if (alternateEmail) checkAlternateEmail(alternateEmail, customer.customerDomain);
  if (postalAddress !== undefined) checkAddress(postalAddress);
}

/** The API cannot change the id, domain or type of a customer. */
function checkUnchanged(customer: CustomerRecord, input: WireCustomer): void {
  const { customerId, customerDomain, customerType } = input;
  if (customerId && customerId !== customer.customerId && customerId !== customer.customerDomain) {
    throw invalid('The customer id cannot be changed', 'customerId');
  }
  if (customerDomain && customerDomain.toLowerCase() !== customer.customerDomain) {
    throw invalid('The customer domain cannot be changed by the API', 'customerDomain');
  }
  const typed = customerType !== undefined && customerType !== 'customerTypeUnspecified';
  if (typed && customerType !== customer.customerType) {
    throw invalid('The customer type cannot be changed by the API', 'customerType');
  }
}
