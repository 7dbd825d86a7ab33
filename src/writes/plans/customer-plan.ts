import {
  type BillingCustomerKey,
  isManagedElsewhere,
  type ResellerCustomer,
} from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { CustomerInput } from '../../domain/order.ts';
import { type Plan, PlanDraft, type PlannedObject } from '../../domain/plan.ts';
import type { OrderCustomerRequest, UpdateCustomerRequest } from '../reseller/requests.ts';
import { nameOf, requireManaged } from './order-plan.ts';
import { invalid } from './rules.ts';

/** The fields that a request can set, by the API's names, with their names in a sentence. */
const fields = [
  ['customerDomain', 'The primary domain'],
  ['alternateEmail', 'The alternate email address'],
  ['phoneNumber', 'The phone number'],
  ['primaryAdmin.primaryEmail', "The first administrator's email address"],
  ['postalAddress.contactName', 'The contact name'],
  ['postalAddress.organizationName', 'The organization name'],
  ['postalAddress.addressLine1', 'The first address line'],
  ['postalAddress.addressLine2', 'The second address line'],
  ['postalAddress.addressLine3', 'The third address line'],
  ['postalAddress.locality', 'The locality'],
  ['postalAddress.region', 'The region'],
  ['postalAddress.postalCode', 'The postal code'],
  ['postalAddress.countryCode', 'The country code'],
] as const;

type FieldName = (typeof fields)[number][0];
/** Fields that `replace` keeps, because the API cannot clear or does not return them. */
const kept: ReadonlySet<FieldName> = new Set(['customerDomain', 'primaryAdmin.primaryEmail']);

/**
 * Plans an order of a customer, or its transfer to this reseller.
 * @param present the customer at the domain; null when the domain is free
 * @param linkTo the billing customer that it would be linked to
 * @throws GatewayError CONFLICT when the customer exists and is not transferred
 */
export function planCustomerOrder(
  { customer, customerAuthToken }: Omit<OrderCustomerRequest, 'mutation'>,
  present: ResellerCustomer | null,
  linkTo: BillingCustomerKey | null,
): Plan {
  const draft = new PlanDraft();
  const isTeam = customer.customerType === 'team';
  const isTransfer = checkPresent(present, customerAuthToken !== undefined, isTeam, draft);
  const transferred = isTransfer && present ? { id: present.customerId } : null;
  const object: PlannedObject = {
    type: 'Customer',
    customer: transferred && { billing: null, resellerCustomerId: transferred.id },
  };
  const sent = valuesOf(customer);
  for (const [name, label] of fields) {
    const after = sent.get(name) ?? null;
    draft.change(object, `reseller.${name}`, label, { before: null, after });
  }
  if (linkTo) addLink(object, linkTo, draft);
  draft.warn(
    'VENDOR_DECIDES',
    'Google decides whether the country is open for resale, and whether the address is valid.',
    'postalAddress',
  );
  warnOfPhone(customer, draft);
  if (isTransfer) return draft.done(`Transfers ${customer.customerDomain} to this reseller.`);
  draft.warn('CONSEQUENCE', "The customer's administrator has to accept the terms of service.");
  return draft.done(`Orders the customer ${customer.customerDomain}.`);
}

/** Whether the order is the transfer of an existing customer. */
function checkPresent(
  present: ResellerCustomer | null,
  hasToken: boolean,
  isTeam: boolean,
  draft: PlanDraft,
): boolean {
  draft.warnIf(
    isTeam,
    'VENDOR_DECIDES',
    'Google decides whether the team exists already: several teams can have one domain.',
    'customerDomain',
  );
  if (!present || isTeam) return false;
  if (present.customerType === 'team') {
    const message = 'A team with this domain exists; Google decides whether a domain customer can.';
    draft.warn('VENDOR_DECIDES', message, 'customerDomain');
    return false;
  }
  if (!hasToken || !isManagedElsewhere(present)) {
    const message = 'The customer already exists. Use its transfer token to transfer it.';
    throw new GatewayError('CONFLICT', message, { service: 'reseller', nothingSent: true });
  }
  const message = 'Google decides whether the transfer token is valid.';
  draft.warn('VENDOR_DECIDES', message, 'customerAuthToken');
  return true;
}

/** Adds the link of a customer to the billing customer. */
function addLink(object: PlannedObject, linkTo: BillingCustomerKey, draft: PlanDraft): void {
  const link = { before: null, after: linkTo.customerId };
  draft.change(object, 'billing.customerId', 'The linked billing customer', link);
}

/**
 * Plans an update of a customer.
 * @throws GatewayError as the update itself would, where Google documents the rule
 */
export function planCustomerUpdate(
  { customerId, changes, replace }: Omit<UpdateCustomerRequest, 'mutation'>,
  found: ResellerCustomer | null,
): Plan {
  const present = requireManaged(found);
  const draft = new PlanDraft();
  const { alternateEmail, customerDomain } = changes;
  const domain = present.customerDomain?.toLowerCase();
  if (domain && alternateEmail?.toLowerCase().endsWith(`@${domain}`)) {
    throw invalid('alternateEmail', 'must not be in the primary domain');
  }
  const object = { type: 'Customer', customer: { billing: null, resellerCustomerId: customerId } };
  addUpdates({ ...object, type: 'Customer' }, { changes, replace, present }, draft);
  draft.warnIf(
    customerDomain !== undefined && customerDomain.toLowerCase() !== domain,
    'VENDOR_DECIDES',
    'Google decides whether the API can change the domain of a customer.',
    'customerDomain',
  );
  warnOfAddress(changes, present, replace, draft);
  warnOfPhone(changes, draft);
  return draft.done(`${replace ? 'Replaces' : 'Updates'} the customer ${nameOf(present)}.`);
}

interface Update {
  readonly changes: CustomerInput;
  readonly replace: boolean;
  readonly present: ResellerCustomer;
}

function addUpdates(
  object: PlannedObject,
  { changes, replace, present }: Update,
  draft: PlanDraft,
): void {
  const [sent, now] = [valuesOf(changes), valuesOf(present)];
  for (const [name, label] of fields) {
    const before = now.get(name) ?? null;
    const omitted = replace && !kept.has(name) ? null : before;
    draft.change(object, `reseller.${name}`, label, { before, after: sent.get(name) ?? omitted });
  }
}

/** An order requires these parts of an address; for an update, that is not documented. */
function warnOfAddress(
  { postalAddress }: CustomerInput,
  present: ResellerCustomer,
  replace: boolean,
  draft: PlanDraft,
): void {
  if (!postalAddress) return;
  const after: CustomerInput['postalAddress'] & object = replace
    ? postalAddress
    : { ...withoutNulls(present.postalAddress ?? {}), ...postalAddress };
  const { contactName, organizationName, postalCode, countryCode } = after;
  const isWhole = [contactName, organizationName, postalCode, countryCode].every(Boolean);
  const message = isWhole
    ? 'Google decides whether the address is valid.'
    : 'Google decides whether an address without contactName, organizationName, postalCode or countryCode is valid.';
  draft.warn('VENDOR_DECIDES', message, 'postalAddress');
}

function warnOfPhone({ phoneNumber }: CustomerInput, draft: PlanDraft): void {
  const message = 'Google drops a phone number that it considers invalid, without an error.';
  draft.warnIf(phoneNumber !== undefined, 'CONSEQUENCE', message, 'phoneNumber');
}

/** The texts of a customer or of a request, by the names of `fields`. */
function valuesOf(customer: CustomerInput | ResellerCustomer): Map<string, string> {
  const { postalAddress, primaryAdmin, ...plain } = customer;
  const nested = [
    ...Object.entries(postalAddress ?? {}).map(([name, value]) => [`postalAddress.${name}`, value]),
    ['primaryAdmin.primaryEmail', primaryAdmin?.primaryEmail],
  ];
  return new Map(
    [...Object.entries(plain), ...nested].flatMap(([name, value]) =>
      typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

function withoutNulls(address: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(address).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}
