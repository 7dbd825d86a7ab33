import { describe, expect, test } from 'vitest';
import { toCustomer } from '../../../src/backends/reseller/mapping.ts';
import type { CustomerInput } from '../../../src/domain/order.ts';
import {
  customerOrdered,
  customerUpdated,
  snapshotOfCustomer,
  watchChanged,
} from '../../../src/writes/reseller/customer-verdicts.ts';
import type { Json } from './fake-reseller.support.ts';
import { domainCustomer } from './mutations.support.ts';

const customer = (fields: Json) => toCustomer({ customerId: 'C1', ...fields });
const minimal = customer({ customerDomain: 'a.example', customerType: 'domain' });
const { phoneNumber: _, ...withoutPhone } = domainCustomer;
const full = customer(domainCustomer);
const dropped = customer(withoutPhone);
const shouted = customer({ ...domainCustomer, alternateEmail: ' ADA@other.example' });
const others = customer({ ...domainCustomer, alternateEmail: 'x@other.example' });
const team = customer({ customerType: 'team', resourceUiUrl: 'https://x' });

describe('an order of a customer', () => {
  test.each([
    ['was not found and is ours', null, full, 'done'],
    ['was not found and is ours without the phone number', null, dropped, 'done'],
    ['was minimal and is ours', minimal, full, 'done'],
    ['differs in case only', null, shouted, 'done'],
    ['is not found', null, null, 'absent'],
    ['is minimal', minimal, minimal, 'absent'],
    ['became minimal', null, minimal, 'absent'],
    ['has other data', null, others, 'unclear'],
    ['was ours before', full, full, 'unclear'],
    ['was ours before and is gone', full, null, 'unclear'],
  ])('the customer %s', (_name, before, after, expected) => {
    const snapshot = snapshotOfCustomer(before, domainCustomer);
    expect(customerOrdered(domainCustomer, snapshot, after).type).toBe(expected);
  });

  test('of a team compares nothing that the API does not return', () => {
    const sent = { customerType: 'team', primaryAdmin: { primaryEmail: 'x@a.example' } };
    expect(customerOrdered(sent, snapshotOfCustomer(null, sent), team).type).toBe('done');
  });
});

describe('an update of a customer', () => {
  const email: CustomerInput = { alternateEmail: 'new@other.example' };
  const changed = customer({ ...domainCustomer, ...email });
  const city: CustomerInput = { postalAddress: { locality: 'Berlin' } };
  const moved = customer({
    ...domainCustomer,
    postalAddress: { ...domainCustomer.postalAddress, locality: 'Berlin' },
  });
  const phone: CustomerInput = { phoneNumber: '+49 30 2' };
  const called = customer({ ...domainCustomer, ...phone });
  const cleared: CustomerInput = { alternateEmail: '' };
  test.each<[string, CustomerInput, ReturnType<typeof customer> | null, string]>([
    ['the new value', email, changed, 'done'],
    ['the old value', email, full, 'absent'],
    ['another value', email, others, 'unclear'],
    ['no customer', email, null, 'unclear'],
    ['a new part of the address', city, moved, 'done'],
    ['the old address', city, full, 'absent'],
    ['the new value and another phone number', { ...email, ...phone }, changed, 'done'],
    ['the new phone number', phone, called, 'done'],
    ['the old phone number, which was possibly dropped', phone, full, 'unclear'],
    ['a cleared value', cleared, customer({ customerDomain: 'a.example' }), 'done'],
    ['a value that was to be cleared', cleared, full, 'absent'],
    ['the value that it had', { alternateEmail: domainCustomer.alternateEmail }, full, 'done'],
  ])('%s', (_name, sent, after, expected) => {
    expect(customerUpdated(sent, snapshotOfCustomer(full, sent), after).type).toBe(expected);
  });
});

describe('a change of the watch', () => {
  const address = 'svc@p.example';
  test.each([
    ['registerNotifications', ['x@p.example', 'SVC@p.example'], 'done'],
    ['registerNotifications', ['x@p.example'], 'absent'],
    ['registerNotifications', null, 'unclear'],
    ['unregisterNotifications', [], 'done'],
    ['unregisterNotifications', [address], 'absent'],
  ] as const)('%s with %j', (mutation, addresses, expected) => {
    const watch = { topicName: 't', serviceAccountEmailAddresses: addresses };
    const request = { mutation, serviceAccountEmailAddress: address };
    expect(watchChanged(request, watch).type).toBe(expected);
  });
});
