import { describe, expect, test } from 'vitest';
import * as audit from '../../../src/writes/reseller/audit-input.ts';
import { target } from './mutations.support.ts';

const secret = 'SECRET';
const email = `${secret}@secret.example`;
const customer = {
  ...{ customerDomain: 'a.example', customerType: 'domain', alternateEmail: email },
  ...{ phoneNumber: secret, primaryAdmin: { primaryEmail: email } },
  postalAddress: { contactName: secret, organizationName: secret, addressLine1: secret },
};
const seats = { numberOfSeats: 5 };
const item = { skuId: 'A', planName: 'FLEXIBLE', seats, purchaseOrderId: secret, dealCode: secret };
const order = { customerId: 'C1', customerAuthToken: secret, subscription: item };
const plan = { planName: 'FLEXIBLE', seats, dealCode: secret, purchaseOrderId: secret };

describe('the audit input holds no personal data and no token', () => {
  test.each([
    [
      'orderCustomer',
      audit.customerOrder({ customer, customerAuthToken: secret }),
      { customerDomain: 'a.example', customerType: 'domain', isTransfer: true },
    ],
    [
      'updateCustomer',
      audit.customerUpdate({ customerId: 'C1', changes: customer, replace: false }),
      {
        ...{ customerId: 'C1', customerDomain: 'a.example', replace: false },
        fields: [
          ...['alternateEmail', 'customerDomain', 'customerType', 'phoneNumber'],
          ...['postalAddress.addressLine1', 'postalAddress.contactName'],
          ...['postalAddress.organizationName', 'primaryAdmin.primaryEmail'],
        ],
      },
    ],
    [
      'orderSubscription',
      audit.subscriptionOrder(order),
      {
        ...{ customerId: 'C1', action: 'transfer', skuId: 'A', planName: 'FLEXIBLE', seats: 5 },
        isTransfer: true,
      },
    ],
    [
      'changeSubscriptionPlan',
      audit.subscriptionChange({ mutation: 'changeSubscriptionPlan', target, plan }),
      { ...target, planName: 'FLEXIBLE', seats: 5 },
    ],
    [
      'registerNotifications',
      audit.watch({
        ...{ mutation: 'registerNotifications', serviceAccountEmailAddress: 'SECRET@p.example' },
      }),
      { serviceAccountDomain: 'p.example' },
    ],
  ])('of %s', (_, input, expected) => {
    expect(JSON.parse(JSON.stringify(input))).toEqual(expected);
    expect(JSON.stringify(input)).not.toContain(secret);
  });
});
