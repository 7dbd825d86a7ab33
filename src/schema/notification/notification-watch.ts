import type { NotificationWatch } from '../../domain/notification.ts';
import { builder, type InputFields } from '../builder.ts';
import { writeMutation } from '../mutation.ts';
import { Validation } from '../validation.ts';

const notificationWatch = builder.objectRef<NotificationWatch>('NotificationWatch').implement({
  description: 'The Pub/Sub topic of reseller API notifications and the accounts that can use it.',
  fields: (t) => ({
    topicName: t.exposeString('topicName', {
      description: "Name of Google's Pub/Sub topic; null when no service account is registered.",
    }),
    serviceAccountEmailAddresses: t.stringList({
      description: 'Email addresses of the service accounts that can subscribe to the topic.',
      resolve: async (watch, _args, { services }) =>
        watch.serviceAccountEmailAddresses ??
        (await services.notifications.watchDetails())?.serviceAccountEmailAddresses,
    }),
  }),
});

builder.queryField('notificationWatch', (t) =>
  t.field({
    type: notificationWatch,
    description:
      'Returns the notification topic and the registered service accounts; null when the caller does not see customers that are not linked.',
    resolve: (_root, _args, { services }) => services.notifications.watchDetails(),
  }),
);

function serviceAccountInput(t: InputFields) {
  const description = 'Email address of the Google service account.';
  return { serviceAccountEmailAddress: t.string({ required: true, description }) };
}

const currentWatch = {
  field: 'notificationWatch',
  type: notificationWatch,
  description: 'The topic and the registered service accounts after the change.',
};

writeMutation('registerNotifications', {
  description: 'Allows a service account to subscribe to the notification topic.',
  inputDescription: 'The service account to register.',
  input: serviceAccountInput,
  success: 'The service account is registered.',
  returns: currentWatch,
  async run({ serviceAccountEmailAddress }, { notifications }, key) {
    checkServiceAccount(serviceAccountEmailAddress);
    return notifications.register(serviceAccountEmailAddress, key);
  },
});

writeMutation('unregisterNotifications', {
  description: 'Revokes the right of a service account to subscribe to the notification topic.',
  inputDescription: 'The service account to unregister.',
  input: serviceAccountInput,
  success: 'The service account is unregistered.',
  returns: currentWatch,
  async run({ serviceAccountEmailAddress }, { notifications }, key) {
    checkServiceAccount(serviceAccountEmailAddress);
    return notifications.unregister(serviceAccountEmailAddress, key);
  },
});

function checkServiceAccount(address: string): void {
  const validation = new Validation();
  validation.required('serviceAccountEmailAddress', address);
  validation.email('serviceAccountEmailAddress', address || null);
  validation.throwIfInvalid();
}
