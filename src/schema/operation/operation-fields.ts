import type { InputShapeFromFields } from '@pothos/core';
import type { BillingCustomerKey } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { OperationFilter, OperationService } from '../../services/operations.ts';
import { builder } from '../builder.ts';
import { customer, customerOfId } from '../customer/customer.ts';
import { checkPeriod, notEmpty, sequenceOf } from '../relay/arguments.ts';
import { connectionArgs, countedConnectionOf, paginateStored } from '../relay/connection.ts';
import type { ConnectionArgs } from '../relay/pagination.ts';
import { operation, operationIdOf, operationKindEnum, operationStatusEnum } from './operation.ts';

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

const operationConnection = countedConnectionOf(operation, 'operations');

function paginateOperations(
  args: ConnectionArgs,
  filter: OperationFilter,
  operations: OperationService,
) {
  const { customer: whose, statuses, kinds, from, until } = filter;
  // Cursors of a list without the newer filters stay valid.
  const newer = kinds || from || until ? [kinds, from, until] : [];
  return paginateStored(args, {
    identity: ['operations', whose?.resellerId, whose?.customerId, statuses, ...newer],
    fetch: (page) => operations.page(filter, page),
    count: () => operations.count(filter),
  });
}

const filterArgs = builder.args((t) => ({
  status: t.field({
    type: [operationStatusEnum],
    description: 'Statuses to include; all statuses when omitted.',
  }),
  kind: t.field({
    type: [operationKindEnum],
    description: 'Kinds to include; all kinds when omitted.',
  }),
  from: t.field({
    type: 'DateTime',
    description: 'Includes operations whose `createdAt` is this time or later.',
  }),
  until: t.field({
    type: 'DateTime',
    description: 'Includes operations whose `createdAt` is before this time.',
  }),
}));

function filterOf(
  whose: BillingCustomerKey | null,
  args: InputShapeFromFields<typeof filterArgs>,
): OperationFilter {
  checkPeriod('', args.from, args.until);
  return {
    customer: whose ?? undefined,
    statuses: args.status ?? undefined,
    kinds: args.kind ?? undefined,
    from: args.from ?? undefined,
    until: args.until ?? undefined,
  };
}

builder.objectField(customer, 'operations', (t) =>
  t.field({
    type: operationConnection,
    description:
      "The customer's operations, most recently started first; null when the customer is not in the billing API.",
    args: { ...filterArgs, ...connectionArgs },
    resolve: async (parent, args, { services: { customers, operations } }) => {
      const whose = await customers.billingKey(parent);
      return whose && paginateOperations(args, filterOf(whose, args), operations);
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
      ...filterArgs,
      ...connectionArgs,
    },
    resolve: async (_root, args, { services: { customers, operations } }) => {
      const whose =
        args.customer == null ? null : await customers.billingKey(customerOfId(args.customer));
      if (args.customer != null && whose === null) return null;
      return paginateOperations(args, filterOf(whose, args), operations);
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
    subscribe: (_root, { id, after }, context) =>
      context.services.operations.watch(operationIdOf(id), sequenceOf(after, context)),
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
    subscribe: async (_root, { customer: id, after }, context) => {
      const { customers, operations } = context.services;
      const whose = id == null ? null : await customers.billingKey(customerOfId(id));
      if (id != null && whose === null) {
        throw new GatewayError('NOT_FOUND', 'The customer was not found in the billing API.');
      }
      return operations.watchAll(whose, sequenceOf(after, context));
    },
    resolve: (entry) => entry,
  }),
);
