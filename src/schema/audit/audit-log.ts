import { badInput } from '../../domain/error.ts';
import { type WriteMutation, writeMutations } from '../../domain/write.ts';
import type { AuditFilter, AuditOrder, AuditService } from '../../services/audit.ts';
import type { CustomerService } from '../../services/customers.ts';
import { builder, type InputFields } from '../builder.ts';
import { customer, customerOfId } from '../customer/customer.ts';
import { enumType } from '../fields.ts';
import { checkPeriod, sequenceOf } from '../relay/arguments.ts';
import { connectionArgs, countedConnectionOf, paginateStored } from '../relay/connection.ts';
import type { ConnectionArgs } from '../relay/pagination.ts';
import { subscription, subscriptionTarget } from '../subscription/subscription.ts';
import { auditEntry, auditEntryIdOf, writeOutcome } from './audit-entry.ts';

const order = enumType<AuditOrder>(
  'AuditLogOrder',
  'Order of audit entries, by the time at which they were recorded.',
  { AT_DESC: 'Newest first.', AT_ASC: 'Oldest first.' },
);

function filterFields(t: InputFields) {
  return {
    viewer: t.string({ description: '`viewer` of the entries.' }),
    mutations: t.stringList({
      description: 'Names of mutations, such as `activateCustomer`; all mutations when omitted.',
    }),
    outcomes: t.field({
      type: [writeOutcome],
      description: 'Outcomes to include; all outcomes when omitted.',
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Includes entries that were recorded at this time or later.',
    }),
    until: t.field({
      type: 'DateTime',
      description: 'Includes entries that were recorded before this time.',
    }),
  };
}

const logFilter = builder.inputType('AuditLogFilter', {
  description: 'Selects audit entries that meet all given conditions.',
  fields: (t) => ({
    ...filterFields(t),
    customer: t.id({
      description:
        'Global id of a customer: selects changes of the customer and of its subscriptions.',
    }),
    subscription: t.id({ description: 'Global id of a subscription.' }),
    resellerId: t.string({ description: "The billing API's id of a reseller." }),
  }),
});

const targetFilter = builder.inputType('TargetAuditLogFilter', {
  description: 'Selects audit entries of one object that meet all given conditions.',
  fields: filterFields,
});

/** @throws GatewayError BAD_USER_INPUT when a mutation is not recorded, or the times are reversed */
function commonFilter(given: typeof targetFilter.$inferInput | null | undefined): AuditFilter {
  const { viewer, mutations, outcomes, from, until } = given ?? {};
  checkPeriod('filter.', from, until);
  return {
    viewer: viewer ?? undefined,
    mutations: mutations?.map(mutationOf),
    outcomes: outcomes ?? undefined,
    from: from ?? undefined,
    until: until ?? undefined,
  };
}

function mutationOf(name: string): WriteMutation {
  const known = writeMutations.find((mutation) => mutation === name);
  if (known) return known;
  const names = writeMutations.join(', ');
  throw badInput(
    `filter.mutations must contain only recorded mutations (${names}), not "${name.slice(0, 80)}".`,
  );
}

async function filterOf(
  given: typeof logFilter.$inferInput | null | undefined,
  customers: CustomerService,
): Promise<AuditFilter> {
  const { customer: id, subscription: subscriptionId, resellerId } = given ?? {};
  return {
    ...commonFilter(given),
    resellerId: resellerId ?? undefined,
    customer: id == null ? undefined : await idsOf(customerOfId(id), customers),
    subscription: subscriptionId == null ? undefined : subscriptionTarget(subscriptionId),
  };
}

/** Both ids of a linked customer, and its domain, which its order names instead of an id. */
async function idsOf(parent: typeof customer.$inferType, customers: CustomerService) {
  const [billing, resellerCustomerId, domain] = await Promise.all([
    customers.billingKey(parent),
    customers.resellerCustomerId(parent),
    customers.domain(parent),
  ]);
  return { billing, resellerCustomerId, domain };
}

/** Without the domain: a cursor stays valid when it changes, or cannot be read. */
function identityOf({ customer: ids, ...filter }: AuditFilter) {
  if (!ids) return filter;
  const { billing, resellerCustomerId } = ids;
  return { ...filter, customer: { billing, resellerCustomerId } };
}

const auditConnection = countedConnectionOf(auditEntry, 'entries');

function paginateEntries(
  args: ConnectionArgs & { readonly orderBy?: AuditOrder | null | undefined },
  filter: AuditFilter,
  audit: AuditService,
) {
  const direction = args.orderBy ?? 'AT_DESC';
  return paginateStored(args, {
    identity: ['auditLog', direction, identityOf(filter)],
    fetch: (page) => audit.page(filter, direction, page),
    count: () => audit.count(filter),
  });
}

const logArgs = {
  ...builder.args((t) => ({
    orderBy: t.field({
      type: order,
      defaultValue: 'AT_DESC',
      description: 'Order of the entries.',
    }),
  })),
  ...connectionArgs,
};

const filterDescription = 'Conditions that the entries must meet; all entries when omitted.';

builder.queryField('auditLog', (t) =>
  t.field({
    type: auditConnection,
    nullable: false,
    description:
      'Lists the changes that the caller has sent to the vendors, with their outcomes; for admins, those of all callers.',
    args: {
      filter: t.arg({ type: logFilter, description: filterDescription }),
      ...logArgs,
    },
    resolve: async (_root, args, { services: { audit, customers } }) =>
      paginateEntries(args, await filterOf(args.filter, customers), audit),
  }),
);

builder.objectField(customer, 'auditLog', (t) =>
  t.field({
    type: auditConnection,
    description:
      'Changes of the customer, in either API, and of its subscriptions, with their outcomes: those that the caller has sent, for admins those of all callers.',
    args: {
      filter: t.arg({ type: targetFilter, description: filterDescription }),
      ...logArgs,
    },
    resolve: async (parent, args, { services: { audit, customers } }) => {
      const filter = { ...commonFilter(args.filter), customer: await idsOf(parent, customers) };
      return paginateEntries(args, filter, audit);
    },
  }),
);

builder.objectField(subscription, 'auditLog', (t) =>
  t.field({
    type: auditConnection,
    description:
      'Changes of the subscription, with their outcomes: those that the caller has sent, for admins those of all callers.',
    args: {
      filter: t.arg({ type: targetFilter, description: filterDescription }),
      ...logArgs,
    },
    resolve: ({ customerId, skuId }, args, { services: { audit } }) => {
      const filter = { ...commonFilter(args.filter), subscription: { customerId, skuId } };
      return paginateEntries(args, filter, audit);
    },
  }),
);

const auditEntryBy = builder.inputType('AuditEntryBy', {
  description: 'Identifies an audit entry. Set exactly one field.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id of the audit entry.' }),
    idempotencyKey: t.field({
      type: 'UUID',
      description: 'Idempotency key of the mutation; the latest entry when several have it.',
    }),
  }),
});

builder.queryField('auditEntry', (t) =>
  t.field({
    type: auditEntry,
    description: 'Returns one audit entry; null when the caller sees no such entry.',
    args: {
      by: t.arg({ type: auditEntryBy, required: true, description: 'The entry to return.' }),
    },
    resolve: (_root, { by }, { services: { audit } }) =>
      by.id == null ? audit.byKey(by.idempotencyKey ?? '') : audit.get(auditEntryIdOf(by.id)),
  }),
);

builder.subscriptionField('auditLogged', (t) =>
  t.field({
    type: auditEntry,
    nullable: false,
    description:
      'Sends each audit entry that the caller sees when its outcome is recorded or changes, at least once; with `after`, first the entries since then. Never completes.',
    args: {
      filter: t.arg({ type: logFilter, description: filterDescription }),
      after: t.arg.string({ description: '`cursor` of the last entry that the client received.' }),
    },
    async subscribe(_root, { filter, after }, context) {
      const { audit, customers } = context.services;
      return audit.watch(await filterOf(filter, customers), sequenceOf(after, context));
    },
    resolve: (entry) => entry,
  }),
);
