import type { CallScope } from '../backends/call.ts';
import type { Viewer } from '../domain/viewer.ts';
import type { Operations } from '../operations/operations.ts';
import { type CustomerService, createCustomerService } from './customers.ts';
import { createLoaders, type LoaderSources } from './loaders.ts';
import { createNotificationService, type NotificationService } from './notifications.ts';
import { createOperationService, type OperationService } from './operations.ts';
import { createSubscriptionChanges, type SubscriptionChanges } from './subscription-changes.ts';
import { createSubscriptionService, type SubscriptionService } from './subscriptions.ts';

/** What all requests share. */
export interface ServiceSources extends LoaderSources {
  readonly operations: Operations;
  /** The billing reseller that is meant when a query names none; null when none is configured. */
  readonly defaultResellerId: string | null;
}

/** One request: who asks, and how long the answer is waited for. */
export interface RequestScope extends CallScope {
  readonly viewer: Viewer;
}

export interface Services {
  readonly customers: CustomerService;
  readonly subscriptions: SubscriptionService;
  readonly subscriptionChanges: SubscriptionChanges;
  readonly operations: OperationService;
  readonly notifications: NotificationService;
}

/** The services of one request; in a GraphQL subscription, of one event. */
export function createServices(sources: ServiceSources, scope: RequestScope): Services {
  const loaders = createLoaders(sources, scope);
  const customers = createCustomerService(sources, loaders, scope);
  const subscriptions = createSubscriptionService(loaders, scope);
  const { reseller } = sources;
  return {
    customers,
    subscriptions,
    subscriptionChanges: createSubscriptionChanges(reseller, subscriptions, loaders, scope),
    operations: createOperationService(sources, customers, scope),
    notifications: createNotificationService(reseller, scope),
  };
}
