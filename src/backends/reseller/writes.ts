import type { CallScope } from '../../domain/call-scope.ts';
import { badInput } from '../../domain/error.ts';
import type {
  CustomerInput,
  PlanInput,
  SeatsInput,
  SubscriptionDeletion,
  SubscriptionKey,
  SubscriptionOrder,
} from '../../domain/order.ts';
import type { Caller } from './caller.ts';
import { json, noContent } from './decode.ts';
import {
  customerBody,
  planBody,
  seatsBody,
  subscriptionBody,
  toCustomer,
  toSubscription,
  toTopicName,
} from './mapping.ts';
import { customerPath, methodPath, nonEmpty, type Query, subscriptionPath } from './path.ts';
import type { Call } from './transport.ts';

/**
 * The writes of the API; each is sent once. All reject with a GatewayError, which is not retryable
 * when the outcome is unknown. A returned subscription may have a new id.
 */
export function createWrites(caller: Caller) {
  const subscription = json(toSubscription);
  const act = async (key: SubscriptionKey, action: string, scope: CallScope, body?: object) =>
    caller.write(post([...subscriptionPath(key), action], {}, body), subscription, scope);
  const notify = async (action: string, address: string, scope: CallScope) => {
    const query = { serviceAccountEmailAddress: nonEmpty(address, 'serviceAccountEmailAddress') };
    return caller.write(post(['resellernotify', action], query), json(toTopicName), scope);
  };
  return {
    ...customerWrites(caller),
    insertSubscription: async (order: SubscriptionOrder, scope: CallScope) =>
      caller.write(insertCall(order), subscription, scope),
    /** Several in one batch, as transfers require; the results are in order. */
    insertSubscriptions: async (orders: readonly SubscriptionOrder[], scope: CallScope) =>
      caller.writeAll(orders.map(insertCall), subscription, scope),
    deleteSubscription: async (deletion: SubscriptionDeletion, scope: CallScope) => {
      await caller.write(deleteCall(deletion), noContent, scope);
    },
    /** Several in one batch, as the API requires for one customer's subscriptions; null is success. */
    deleteSubscriptions: async (deletions: readonly SubscriptionDeletion[], scope: CallScope) =>
      caller.writeAll(deletions.map(deleteCall), noContent, scope),
    activateSubscription: (key: SubscriptionKey, scope: CallScope) => act(key, 'activate', scope),
    suspendSubscription: (key: SubscriptionKey, scope: CallScope) => act(key, 'suspend', scope),
    startPaidService: (key: SubscriptionKey, scope: CallScope) =>
      act(key, 'startPaidService', scope),
    changePlan: (key: SubscriptionKey, plan: PlanInput, scope: CallScope) =>
      act(key, 'changePlan', scope, planBody(plan)),
    changeSeats: (key: SubscriptionKey, seats: SeatsInput, scope: CallScope) =>
      act(key, 'changeSeats', scope, seatsBody(seats)),
    changeRenewalSettings: (key: SubscriptionKey, renewalType: string, scope: CallScope) =>
      act(key, 'changeRenewalSettings', scope, { renewalType }),
    /** Grants a service account access to the notifications and returns the topic name. */
    register: (address: string, scope: CallScope) => notify('register', address, scope),
    unregister: (address: string, scope: CallScope) => notify('unregister', address, scope),
  };
}

function customerWrites(caller: Caller) {
  const customer = json(toCustomer);
  const change = async (
    method: 'PATCH' | 'PUT',
    id: string,
    input: CustomerInput,
    scope: CallScope,
  ) => {
    const path = methodPath(customerPath(id));
    return caller.write({ method, path, body: customerBody(input) }, customer, scope);
  };
  return {
    /** Rejects with CONFLICT when the customer exists and `token` (its transfer token) is undefined. */
    insertCustomer: async (input: CustomerInput, token: string | undefined, scope: CallScope) => {
      const query = { customerAuthToken: nonEmpty(token, 'customerAuthToken') };
      return caller.write(post(['customers'], query, customerBody(input)), customer, scope);
    },
    /** Changes only the given fields. */
    patchCustomer: (id: string, changes: CustomerInput, scope: CallScope) =>
      change('PATCH', id, changes, scope),
    /** Replaces all of the customer's data. */
    updateCustomer: (id: string, input: CustomerInput, scope: CallScope) =>
      change('PUT', id, input, scope),
  };
}

function post(segments: readonly string[], query: Query = {}, body?: object): Call {
  return { method: 'POST', path: methodPath(segments, query), body };
}

function insertCall(order: SubscriptionOrder): Call {
  const { customerId, action, sourceSkuId } = order;
  if ((action === 'switch') !== (sourceSkuId !== undefined)) {
    throw badInput(
      'sourceSkuId is required for the action "switch" and not allowed for other actions.',
    );
  }
  return post(
    [...customerPath(customerId), 'subscriptions'],
    {
      action,
      sourceSkuId: nonEmpty(sourceSkuId, 'sourceSkuId'),
      customerAuthToken: nonEmpty(order.customerAuthToken, 'customerAuthToken'),
    },
    subscriptionBody(order),
  );
}

function deleteCall({ deletionType, ...key }: SubscriptionDeletion): Call {
  return { method: 'DELETE', path: methodPath(subscriptionPath(key), { deletionType }) };
}
