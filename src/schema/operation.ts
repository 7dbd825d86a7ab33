import { badInput, GatewayError } from '../domain/error.ts';
import {
  type CustomerMetadata,
  type OperationEntry,
  type OperationFailure,
  type OperationKind,
  type OperationStatus,
  operationKinds,
  operationStatus,
} from '../domain/operation.ts';
import type { OperationFilter, OperationService } from '../services/operations.ts';
import { notEmpty } from './arguments.ts';
import { builder } from './builder.ts';
import { connectionArgs, connectionOf } from './connection.ts';
import { customer, customerOfId } from './customer.ts';
import { decodeGlobalIdOf, encodeGlobalId } from './global-id.ts';
import { nodeInterface, registerNode } from './node.ts';
import { type Connection, type ConnectionArgs, MAX_FIRST, paginate } from './pagination.ts';
import { statusDetail, unknownPayload } from './status-detail.ts';

const status = builder.enumType('OperationStatus', {
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
      type: status,
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
        came?.type === 'customer' ? services.customers.learn(came.customer) : came,
    }),
    customer: t.field({
      type: customer,
      description: 'Whom it is about.',
      resolve: ({ operation: { metadata: about } }, _args, { services }) =>
        about?.type === 'customer' ? services.customers.named(about) : null,
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
  is: (value) => 'sequence' in value,
});

const operationBy = builder.inputType('OperationBy', {
  description: 'How to find an operation: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.' }),
    operationId: t.string({ description: "Billing's own id." }),
  }),
});

builder.queryField('operation', (t) =>
  t.field({
    type: operation,
    description: 'One operation as it is now; null when there is none.',
    args: { by: t.arg({ type: operationBy, required: true, description: 'How to find it.' }) },
    resolve: (_root, { by }, { services }) =>
      services.operations.get(
        by.id == null ? notEmpty('operationId', by.operationId) : operationIdOf(by.id),
      ),
  }),
);

const operationConnection = connectionOf(operation);

function paginateOperations(
  args: ConnectionArgs,
  filter: OperationFilter,
  operations: OperationService,
): Promise<Connection<OperationEntry>> {
  const { customer: whose, statuses } = filter;
  return paginate(args, {
    identity: ['operations', whose?.resellerId, whose?.customerId, statuses],
    maxPageSize: MAX_FIRST,
    fetch: (page) => operations.page(filter, page),
  });
}

builder.objectField(customer, 'operations', (t) =>
  t.field({
    type: operationConnection,
    description:
      "The customer's operations, the last started first. Null: billing does not know the customer.",
    args: { ...connectionArgs },
    resolve: async (parent, args, { services: { customers, operations } }) => {
      const whose = await customers.billingKey(parent);
      return whose && paginateOperations(args, { customer: whose }, operations);
    },
  }),
);

builder.queryField('operations', (t) =>
  t.field({
    type: operationConnection,
    description:
      'Operations that went through the gateway, the last started first, in the state last seen.',
    args: {
      customer: t.arg.id({ description: 'Global id of a customer.' }),
      status: t.arg({ type: [status], description: 'Any of these.' }),
      ...connectionArgs,
    },
    resolve: async (_root, args, { services: { customers, operations } }) => {
      const whose =
        args.customer == null ? null : await customers.billingKey(customerOfId(args.customer));
      // A customer that billing does not know has no operations.
      if (args.customer != null && whose === null) return null;
      const filter = { customer: whose ?? undefined, statuses: args.status ?? undefined };
      return paginateOperations(args, filter, operations);
    },
  }),
);

builder.subscriptionField('operationUpdated', (t) =>
  t.field({
    type: operation,
    nullable: false,
    description:
      'The operation as it is now, then after every change; completes when it is done. With `after`, every state behind that one.',
    args: {
      id: t.arg.id({ required: true, description: 'Global id of the operation.' }),
      after: t.arg.string({ description: 'The `cursor` of the last state that was seen.' }),
    },
    subscribe: (_root, { id, after }, { services }) =>
      services.operations.watch(operationIdOf(id), sequenceOf(after)),
    resolve: (entry) => entry,
  }),
);

builder.subscriptionField('operationsUpdated', (t) =>
  t.field({
    type: operation,
    nullable: false,
    description:
      'Every change of every operation, or of those of one customer, from now on; with `after`, from behind that state on. It does not complete.',
    args: {
      customer: t.arg.id({ description: 'Global id of a customer.' }),
      after: t.arg.string({ description: 'The `cursor` of the last state that was seen.' }),
    },
    subscribe: async (_root, { customer: id, after }, { services: { customers, operations } }) => {
      const whose = id == null ? null : await customers.billingKey(customerOfId(id));
      if (id != null && whose === null) {
        throw new GatewayError('NOT_FOUND', 'Billing does not know this customer.');
      }
      return operations.watchAll(whose, sequenceOf(after));
    },
    resolve: (entry) => entry,
  }),
);

export function operationIdOf(id: string): string {
  const [operationId] = decodeGlobalIdOf('Operation', id);
  if (!operationId) throw badInput('This is not an id of an operation.');
  return operationId;
}

function sequenceOf(cursor: string | null | undefined): number | null {
  if (cursor == null) return null;
  const sequence = /^\d{1,16}$/.test(cursor) ? Number(cursor) : null;
  if (sequence === null) throw badInput('after is not the cursor of an operation.');
  return sequence;
}
