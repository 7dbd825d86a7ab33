import {
  DryRun,
  type PlannedChange,
  type PlannedObject,
  type PlannedWarning,
  type WarningCode,
} from '../domain/plan.ts';
import { builder } from './builder.ts';
import type { GatewayContext } from './context.ts';
import { customerId } from './customer/customer.ts';
import { enumType, expose, exposeAs, exposeFrom, objectType } from './fields.ts';
import { encodeGlobalId } from './relay/global-id.ts';

const warningCode = enumType<WarningCode>('PlannedWarningCode', 'Kinds of warnings of a dry run.', {
  VENDOR_DECIDES:
    'The vendor can still refuse the change: its rule is not documented, or depends on data that the gateway cannot read.',
  CONSEQUENCE: 'A further effect of the change, such as a commitment or the deletion of data.',
  NO_CHANGE: 'The object has the wanted values already.',
  IN_PROGRESS: 'Another change of the object has no outcome yet. The mutation waits for it.',
  ALREADY_RECORDED:
    'The mutation would continue an earlier one or return its result again, and send nothing new.',
  PARTLY_REFUSED: 'One part of the mutation would fail, and the others would succeed.',
  CONFIRMATION_REQUIRED: 'The mutation needs a confirmation, which a dry run does not.',
});

const plannedWarning = objectType<PlannedWarning>(
  'PlannedWarning',
  'What a person should know before the change is made.',
  (t) => ({
    ...exposeAs(t, warningCode, { code: 'The kind of the warning.' }),
    ...expose(t, {
      'String!': { message: 'One or two sentences in English, to show to a person.' },
    }),
    path: t.stringList({
      description:
        'Path of the input field that the warning is about, such as `["input", "dealCode"]`; null when it is about none.',
      resolve: ({ field }) => field?.split('.'),
    }),
  }),
);

const plannedChange = objectType<PlannedChange>(
  'PlannedChange',
  'A field that would get another value.',
  (t) => ({
    objectType: t.string({
      nullable: false,
      description: 'Name of the GraphQL type that has the field, such as `ResellerSubscription`.',
      resolve: ({ object }) => object.type,
    }),
    objectId: t.id({
      description:
        'Global id of the object that has the field; null for an object without one, and for one that would be created.',
      resolve: ({ object }, _args, context) => idOf(object, context),
    }),
    path: t.stringList({
      nullable: false,
      description: 'Path of the field below the object, such as `["seats", "numberOfSeats"]`.',
      resolve: ({ path }) => path.split('.'),
    }),
    before: t.expose('before', {
      type: 'JSON',
      description: 'The present value: text, a number, a boolean or a list; null when it has none.',
    }),
    after: t.expose('after', {
      type: 'JSON',
      description: 'The value after the change; null when the change removes it.',
    }),
    ...expose(t, {
      'String!': { summary: 'One sentence in English that names the field and both values.' },
    }),
  }),
);

builder.objectType(DryRun, {
  name: 'DryRun',
  description:
    'What a mutation with `dryRun: true` would do, by the state that the vendor has now. Nothing was sent or recorded, and the state can change before the mutation is sent.',
  fields: (t) => ({
    ...exposeFrom(t, ({ plan }) => plan, {
      'String!': { summary: 'One sentence in English that names the object and the change.' },
    }),
    changes: t.field({
      type: [plannedChange],
      nullable: false,
      description: 'The fields that would get another value; empty when nothing would change.',
      resolve: ({ plan }) => [...plan.changes],
    }),
    warnings: t.field({
      type: [plannedWarning],
      nullable: false,
      description: 'What a person should know before the change is made.',
      resolve: ({ plan }) => [...plan.warnings],
    }),
  }),
});

function idOf(object: PlannedObject, context: GatewayContext) {
  switch (object.type) {
    case 'Customer':
      return object.customer && customerId(object.customer, {}, context);
    case 'ResellerSubscription': {
      if (!object.target) return null;
      const { customerId: id, skuId, subscriptionId } = object.target;
      const own = subscriptionId === null ? [] : [subscriptionId];
      return encodeGlobalId('ResellerSubscription', id, skuId, ...own);
    }
    case 'Operation':
      return object.operationId && encodeGlobalId('Operation', object.operationId);
    case 'AuditEntry':
      return encodeGlobalId('AuditEntry', object.writeId);
    case 'NotificationWatch':
      return null;
  }
}
