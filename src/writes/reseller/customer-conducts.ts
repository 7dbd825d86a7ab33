import { getCustomer } from '../../backends/reseller/single-reads.ts';
import type { ResellerCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import { conductOf, type ResellerWriteDeps } from './conduct.ts';
import { customerOrdered, customerUpdated } from './customer-verdicts.ts';
import { orderCustomerRequest, updateCustomerRequest } from './requests.ts';
import { customerSnapshot } from './snapshots.ts';

export function orderCustomerConduct(deps: ResellerWriteDeps) {
  const { reseller } = deps;
  return conductOf(deps, {
    request: orderCustomerRequest,
    snapshot: customerSnapshot,
    attempt: ({ request: { customer, customerAuthToken } }, scope) =>
      reseller.insertCustomer(customer, customerAuthToken, scope),
    async readBack({ request: { customer }, snapshot }, scope) {
      const after = await getCustomer(reseller, customer.customerDomain, scope);
      return customerOrdered(customer, snapshot, after);
    },
    current: (record, scope) => currentCustomer(deps, record.target.resellerCustomerId, scope),
  });
}

export function updateCustomerConduct(deps: ResellerWriteDeps) {
  const { reseller } = deps;
  return conductOf(deps, {
    request: updateCustomerRequest,
    snapshot: customerSnapshot,
    attempt: ({ request: { customerId, changes, replace } }, scope) =>
      replace
        ? reseller.updateCustomer(customerId, changes, scope)
        : reseller.patchCustomer(customerId, changes, scope),
    async readBack({ request: { customerId, changes }, snapshot }, scope) {
      return customerUpdated(changes, snapshot, await getCustomer(reseller, customerId, scope));
    },
    current: (record, scope) => currentCustomer(deps, record.target.resellerCustomerId, scope),
  });
}

async function currentCustomer(
  { reseller }: ResellerWriteDeps,
  domainOrId: string | null,
  scope: Parameters<typeof getCustomer>[2],
): Promise<ResellerCustomer> {
  const customer = await getCustomer(reseller, domainOrId ?? '', scope);
  if (customer) return customer;
  throw new GatewayError('NOT_FOUND', 'The customer was not found in the reseller API.');
}
