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
import { json, nothing } from './decode.ts';
import {
  customerBody,
  planBody,
  seatsBody,
  subscriptionBody,
  toCustomer,
  toSubscription,
  toTopicName,
} from './mapping.ts';
import { methodPath, nonEmpty, type Query, segment } from './path.ts';
import type { Call } from './transport.ts';

/**
 * The writes of the API. Each is sent once. All throw GatewayError; one whose outcome is unknown
 * (its answer was lost) is not `retryable`. A subscription in its new state may have a new id.
 */
export interface ResellerWrites {
  /** CONFLICT when the customer exists already, unless its transfer token is given. */
  insertCustomer(
    customer: CustomerInput,
    customerAuthToken: string | undefined,
    scope: CallScope,
  ): Promise<ResellerCustomer>;
  /** Changes only what is given. */
  patchCustomer(id: string, changes: CustomerInput, scope: CallScope): Promise<ResellerCustomer>;
  /** Replaces the customer's data. */
  updateCustomer(id: string, customer: CustomerInput, scope: CallScope): Promise<ResellerCustomer>;
  insertSubscription(order: SubscriptionOrder, scope: CallScope): Promise<ResellerSubscription>;
  /** Several in one batch, as transfers need; each with its own result, in their order. */
  insertSubscriptions(
    orders: readonly SubscriptionOrder[],
    scope: CallScope,
  ): Promise<(ResellerSubscription | GatewayError)[]>;
  deleteSubscription(deletion: SubscriptionDeletion, scope: CallScope): Promise<void>;
  /** Several in one batch, as the subscriptions of one customer need; null = done. */
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
  /** Lets a service account read the notifications; gives the name of their topic. */
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
      await caller.write(deleteCall(deletion), nothing, scope);
    },
    deleteSubscriptions: async (deletions, scope) =>
      caller.writeAll(deletions.map(deleteCall), nothing, scope),
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
    const path = methodPath(['customers', segment(id, 'The customer id')]);
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

function subscriptionPath({ customerId, subscriptionId }: SubscriptionKey): string[] {
  return [
    'customers',
    segment(customerId, 'The customer id'),
    'subscriptions',
    segment(subscriptionId, 'The subscription id'),
  ];
}

function insertCall(order: SubscriptionOrder): Call {
  const { customerId, action, sourceSkuId } = order;
  if ((action === 'switch') !== (sourceSkuId !== undefined)) {
    throw badInput('sourceSkuId goes with the action "switch", and only with it.');
  }
  return post(
    ['customers', segment(customerId, 'The customer id'), 'subscriptions'],
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
