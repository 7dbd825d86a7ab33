import { createAccess } from './access.ts';
import { type AuditService, createAuditService } from './audit.ts';
import { authorizeMutation, authorizeRead } from './authorize.ts';
import { type CustomerLinkService, createCustomerLinkService } from './customer-links.ts';
import { type CustomerService, createCustomerService } from './customers.ts';
import { createLinkLoaders, createLoaders } from './loaders.ts';
import { createNotificationService, type NotificationService } from './notifications.ts';
import { createOperationService, type OperationService } from './operations.ts';
import { createResellerIds } from './reseller-ids.ts';
import type { RequestScope, ServiceSources } from './scope.ts';
import { createSubscriptionChanges, type SubscriptionChanges } from './subscription-changes.ts';
import { createSubscriptionService, type SubscriptionService } from './subscriptions.ts';

export interface Services {
  /** @throws GatewayError FORBIDDEN when the viewer may not run the mutation */
  authorizeMutation(mutation: string): void;
  readonly customers: CustomerService;
  readonly customerLinks: CustomerLinkService;
  readonly subscriptions: SubscriptionService;
  readonly subscriptionChanges: SubscriptionChanges;
  readonly operations: OperationService;
  readonly audit: AuditService;
  readonly notifications: NotificationService;
}

/**
 * Creates the services of one request, or of one event of a GraphQL subscription.
 * @throws GatewayError FORBIDDEN when the viewer may not read: it gets no service
 */
export function createServices(sources: ServiceSources, scope: RequestScope): Services {
  const { viewer } = scope;
  authorizeRead(viewer);
  const links = createLinkLoaders(sources);
  const access = createAccess(viewer, sources.resellerOwner, links.linkByReseller);
  const loaders = createLoaders(sources, links, access, scope);
  const viewed = { access, loaders, resellerIds: createResellerIds(access, loaders), scope };
  const customers = createCustomerService(sources, viewed);
  const customerLinks = createCustomerLinkService(sources, viewed, customers);
  const subscriptions = createSubscriptionService(viewed);
  const operations = createOperationService(sources, viewed, customers, customerLinks);
  return {
    authorizeMutation: (mutation) => authorizeMutation(viewer, mutation),
    customers,
    customerLinks,
    subscriptions,
    subscriptionChanges: createSubscriptionChanges(sources, viewed, subscriptions),
    audit: createAuditService(sources, viewed, operations),
    operations,
    notifications: createNotificationService(sources, viewed, subscriptions),
  };
}
