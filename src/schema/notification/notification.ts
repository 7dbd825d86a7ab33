import { badInput, GatewayError } from '../../domain/error.ts';
import {
  type NotificationEntry,
  type NotificationFilter,
  notificationType,
} from '../../domain/notification.ts';
import { MAX_STORED_PAGE } from '../../domain/page.ts';
import type { NotificationService } from '../../services/notifications.ts';
import { builder } from '../builder.ts';
import { customer, customerOfId } from '../customer/customer.ts';
import { openEnum } from '../open-enum.ts';
import { sequenceOf } from '../relay/arguments.ts';
import { connectionArgs, connectionOf } from '../relay/connection.ts';
import { encodeGlobalId } from '../relay/global-id.ts';
import { nodeInterface, registerNode } from '../relay/node.ts';
import { type Connection, type ConnectionArgs, paginate } from '../relay/pagination.ts';
import { subscription } from '../subscription/subscription.ts';
import { suspensionReason } from '../subscription/subscription-parts.ts';

const type = openEnum('NotificationType', 'What the reseller API tells of a subscription.', {
  NEW_SUBSCRIPTION_CREATED: 'It was made.',
  SUBSCRIPTION_TRIAL_ENDED: 'Its trial ended.',
  PRICE_PLAN_SWITCHED: 'It went from a flexible to an annual plan.',
  COMMITMENT_CHANGED: 'The seats of its annual plan became more or fewer.',
  SUBSCRIPTION_RENEWED: 'Its annual plan was renewed.',
  SUBSCRIPTION_SUSPENDED: 'It was suspended.',
  SUBSCRIPTION_SUSPENSION_REVOKED: 'A suspension was lifted.',
  SUBSCRIPTION_CANCELLED: 'It was cancelled, or transferred away.',
  SUBSCRIPTION_CONVERTED: 'It was converted, such as from direct to resold.',
  SUBSCRIPTION_UPGRADE: 'It moved to a greater product.',
  SUBSCRIPTION_DOWNGRADE: 'It moved to a smaller product.',
  LICENSE_ASSIGNMENT_CHANGED: 'A licence was assigned or revoked.',
});

const cancellationReason = openEnum('CancellationReason', 'Why a subscription was cancelled.', {
  TRANSFERRED_OUT: 'Somebody else has it now.',
  PURCHASE_OF_SUBSUMING_SKU: 'A greater product took its place.',
  RESELLER_INITIATED: 'The reseller cancelled it.',
  OTHER: 'Another reason.',
});

export const notification = builder.objectRef<NotificationEntry>('Notification');

notification.implement({
  description:
    'That something happened to a subscription, told by the reseller API. It carries no state, and may come late, out of order or not at all.',
  interfaces: [nodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Global id.',
      resolve: (entry) => encodeGlobalId('Notification', entry.notification.messageId),
    }),
    messageId: t.string({
      nullable: false,
      description: "Pub/Sub's id of the message.",
      resolve: (entry) => entry.notification.messageId,
    }),
    type: t.field({
      type: type.ref,
      nullable: false,
      description: 'What happened; UNRECOGNIZED also when nobody understands the message.',
      resolve: (entry) => notificationType(entry.notification.type),
    }),
    typeRaw: t.string({
      description: "The vendor's own word.",
      resolve: (entry) => entry.notification.type,
    }),
    customer: t.field({
      type: customer,
      description: 'Whose subscription it is; null when the message does not say.',
      resolve: (entry, _args, { services }) => services.notifications.customer(entry.notification),
    }),
    customerId: t.string({
      description: "The reseller API's id of the customer.",
      resolve: (entry) => entry.notification.customerId,
    }),
    customerDomain: t.string({
      description: "The customer's primary domain at that time.",
      resolve: (entry) => entry.notification.customerDomain,
    }),
    subscription: t.field({
      type: subscription,
      description: 'The subscription, read now; null when it is gone.',
      resolve: (entry, _args, { services }) =>
        services.notifications.subscription(entry.notification),
    }),
    subscriptionId: t.string({
      description: 'The id that the subscription had then.',
      resolve: (entry) => entry.notification.subscriptionId,
    }),
    skuId: t.string({
      description: 'What is subscribed to.',
      resolve: (entry) => entry.notification.skuId,
    }),
    suspensionReasons: t.field({
      type: [suspensionReason.ref],
      nullable: false,
      description: 'Why it was suspended.',
      resolve: ({ notification: { suspensionReasons } }) =>
        suspensionReasons.flatMap((raw) => suspensionReason.of(raw) ?? []),
    }),
    suspensionReasonsRaw: t.stringList({
      nullable: false,
      description: "The vendor's own words.",
      resolve: (entry) => [...entry.notification.suspensionReasons],
    }),
    cancellationReason: t.field({
      type: cancellationReason.ref,
      description: 'Why it was cancelled, when the message says.',
      resolve: (entry) => cancellationReason.of(entry.notification.cancellationReason),
    }),
    cancellationReasonRaw: t.string({
      description: "The vendor's own word.",
      resolve: (entry) => entry.notification.cancellationReason,
    }),
    publishTime: t.field({
      type: 'DateTime',
      description: 'When the vendor told it; null when the message does not say.',
      resolve: (entry) => entry.notification.publishTime,
    }),
    receivedAt: t.expose('receivedAt', {
      type: 'DateTime',
      nullable: false,
      description: 'When the gateway took it in.',
    }),
    raw: t.field({
      type: 'JSON',
      description: 'What was published; text when it is not JSON.',
      resolve: (entry) => entry.notification.raw,
    }),
    cursor: t.string({
      nullable: false,
      description: 'Its place among all: watch on from here with `after`.',
      resolve: (entry) => String(entry.sequence),
    }),
  }),
});

registerNode('Notification', {
  load: async ([messageId, ...more], { services }) => {
    if (!messageId || more.length > 0) throw badInput('This is not an id of a notification.');
    return services.notifications.get(messageId);
  },
  is: (value) => 'notification' in value,
});

const notificationConnection = connectionOf(notification);

function paginateNotifications(
  args: ConnectionArgs,
  filter: NotificationFilter,
  notifications: NotificationService,
): Promise<Connection<NotificationEntry>> {
  return paginate(args, {
    identity: ['notifications', filter.customerId, filter.types],
    maxPageSize: MAX_STORED_PAGE,
    fetch: (page) => notifications.page(filter, page),
  });
}

builder.objectField(customer, 'notifications', (t) =>
  t.field({
    type: notificationConnection,
    description:
      "What was told of the customer's subscriptions, the newest first. Null: the reseller API does not know the customer.",
    args: { ...connectionArgs },
    resolve: async (parent, args, { services: { customers, notifications } }) => {
      const customerId = await customers.resellerCustomerId(parent);
      return customerId === null
        ? null
        : paginateNotifications(args, { customerId }, notifications);
    },
  }),
);

const customerArgument = 'Global id of a customer.';
const typesArgument = 'Any of these.';

builder.queryField('notifications', (t) =>
  t.field({
    type: notificationConnection,
    description: 'Notifications that the gateway received, the newest first.',
    args: {
      customer: t.arg.id({ description: customerArgument }),
      types: t.arg({ type: [type.ref], description: typesArgument }),
      ...connectionArgs,
    },
    resolve: async (_root, args, { services: { customers, notifications } }) => {
      const customerId =
        args.customer == null
          ? undefined
          : await customers.resellerCustomerId(customerOfId(args.customer));
      // Of a customer that the reseller API does not know, it tells nothing.
      if (customerId === null) return null;
      return paginateNotifications(args, filterOf(customerId, args.types), notifications);
    },
  }),
);

builder.subscriptionField('notificationReceived', (t) =>
  t.field({
    type: notification,
    nullable: false,
    description:
      'Every notification from now on, once; with `after`, from behind that one on. It does not complete.',
    args: {
      customer: t.arg.id({ description: customerArgument }),
      types: t.arg({ type: [type.ref], description: typesArgument }),
      after: t.arg.string({ description: 'The `cursor` of the last notification that was seen.' }),
    },
    subscribe: async (_root, args, { services: { customers, notifications } }) => {
      const customerId =
        args.customer == null
          ? undefined
          : await customers.resellerCustomerId(customerOfId(args.customer));
      if (customerId === null) {
        throw new GatewayError('NOT_FOUND', 'The reseller API does not know this customer.');
      }
      return notifications.watch(filterOf(customerId, args.types), sequenceOf(args.after));
    },
    resolve: (entry) => entry,
  }),
);

function filterOf(
  customerId: string | undefined,
  types: readonly string[] | null | undefined,
): NotificationFilter {
  return { customerId, types: types?.map(notificationType) };
}
