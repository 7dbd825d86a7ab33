import {
  type CustomerMetadata,
  type OperationEntry,
  type OperationFailure,
  type OperationKind,
  type OperationStatus,
  operationStatus,
} from '../../domain/operation.ts';
import { builder } from '../builder.ts';
import { customer } from '../customer/customer.ts';
import { enumType, expose, exposeAs, exposeFrom, objectType, plainType } from '../fields.ts';
import { givenIdOf, invalidId } from '../relay/global-id.ts';
import { nodeType } from '../relay/node.ts';
import { statusDetail, unknownPayload } from './status-detail.ts';

export const operationStatusEnum = enumType<OperationStatus>(
  'OperationStatus',
  'Progress of an operation. SUCCEEDED, FAILED and CANCELLED are final; LOST may still change.',
  {
    RUNNING: 'The operation is in progress.',
    FAILING: 'The operation failed and is being rolled back; not final.',
    SUCCEEDED: 'The operation completed and `result` holds its outcome.',
    FAILED: 'The operation failed and was rolled back; `result` holds the reason.',
    CANCELLED: 'The operation was cancelled.',
    LOST: 'The outcome is unknown: the billing API no longer returns the operation, or the operation did not end within OPERATION_MAX_AGE_MS.',
  },
);

export const operationKindEnum = enumType<OperationKind>(
  'OperationKind',
  'The change that an operation makes.',
  {
    INVITE_CUSTOMER: 'Invites a customer by email.',
    CREATE_RESELLER_SERVED_CUSTOMER: 'Creates a customer that the reseller manages.',
    ACTIVATE_CUSTOMER: 'Activates a customer.',
    SUSPEND_CUSTOMER: 'Suspends a customer.',
    UNKNOWN: 'The operation was not started through this gateway.',
  },
);

const customerMetadata = plainType<CustomerMetadata>(
  'CustomerOperationMetadata',
  'The customer that an operation changes.',
  {
    'String!': {
      resellerId: "The billing API's id of the reseller.",
      customerId:
        "The billing API's id of the customer; set even while the customer is being created.",
    },
  },
);

const metadata = builder.unionType('OperationMetadata', {
  description: 'Information about an operation that is available before it completes.',
  types: [customerMetadata, unknownPayload],
  resolveType: (value) => (value.type === 'customer' ? customerMetadata : unknownPayload),
});

const failure = objectType<OperationFailure>(
  'OperationFailure',
  'Reason why an operation failed or was cancelled.',
  (t) => ({
    ...expose(t, {
      'Int!': { code: 'gRPC status code; 1 (CANCELLED) means that the operation was cancelled.' },
      'String!': { message: "Why the operation failed, in the gateway's words." },
    }),
    ...exposeAs(t, [statusDetail], {
      details: 'Further details that the billing API returned; may be empty.',
    }),
  }),
);

const result = builder.unionType('OperationResult', {
  description: 'The outcome of an operation: the customer on success, or the failure.',
  types: [customer, failure, unknownPayload],
  resolveType: (value) => {
    if (!('type' in value)) return customer;
    return value.type === 'failure' ? failure : unknownPayload;
  },
});

export const operation = nodeType<OperationEntry>('Operation', {
  description: 'A long-running change in the billing API, such as the activation of a customer.',
  id: 'Global id of the operation.',
  key: (entry) => [entry.operation.operationId],
  load: async ([operationId = ''], { services }) => services.operations.get(operationId),
  fields: (t) => ({
    ...exposeFrom(t, ({ operation: state }) => state, {
      'String!': { operationId: "The billing API's id of the operation." },
      String: {
        description:
          'Description by the billing API, up to 256 characters; null when it is missing.',
        createdBy:
          "The billing API's id of the account that started the operation; null when it is missing.",
      },
      DateTime: {
        modifiedAt: 'When the operation last changed; null when the billing API omits it.',
      },
    }),
    kind: t.field({
      type: operationKindEnum,
      nullable: false,
      description: 'The change that the operation makes.',
      resolve: (entry) => entry.operation.kind,
    }),
    status: t.field({
      type: operationStatusEnum,
      nullable: false,
      description: 'Progress of the operation.',
      resolve: (entry) => operationStatus(entry.operation),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: false,
      description:
        'When the operation started; when the billing API omits it, when the gateway first saw the operation.',
      resolve: (entry) => entry.operation.createdAt ?? entry.firstSeenAt,
    }),
    metadata: t.field({
      type: metadata,
      description: 'Information available before completion; null when the billing API omits it.',
      resolve: (entry) => entry.operation.metadata,
    }),
    result: t.field({
      type: result,
      description:
        'The outcome; null while the operation is RUNNING. A failure is set as soon as its rollback starts. When the operation is LOST, the last known value.',
      resolve: ({ operation: { result: outcome } }, _args, { services }) =>
        outcome?.type === 'customer'
          ? services.customers.rememberCustomer(outcome.customer)
          : outcome,
    }),
    customer: t.field({
      type: customer,
      description: 'The customer that the operation changes; null while it is not known.',
      resolve: ({ operation: { metadata: subject } }, _args, { services }) =>
        subject?.type === 'customer' ? services.customers.fromBillingKey(subject) : null,
    }),
    cursor: t.string({
      nullable: false,
      description:
        'Pass this as `after` to `operationUpdated` or `operationsUpdated` to resume after this state.',
      resolve: (entry) => String(entry.sequence),
    }),
  }),
});

/** @throws GatewayError BAD_USER_INPUT when it is not an operation's id */
export function operationIdOf(id: string): string {
  const [operationId] = givenIdOf('Operation', id);
  if (!operationId) throw invalidId('Operation');
  return operationId;
}
