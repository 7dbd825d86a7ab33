import {
  type GraphQLInputType,
  getNullableType,
  graphql,
  isInputObjectType,
  isListType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import type { FieldViolation } from '../../src/domain/error.ts';
import { GatewayError } from '../../src/domain/error.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { schema } from '../../src/schema/schema.ts';

const subscription = encodeGlobalId('ResellerSubscription', 'C1', 'A');
const other = encodeGlobalId('ResellerSubscription', 'C1', 'B');
const customer = encodeGlobalId('Customer', 'r', 'C1');
const person = { email: 'a@b.example' };
const postalAddress = {
  ...{ contactName: 'A', organizationName: 'A', postalCode: '1', countryCode: 'DE' },
};
const order = { customer, action: 'BUY', skuId: 'A', planName: 'FLEXIBLE', seats: 5 };
const item = { skuId: 'A', planName: 'FLEXIBLE', seats: 5 };
const account = { serviceAccountEmailAddress: 'a@b.example' };

/** A valid input for each mutation. */
const inputs: Readonly<Record<string, object>> = {
  activateCustomer: { customer: encodeGlobalId('Customer', 'b', 'r', 'c') },
  activateSubscription: { subscription },
  cancelOperation: { operation: encodeGlobalId('Operation', 'o') },
  cancelSubscription: { subscription, alongWith: [subscription, other] },
  changeSubscriptionPlan: { subscription, planName: 'FLEXIBLE', seats: 5 },
  changeSubscriptionRenewalSettings: { subscription, renewalType: 'CANCEL' },
  changeSubscriptionSeats: { subscription, seats: 5 },
  createResellerServedCustomer: { name: 'A', person },
  inviteCustomer: { name: 'A', person, invitationEmail: 'a@b.example' },
  linkCustomer: { billing: { customerId: 'c' }, resellerCustomer: { id: 'C1' } },
  orderCustomer: { customerDomain: 'a.example', alternateEmail: 'a@b.example', postalAddress },
  orderSubscription: order,
  registerNotifications: account,
  settleWrite: {
    action: 'CONFIRM_NOT_DONE',
    auditEntry: encodeGlobalId('AuditEntry', '123e4567-e89b-42d3-a456-426614174000'),
  },
  startPaidService: { subscription },
  suspendCustomer: { customer: encodeGlobalId('Customer', 'b', 'r', 'c'), confirm: true },
  suspendSubscription: { subscription },
  transferSubscriptions: { customer, customerAuthToken: 'ff', subscriptions: [item, item] },
  transferSubscriptionToDirect: { subscription },
  unlinkCustomer: { customer },
  unregisterNotifications: account,
  updateCustomer: { customer, phoneNumber: '+49' },
};

/** The names of the fields of both vendors' requests. */
const vendorFields = [
  ...['reseller_id', 'name', 'invitation_email', 'person', 'customer_id', 'operation_id'],
  ...[
    'name',
    'longname',
    'phone',
    'email',
    'post_code',
    'post_address',
    'legal_address',
    'tin',
  ].map((field) => `person.${field}`),
  ...['customerId', 'customerDomain', 'customerType', 'alternateEmail', 'phoneNumber', 'kind'],
  ...['contactName', 'organizationName', 'postalCode', 'countryCode', 'region'].map(
    (field) => `postalAddress.${field}`,
  ),
  ...['primaryAdmin', 'primaryAdmin.primaryEmail', 'customerAuthToken', 'postalAddress'],
  ...['subscriptionId', 'skuId', 'sourceSkuId', 'action', 'purchaseOrderId', 'dealCode', 'status'],
  ...['plan', 'plan.planName', 'planName', 'seats', 'seats.numberOfSeats', 'numberOfSeats'],
  ...['seats.maximumNumberOfSeats', 'maximumNumberOfSeats', 'seats.licensedNumberOfSeats'],
  ...['renewalSettings', 'renewalSettings.renewalType', 'renewalType', 'deletionType'],
  ...['serviceAccountEmailAddress', 'maxResults', 'alt', 'subscriptions.1.plan.planName'],
  ...['subscriptions.0.deletionType', 'subscriptions[1].skuId', 'subscriptions.7.seats'],
];
const messages = ['', 'customer.', 'subscription.', 'invite_customer_request.', 'resource.body.'];
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** Fails every call of a service with these violations. */
function refusing(violations: readonly FieldViolation[]): object {
  const error = new GatewayError('BAD_USER_INPUT', 'no', { service: 'reseller', violations });
  const known = { resellerId: () => 'r', requireReseller: async () => 'C1' };
  const service = new Proxy(known, {
    get: (target, name) => Reflect.get(target, name) ?? (() => Promise.reject(error)),
  });
  const services = new Proxy(
    {},
    { get: (_, name) => (name === 'authorizeMutation' ? () => {} : service) },
  );
  return { services, report() {} };
}

interface Reported {
  readonly path: readonly string[];
  readonly message: string;
}

async function reported(
  mutation: string,
  fields: readonly string[],
  input = inputs[mutation],
): Promise<readonly Reported[]> {
  const violations = fields.map((field) => ({ field, description: 'is wrong' }));
  const name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
  const { data, errors } = await graphql({
    schema,
    source: `mutation ($input: ${name}Input!) { result: ${mutation}(input: $input) {
      ... on ValidationError { fields { path message } } } }`,
    variableValues: { input },
    contextValue: refusing(violations),
  });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data)).result.fields;
}

function exists(path: readonly string[], type: GraphQLInputType): boolean {
  const inner = getNullableType(type);
  const [first, ...others] = path;
  if (first === undefined) return true;
  if (isListType(inner)) return /^\d+$/.test(first) && exists(others, inner.ofType);
  const field = isInputObjectType(inner) ? inner.getFields()[first] : undefined;
  return field !== undefined && exists(others, field.type);
}

test('every mutation has an input to try', () => {
  expect(Object.keys(inputs).toSorted()).toEqual(
    Object.keys(schema.getMutationType()?.getFields() ?? {}).toSorted(),
  );
});

describe('a violation of a backend', () => {
  test.each(Object.keys(inputs))('is on a path that exists in the input of %s', async (name) => {
    const fields = messages.flatMap((message) =>
      vendorFields.flatMap((field) => [message + field, message + snakeCase(field)]),
    );
    const type = schema.getMutationType()?.getFields()[name]?.args[0]?.type;
    const found = await reported(name, fields);
    expect(found).toHaveLength(fields.length);
    for (const { path } of found) {
      expect(path[0]).toBe('input');
      expect(type && exists(path.slice(1), type), path.join('.')).toBe(true);
    }
  });

  const raw = { ...order, planName: undefined, planNameRaw: 'X', renewalTypeRaw: 'Y' };
  test.each<[string, string, string, object?]>([
    ['orderCustomer', 'customer.postal_address.postal_code', 'input.postalAddress.postalCode'],
    ['updateCustomer', 'customer.postal_address.postal_code', 'input.postalAddress.postalCode'],
    ['updateCustomer', 'customerId', 'input.customer'],
    ['orderCustomer', 'Customer.primaryAdmin.primaryEmail', 'input.primaryAdminEmail'],
    ['inviteCustomer', 'person.post_code', 'input.person.postCode'],
    ['inviteCustomer', 'invite_customer_request.person.email', 'input.person.email'],
    ['inviteCustomer', 'reseller_id', 'input.resellerId'],
    ['suspendCustomer', 'customer_id', 'input.customer'],
    ['suspendSubscription', 'subscription_id', 'input.subscription'],
    ['orderSubscription', 'subscription.plan.plan_name', 'input.planName'],
    ['orderSubscription', 'subscription.plan.plan_name', 'input.planNameRaw', raw],
    ['orderSubscription', 'renewalSettings.renewalType', 'input.renewalTypeRaw', raw],
    ['orderSubscription', 'renewalSettings', 'input.renewalType'],
    ['changeSubscriptionSeats', 'seats.numberOfSeats', 'input.seats'],
    ['changeSubscriptionPlan', 'skuId', 'input.subscription'],
    ['cancelSubscription', 'deletionType', 'input.subscription'],
    ['cancelSubscription', 'subscriptions.1.deletionType', 'input.alongWith.1'],
    ['transferSubscriptions', 'subscriptions.1.plan.planName', 'input.subscriptions.1.planName'],
    [
      ...(['transferSubscriptions', 'subscriptions.1.plan.planName'] as const),
      'input.subscriptions.1.planNameRaw',
      {
        ...inputs['transferSubscriptions'],
        subscriptions: [item, { skuId: 'A', planNameRaw: 'X', seats: 1 }],
      },
    ],
    ['linkCustomer', 'customer_id', 'input.billing.customerId'],
    ['cancelOperation', 'operation_id', 'input.operation'],
  ])('of %s on %s is on %s', async (mutation, field, path, input = inputs[mutation]) => {
    const found = await reported(mutation, [field], input);
    expect(found.map((violation) => violation.path.join('.'))).toEqual([path]);
  });

  test('of the deletion type names the mutation to use instead', async () => {
    const [cancel] = await reported('cancelSubscription', ['deletion_type']);
    expect(cancel?.message).toContain('transferSubscriptionToDirect');
    const [transfer] = await reported('transferSubscriptionToDirect', ['deletionType']);
    expect(transfer?.message).toContain('cancelSubscription');
  });

  test('without a field of the input names the field of the backend', async () => {
    expect(await reported('changeSubscriptionSeats', ['kind'])).toEqual([
      { path: ['input'], message: 'kind: is wrong' },
    ]);
  });
});
