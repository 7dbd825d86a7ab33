import { GatewayError } from '../../domain/error.ts';
import type { OperationEntry } from '../../domain/operation.ts';
import { MAX_STORED_PAGE } from '../../domain/page.ts';
import type { OperationFilter, OperationService } from '../../services/operations.ts';
import { builder } from '../builder.ts';
import { customer, customerOfId } from '../customer/customer.ts';
import { notEmpty, sequenceOf } from '../relay/arguments.ts';
import { connectionArgs, connectionOf } from '../relay/connection.ts';
import { type Connection, type ConnectionArgs, paginate } from '../relay/pagination.ts';
import { operation, operationIdOf, operationStatusEnum } from './operation.ts';

const operationBy = builder.inputType('OperationBy', {
  description: 'Identifies an operation. Set exactly one field.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id of the operation.' }),
    operationId: t.string({ description: "The billing API's id of the operation." }),
  }),
});

builder.queryField('operation', (t) =>
  t.field({
    type: operation,
    description: 'Returns the current state of one operation; null when it does not exist.',
    args: {
      by: t.arg({ type: operationBy, required: true, description: 'The operation to return.' }),
    },
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
    maxPageSize: MAX_STORED_PAGE,
    fetch: (page) => operations.page(filter, page),
  });
}

builder.objectField(customer, 'operations', (t) =>
  t.field({
    type: operationConnection,
    description:
      "The customer's operations, most recently started first; null when the customer is not in the billing API.",
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
      'Lists the operations that this gateway has started or read, most recently started first, in their last known state. Null when the filtered customer is not in the billing API.',
    args: {
      customer: t.arg.id({ description: 'Global id of the customer to filter by.' }),
      status: t.arg({
        type: [operationStatusEnum],
        description: 'Statuses to include; all statuses when omitted.',
      }),
      ...connectionArgs,
    },
    resolve: async (_root, args, { services: { customers, operations } }) => {
      const whose =
        args.customer == null ? null : await customers.billingKey(customerOfId(args.customer));
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
      'Sends the current state of an operation and then each change, and completes when the operation is final or LOST. With `after`, sends only states after that cursor.',
    args: {
      id: t.arg.id({ required: true, description: 'Global id of the operation.' }),
      after: t.arg.string({ description: '`cursor` of the last state that the client received.' }),
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
      'Sends each new state of all operations, or of the operations of one customer; with `after`, first the stored states since then. Never completes.',
    args: {
      customer: t.arg.id({ description: 'Global id of the customer to filter by.' }),
      after: t.arg.string({ description: '`cursor` of the last state that the client received.' }),
    },
    subscribe: async (_root, { customer: id, after }, { services: { customers, operations } }) => {
      const whose = id == null ? null : await customers.billingKey(customerOfId(id));
      if (id != null && whose === null) {
        throw new GatewayError('NOT_FOUND', 'The customer was not found in the billing API.');
      }
      return operations.watchAll(whose, sequenceOf(after));
    },
    resolve: (entry) => entry,
  }),
);
