import type { NotificationWatch } from '../../domain/notification.ts';
import { builder } from '../builder.ts';
import { mutate, resultOf } from '../mutation.ts';
import { Validation } from '../validation.ts';

const notificationWatch = builder.objectRef<NotificationWatch>('NotificationWatch').implement({
  description: "Who may read the reseller API's notifications, and where.",
  fields: (t) => ({
    topicName: t.exposeString('topicName', {
      description: "The vendor's Pub/Sub topic; null while nobody is registered.",
    }),
    serviceAccountEmailAddresses: t.stringList({
      description: 'The service accounts that may subscribe to the topic.',
      resolve: async (watch, _args, { services }) =>
        watch.serviceAccountEmailAddresses ??
        (await services.notifications.watchDetails()).serviceAccountEmailAddresses,
    }),
  }),
});

builder.queryField('notificationWatch', (t) =>
  t.field({
    type: notificationWatch,
    description: "Who may read the reseller API's notifications, and where.",
    resolve: (_root, _args, { services }) => services.notifications.watchDetails(),
  }),
);

const serviceAccountDescription = 'Address of the Google service account.';

const registerNotificationsInput = builder.inputType('RegisterNotificationsInput', {
  description: 'Who shall be able to read notifications.',
  fields: (t) => ({
    serviceAccountEmailAddress: t.string({
      required: true,
      description: serviceAccountDescription,
    }),
  }),
});

const unregisterNotificationsInput = builder.inputType('UnregisterNotificationsInput', {
  description: 'Who shall no longer be able to read notifications.',
  fields: (t) => ({
    serviceAccountEmailAddress: t.string({
      required: true,
      description: serviceAccountDescription,
    }),
  }),
});

builder.mutationField('registerNotifications', (t) =>
  t.field({
    type: notificationWatch,
    description: 'Lets a service account subscribe to the topic of notifications.',
    errors: resultOf('RegisterNotifications', 'notificationWatch', 'The watch as it is now.'),
    args: {
      input: t.arg({ type: registerNotificationsInput, required: true, description: 'Who.' }),
    },
    resolve: (_root, { input: { serviceAccountEmailAddress } }, { services }) =>
      mutate(async () => {
        checkServiceAccount(serviceAccountEmailAddress);
        return services.notifications.register(serviceAccountEmailAddress);
      }),
  }),
);

builder.mutationField('unregisterNotifications', (t) =>
  t.field({
    type: notificationWatch,
    description: 'Takes the right to subscribe from a service account.',
    errors: resultOf('UnregisterNotifications', 'notificationWatch', 'The watch as it is now.'),
    args: {
      input: t.arg({ type: unregisterNotificationsInput, required: true, description: 'Who.' }),
    },
    resolve: (_root, { input: { serviceAccountEmailAddress } }, { services }) =>
      mutate(async () => {
        checkServiceAccount(serviceAccountEmailAddress);
        return services.notifications.unregister(serviceAccountEmailAddress);
      }),
  }),
);

function checkServiceAccount(address: string): void {
  const validation = new Validation();
  validation.required('serviceAccountEmailAddress', address);
  validation.email('serviceAccountEmailAddress', address || null);
  validation.end();
}
