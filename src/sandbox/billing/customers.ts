import { create } from '@bufbuild/protobuf';
import type { Metadata } from '@grpc/grpc-js';
import { CustomerSchema } from '../../gen/yandex/cloud/billing/v1/customer_pb.ts';
import {
  type CreateResellerServedCustomerRequest,
  type CustomerService,
  type InviteCustomerRequest,
  type ListCustomersRequest,
  type ListCustomersResponse,
  ListCustomersResponseSchema,
} from '../../gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import type { Operation } from '../../gen/yandex/cloud/operation/operation_pb.ts';
import { takePage } from '../page-tokens.ts';
import type { UnaryImplementation } from './grpc-service.ts';
import type { Operations } from './operations.ts';
import type { Serve } from './serve.ts';
import { notFound } from './status.ts';
import type { BillingStore } from './store.ts';
import { checkId, checkPage, RequestCheck } from './validation.ts';

/** The methods of yandex.cloud.billing.v1.CustomerService. */
export function customerService(
  store: BillingStore,
  operations: Operations,
  serve: Serve,
): UnaryImplementation<typeof CustomerService> {
  return {
    list: serve.method('CustomerService.List', (request) =>
      listCustomers(store, operations, request),
    ),
    invite: serve.method(
      'CustomerService.Invite',
      (request: InviteCustomerRequest, { metadata }) => {
        const check = checkNewCustomer(request);
        check.required('invitation_email', request.invitationEmail);
        check.done();
        return createCustomer(store, operations, 'Invite', request, metadata);
      },
    ),
    createResellerServed: serve.method(
      'CustomerService.CreateResellerServed',
      (request: CreateResellerServedCustomerRequest, { metadata }) => {
        checkNewCustomer(request).done();
        return createCustomer(store, operations, 'CreateResellerServed', request, metadata);
      },
    ),
    activate: serve.method('CustomerService.Activate', ({ customerId }, { metadata }) =>
      setActive(store, operations, customerId, true, metadata),
    ),
    suspend: serve.method('CustomerService.Suspend', ({ customerId }, { metadata }) =>
      setActive(store, operations, customerId, false, metadata),
    ),
  };
}

function listCustomers(
  store: BillingStore,
  operations: Operations,
  request: ListCustomersRequest,
): ListCustomersResponse {
  const { resellerId } = request;
  const check = new RequestCheck();
  check.id('reseller_id', resellerId);
  const scope = `customers of ${resellerId}`;
  const { size, after } = checkPage(check, request, scope);
  requireReseller(store, resellerId);
  operations.applyFinished();
  const { page, nextPageToken } = takePage(store.customersOf(resellerId), scope, after, size);
  return create(ListCustomersResponseSchema, {
    customers: page.map(({ id, billingAccountId }) =>
      create(CustomerSchema, { id, billingAccountId }),
    ),
    nextPageToken: nextPageToken ?? '',
  });
}

type NewCustomerRequest = InviteCustomerRequest | CreateResellerServedCustomerRequest;

function checkNewCustomer(request: NewCustomerRequest): RequestCheck {
  const check = new RequestCheck();
  check.id('reseller_id', request.resellerId);
  check.required('name', request.name);
  check.required('person', request.person);
  return check;
}

function requireReseller(store: BillingStore, resellerId: string): void {
  if (!store.hasReseller(resellerId)) throw notFound('billing.reseller', resellerId);
}

function createCustomer(
  store: BillingStore,
  operations: Operations,
  kind: 'Invite' | 'CreateResellerServed',
  { resellerId, name }: NewCustomerRequest,
  metadata: Metadata,
): Operation {
  requireReseller(store, resellerId);
  const key = idempotencyKey(metadata);
  const existing = operations.findByKey(key);
  if (existing !== undefined) return existing;
  const customerId = store.newId('cus');
  const billingAccountId = store.newId('dn2');
  const { countryCode, currency } = store.account(resellerId) ?? {
    countryCode: 'RU',
    currency: 'RUB',
  };
  const verb = kind === 'Invite' ? 'Invite customer' : 'Create reseller-served customer';
  return operations.start(
    {
      kind,
      customerId,
      customerName: name,
      resellerId,
      billingAccountId,
      description: describeOperation(verb, name),
      apply: (createdAt) => {
        store.addCustomer(
          { id: customerId, resellerId, billingAccountId },
          {
            ...{ id: billingAccountId, name, createdAt, countryCode, currency },
            ...{ active: true, balance: '0' },
          },
        );
      },
    },
    key,
  );
}

function setActive(
  store: BillingStore,
  operations: Operations,
  customerId: string,
  active: boolean,
  metadata: Metadata,
): Operation {
  checkId('customer_id', customerId);
  operations.applyFinished();
  const customer = store.customer(customerId);
  if (customer === undefined) throw notFound('yandex.cloud.billing.v1.Customer', customerId);
  const { resellerId, billingAccountId } = customer;
  const customerName = store.account(billingAccountId)?.name ?? customerId;
  const key = idempotencyKey(metadata);
  const kind = active ? 'Activate' : 'Suspend';
  return (
    operations.findByKey(key) ??
    operations.start(
      {
        ...{ kind, customerId, customerName, resellerId, billingAccountId },
        description: describeOperation(`${kind} customer`, customerName),
        apply: () => store.setActive(billingAccountId, active),
      },
      key,
    )
  );
}

function describeOperation(verb: string, name: string): string {
  return `${verb} ${name}`.slice(0, 256);
}

function idempotencyKey(metadata: Metadata): string | undefined {
  const key = metadata.get('idempotency-key')[0]?.toString();
  return key === '' ? undefined : key;
}
