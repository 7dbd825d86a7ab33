import type { CallScope } from '../../domain/call-scope.ts';
import type { ResellerCustomer } from '../../domain/customer.ts';
import { badInput, type GatewayError } from '../../domain/error.ts';
import type {
  CustomerInput,
  PlanInput,
  SeatsInput,
  SubscriptionDeletion,
  SubscriptionKey,
  SubscriptionOrder,
} from '../../domain/order.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
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
export interface ResellerWrites {
  /** Rejects with CONFLICT when the customer exists and `customerAuthToken` is undefined. */
  insertCustomer(
    customer: CustomerInput,
    customerAuthToken: string | undefined,
    scope: CallScope,
  ): Promise<ResellerCustomer>;
  /** Changes only the given fields. */
  patchCustomer(id: string, changes: CustomerInput, scope: CallScope): Promise<ResellerCustomer>;
  /** Replaces all of the customer's data. */
  updateCustomer(id: string, customer: CustomerInput, scope: CallScope): Promise<ResellerCustomer>;
  insertSubscription(order: SubscriptionOrder, scope: CallScope): Promise<ResellerSubscription>;
  /** Several in one batch, as transfers require; the results are in order. */
  insertSubscriptions(
    orders: readonly SubscriptionOrder[],
    scope: CallScope,
  ): Promise<(ResellerSubscription | GatewayError)[]>;
  deleteSubscription(deletion: SubscriptionDeletion, scope: CallScope): Promise<void>;
  /** Several in one batch, as the API requires for one customer's subscriptions; null is success. */
  deleteSubscriptions(
    deletions: readonly SubscriptionDeletion[],
    scope: CallScope,
  ): Promise<(null | GatewayError)[]>;
  activateSubscription(key: SubscriptionKey, scope: CallScope): Promise<ResellerSubscription>;
  suspendSubscription(key: SubscriptionKey, scope: CallScope): Promise<ResellerSubscription>;
  startPaidService(key: SubscriptionKey, scope: CallScope): Promise<ResellerSubscription>;
  changePlan(
    key: SubscriptionKey,
    plan: PlanInput,
    scope: CallScope,
  ): Promise<ResellerSubscription>;
  changeSeats(
    key: SubscriptionKey,
    seats: SeatsInput,
    scope: CallScope,
  ): Promise<ResellerSubscription>;
  changeRenewalSettings(
    key: SubscriptionKey,
    renewalType: string,
    scope: CallScope,
  ): Promise<ResellerSubscription>;
  /** Grants a service account access to the notifications and returns the topic name. */
  register(serviceAccountEmailAddress: string, scope: CallScope): Promise<string | null>;
  unregister(serviceAccountEmailAddress: string, scope: CallScope): Promise<string | null>;
}

export function createWrites(caller: Caller): ResellerWrites {
  const subscription = json(toSubscription);
  const act = async (key: SubscriptionKey, action: string, scope: CallScope, body?: object) =>
    caller.write(post([...subscriptionPath(key), action], {}, body), subscription, scope);
  const notify = async (action: string, address: string, scope: CallScope) => {
    const query = { serviceAccountEmailAddress: nonEmpty(address, 'serviceAccountEmailAddress') };
    return caller.write(post(['resellernotify', action], query), json(toTopicName), scope);
  };
  return {
    ...customerWrites(caller),
    insertSubscription: async (order, scope) =>
      caller.write(insertCall(order), subscription, scope),
    insertSubscriptions: async (orders, scope) =>
      caller.writeAll(orders.map(insertCall), subscription, scope),
    deleteSubscription: async (deletion, scope) => {
      await caller.write(deleteCall(deletion), noContent, scope);
    },
    deleteSubscriptions: async (deletions, scope) =>
      caller.writeAll(deletions.map(deleteCall), noContent, scope),
    activateSubscription: (key, scope) => act(key, 'activate', scope),
    suspendSubscription: (key, scope) => act(key, 'suspend', scope),
    startPaidService: (key, scope) => act(key, 'startPaidService', scope),
    changePlan: (key, plan, scope) => act(key, 'changePlan', scope, planBody(plan)),
    changeSeats: (key, seats, scope) => act(key, 'changeSeats', scope, seatsBody(seats)),
    changeRenewalSettings: (key, renewalType, scope) =>
      act(key, 'changeRenewalSettings', scope, { renewalType }),
    register: (address, scope) => notify('register', address, scope),
    unregister: (address, scope) => notify('unregister', address, scope),
  };
}

type CustomerWrites = Pick<ResellerWrites, 'insertCustomer' | 'patchCustomer' | 'updateCustomer'>;

function customerWrites(caller: Caller): CustomerWrites {
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
    insertCustomer: async (input, token, scope) => {
      const query = { customerAuthToken: nonEmpty(token, 'customerAuthToken') };
      return caller.write(post(['customers'], query, customerBody(input)), customer, scope);
    },
    patchCustomer: (id, changes, scope) => change('PATCH', id, changes, scope),
    updateCustomer: (id, input, scope) => change('PUT', id, input, scope),
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
