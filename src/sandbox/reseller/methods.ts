import type { z } from 'zod';
import {
  activateSubscription,
  changePlan,
  changeRenewalSettings,
  changeSeats,
  deleteSubscription,
  startPaidService,
  suspendSubscription,
} from './actions.ts';
import { parseBody } from './body.ts';
import { getCustomer, insertCustomer, patchCustomer, updateCustomer } from './customers.ts';
import { insertSubscription } from './insert.ts';
import type { Method, MethodCall } from './method-call.ts';
import { getWatchDetails, register, unregister } from './notify.ts';
import { getSubscription, listSubscriptions } from './subscriptions.ts';
import {
  changePlanSchema,
  customerSchema,
  emptySchema,
  notifyResourceSchema,
  renewalSettingsSchema,
  seatsSchema,
  subscriptionSchema,
  subscriptionsSchema,
  watchDetailsSchema,
} from './wire.ts';

interface Options<B> {
  readonly query?: readonly string[];
  readonly body: z.ZodType<B>;
  readonly response: z.ZodObject | undefined;
  readonly handle: (call: MethodCall<B>) => object | undefined;
}

function method<B>(id: string, verb: Method['verb'], path: string, options: Options<B>): Method {
  const { query = [], body, response, handle } = options;
  return {
    ...{ id, verb, query, response },
    path: path.split('/'),
    run: (call, store) => handle({ ...call, store, input: parseBody(body, call.body) }),
  };
}

const customer = { response: customerSchema };
const subscription = { response: subscriptionSchema };
const empty = { body: emptySchema };
const oneSubscription = 'customers/:customerId/subscriptions/:subscriptionId';
const account = ['serviceAccountEmailAddress'];

/** Every method of the discovery document. */
export const methods: readonly Method[] = [
  method('customers.get', 'GET', 'customers/:customerId', {
    ...{ ...customer, ...empty },
    handle: getCustomer,
  }),
  method('customers.insert', 'POST', 'customers', {
    ...customer,
    query: ['customerAuthToken'],
    body: customerSchema,
    handle: insertCustomer,
  }),
  method('customers.patch', 'PATCH', 'customers/:customerId', {
    ...customer,
    body: customerSchema,
    handle: patchCustomer,
  }),
  method('customers.update', 'PUT', 'customers/:customerId', {
    ...customer,
    body: customerSchema,
    handle: updateCustomer,
  }),
  method('subscriptions.list', 'GET', 'subscriptions', {
    ...empty,
    query: ['customerId', 'customerNamePrefix', 'customerAuthToken', 'maxResults', 'pageToken'],
    response: subscriptionsSchema,
    handle: listSubscriptions,
  }),
  method('subscriptions.get', 'GET', oneSubscription, {
    ...{ ...subscription, ...empty },
    handle: getSubscription,
  }),
  method('subscriptions.insert', 'POST', 'customers/:customerId/subscriptions', {
    ...subscription,
    query: ['customerAuthToken', 'action', 'sourceSkuId'],
    body: subscriptionSchema,
    handle: insertSubscription,
  }),
  method('subscriptions.delete', 'DELETE', oneSubscription, {
    ...empty,
    query: ['deletionType'],
    response: undefined,
    handle: deleteSubscription,
  }),
  method('subscriptions.activate', 'POST', `${oneSubscription}/activate`, {
    ...{ ...subscription, ...empty },
    handle: activateSubscription,
  }),
  method('subscriptions.suspend', 'POST', `${oneSubscription}/suspend`, {
    ...{ ...subscription, ...empty },
    handle: suspendSubscription,
  }),
  method('subscriptions.changePlan', 'POST', `${oneSubscription}/changePlan`, {
    ...subscription,
    body: changePlanSchema,
    handle: changePlan,
  }),
  method('subscriptions.changeSeats', 'POST', `${oneSubscription}/changeSeats`, {
    ...subscription,
    body: seatsSchema,
    handle: changeSeats,
  }),
  method(
    'subscriptions.changeRenewalSettings',
    'POST',
    `${oneSubscription}/changeRenewalSettings`,
    {
      ...subscription,
      body: renewalSettingsSchema,
      handle: changeRenewalSettings,
    },
  ),
  method('subscriptions.startPaidService', 'POST', `${oneSubscription}/startPaidService`, {
    ...{ ...subscription, ...empty },
    handle: startPaidService,
  }),
  method('resellernotify.getwatchdetails', 'GET', 'resellernotify/getwatchdetails', {
    ...empty,
    response: watchDetailsSchema,
    handle: getWatchDetails,
  }),
  method('resellernotify.register', 'POST', 'resellernotify/register', {
    ...empty,
    query: account,
    response: notifyResourceSchema,
    handle: register,
  }),
  method('resellernotify.unregister', 'POST', 'resellernotify/unregister', {
    ...empty,
    query: account,
    response: notifyResourceSchema,
    handle: unregister,
  }),
];
