import { badInput } from '../../domain/error.ts';
import {
  type CustomerMetadata,
  type OperationEntry,
  type OperationFailure,
  type OperationKind,
  type OperationStatus,
  operationKinds,
  operationStatus,
} from '../../domain/operation.ts';
import { builder } from '../builder.ts';
import { customer } from '../customer/customer.ts';
import { decodeGlobalIdOf, encodeGlobalId } from '../relay/global-id.ts';
import { nodeInterface, registerNode } from '../relay/node.ts';
import { statusDetail, unknownPayload } from './status-detail.ts';

export const operationStatusEnum = builder.enumType('OperationStatus', {
  description: 'How far an operation is.',
  values: {
    RUNNING: { description: 'Under way.' },
    FAILING: { description: 'A failure was seen and is being rolled back; not final.' },
    SUCCEEDED: { description: 'Done; the result is there. Final.' },
    FAILED: { description: 'Failed and rolled back. Final.' },
    CANCELLED: { description: 'Cancelled. Final.' },
  } as const satisfies Record<OperationStatus, { description: string }>,
});

const kindDescriptions: Record<OperationKind, string> = {
  INVITE_CUSTOMER: 'A customer is invited.',
  CREATE_RESELLER_SERVED_CUSTOMER: 'A customer that the reseller serves is made.',
  ACTIVATE_CUSTOMER: 'A customer is activated.',
  SUSPEND_CUSTOMER: 'A customer is suspended.',
  UNKNOWN: 'It was not started through this gateway.',
};

const kind = builder.enumType('OperationKind', {
  description: 'What an operation does.',
  values: Object.fromEntries(
    operationKinds.map((name) => [name, { description: kindDescriptions[name] }]),
  ),
});

const customerMetadata = builder
  .objectRef<CustomerMetadata>('CustomerOperationMetadata')
  .implement({
    description: 'Which customer an operation is about.',
    fields: (t) => ({
      resellerId: t.exposeString('resellerId', {
        nullable: false,
        description: "Billing's id of the reseller.",
      }),
      customerId: t.exposeString('customerId', {
        nullable: false,
        description: "Billing's id of the customer; known before the operation is done.",
      }),
    }),
  });

const metadata = builder.unionType('OperationMetadata', {
  description: 'What an operation says of itself while it runs.',
  types: [customerMetadata, unknownPayload],
  resolveType: (value) => (value.type === 'customer' ? customerMetadata : unknownPayload),
});

const failure = builder.objectRef<OperationFailure>('OperationFailure').implement({
  description: 'Why an operation failed, or that it was cancelled.',
  fields: (t) => ({
    code: t.exposeInt('code', { nullable: false, description: 'A gRPC status code.' }),
    message: t.exposeString('message', { nullable: false, description: "Billing's own words." }),
    details: t.field({
      type: [statusDetail],
      nullable: false,
      description: 'What billing adds.',
      resolve: (parent) => parent.details,
    }),
  }),
});

const result = builder.unionType('OperationResult', {
  description: 'What came of an operation.',
  types: [customer, failure, unknownPayload],
  resolveType: (value) => {
    if (!('type' in value)) return customer;
    return value.type === 'failure' ? failure : unknownPayload;
  },
});

export const operation = builder.objectRef<OperationEntry>('Operation');

operation.implement({
  description: 'A change that billing carries out in its own time.',
  interfaces: [nodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Global id.',
      resolve: (entry) => encodeGlobalId('Operation', entry.operation.operationId),
    }),
    operationId: t.string({
      nullable: false,
      description: "Billing's own id.",
      resolve: (entry) => entry.operation.operationId,
    }),
    kind: t.field({
      type: kind,
      nullable: false,
      description: 'What it does.',
      resolve: (entry) => entry.operation.kind,
    }),
    description: t.string({
      description: "Billing's own words.",
      resolve: (entry) => entry.operation.description,
    }),
    status: t.field({
      type: operationStatusEnum,
      nullable: false,
      description: 'How far it is.',
      resolve: (entry) => operationStatus(entry.operation),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: false,
      description: 'When it was started; when billing does not say, when the gateway saw it first.',
      resolve: (entry) => entry.operation.createdAt ?? entry.firstSeenAt,
    }),
    modifiedAt: t.field({
      type: 'DateTime',
      description: 'When it last moved.',
      resolve: (entry) => entry.operation.modifiedAt,
    }),
    createdBy: t.string({
      description: "Billing's id of the account that started it.",
      resolve: (entry) => entry.operation.createdBy,
    }),
    metadata: t.field({
      type: metadata,
      description: 'What it says of itself while it runs.',
      resolve: (entry) => entry.operation.metadata,
    }),
    result: t.field({
      type: result,
      description: 'What came of it; a failure stands here already while it is rolled back.',
      resolve: ({ operation: { result: came } }, _args, { services }) =>
        came?.type === 'customer' ? services.customers.rememberCustomer(came.customer) : came,
    }),
    customer: t.field({
      type: customer,
      description: 'Whom it is about.',
      resolve: ({ operation: { metadata: about } }, _args, { services }) =>
        about?.type === 'customer' ? services.customers.fromBillingKey(about) : null,
    }),
    cursor: t.string({
      nullable: false,
      description: 'The place of this state among all: watch on from here with `after`.',
      resolve: (entry) => String(entry.sequence),
    }),
  }),
});

registerNode('Operation', {
  load: async ([operationId = ''], { services }) => services.operations.get(operationId),
  is: (value) => 'operation' in value,
});

export function operationIdOf(id: string): string {
  const [operationId] = decodeGlobalIdOf('Operation', id);
  if (!operationId) throw badInput('This is not an id of an operation.');
  return operationId;
}
