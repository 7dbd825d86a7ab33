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
    maxPageSize: MAX_STORED_PAGE,
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
      status: t.arg({ type: [operationStatusEnum], description: 'Any of these.' }),
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
