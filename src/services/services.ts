import { type AuditService, createAuditService } from './audit.ts';
import { type CustomerLinkService, createCustomerLinkService } from './customer-links.ts';
import { type CustomerService, createCustomerService } from './customers.ts';
import { createLoaders } from './loaders.ts';
import { createNotificationService, type NotificationService } from './notifications.ts';
import { createOperationService, type OperationService } from './operations.ts';
import type { RequestScope, ServiceSources } from './scope.ts';
import { createSubscriptionChanges, type SubscriptionChanges } from './subscription-changes.ts';
import { createSubscriptionService, type SubscriptionService } from './subscriptions.ts';

export interface Services {
  readonly customers: CustomerService;
  readonly customerLinks: CustomerLinkService;
  readonly subscriptions: SubscriptionService;
  readonly subscriptionChanges: SubscriptionChanges;
  readonly operations: OperationService;
  readonly audit: AuditService;
  readonly notifications: NotificationService;
}

/** Creates the services of one request, or of one event of a GraphQL subscription. */
export function createServices(sources: ServiceSources, scope: RequestScope): Services {
  const loaders = createLoaders(sources, scope);
  const customers = createCustomerService(sources, loaders, scope);
  const customerLinks = createCustomerLinkService(sources, loaders, customers, scope);
  const subscriptions = createSubscriptionService(loaders, scope);
  return {
    customers,
    customerLinks,
    subscriptions,
    subscriptionChanges: createSubscriptionChanges(sources, subscriptions, loaders, scope),
    audit: createAuditService(sources, scope),
    operations: createOperationService(sources, loaders, customers, customerLinks, scope),
    notifications: createNotificationService(sources, loaders, subscriptions, scope),
  };
}
