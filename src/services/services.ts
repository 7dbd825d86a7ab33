import type { Viewer } from '../domain/viewer.ts';
import { createAccess } from './access.ts';
import { type AuditService, createAuditService } from './audit.ts';
import { authorizeMutation, authorizeRead, mayRead } from './authorize.ts';
import { type CatalogService, createCatalogService } from './catalog.ts';
import { type CustomerLinkService, createCustomerLinkService } from './customer-links.ts';
import type { CustomerService } from './customer-service.ts';
import { createCustomerService } from './customers.ts';
import { createLinkLoaders, createLoaders } from './loaders.ts';
import { createNotificationService, type NotificationService } from './notifications.ts';
import { createOperationService, type OperationService } from './operations.ts';
import { createPortfolioService, type PortfolioService } from './portfolio.ts';
import { createResellerIds } from './reseller-ids.ts';
import type { RequestScope, ServiceSources } from './scope.ts';
import { createSubscriptionChanges, type SubscriptionChanges } from './subscription-changes.ts';
import { createSubscriptionService, type SubscriptionService } from './subscriptions.ts';

export interface Services {
  /** @throws GatewayError FORBIDDEN when the viewer may not run the mutation */
  authorizeMutation(mutation: string): void;
  /**
   * The services of a dry run: their mutations reject with a `DryRun` instead of changing something.
   * They read everything anew.
   */
  dryRun(): Services;
  readonly catalog: CatalogService;
  readonly customers: CustomerService;
  readonly customerLinks: CustomerLinkService;
  readonly subscriptions: SubscriptionService;
  readonly subscriptionChanges: SubscriptionChanges;
  readonly operations: OperationService;
  readonly audit: AuditService;
  readonly notifications: NotificationService;
  readonly portfolio: PortfolioService;
}

/** Creates the services of one request, or of one event of a GraphQL subscription. */
export function createServices(sources: ServiceSources, scope: RequestScope): Services {
  const { viewer } = scope;
  if (!mayRead(viewer)) return refusedServices(viewer);
  const links = createLinkLoaders(sources);
  const access = createAccess(viewer, sources.resellerOwner, links.linkByReseller);
  const loaders = createLoaders(sources, links, access, scope);
  const liveAccess = createAccess(viewer, sources.resellerOwner, {
    load: async (id) => (await sources.links.byReseller([id]))[0] ?? null,
  });
  const resellerIds = createResellerIds(access, loaders);
  const viewed = { access, liveAccess, loaders, resellerIds, scope };
  // Most requests use one or two of them.
  const catalog = once(() => createCatalogService(sources.catalog));
  const customers = once(() => createCustomerService(sources, viewed));
  const customerLinks = once(() => createCustomerLinkService(sources, viewed, customers()));
  const subscriptions = once(() => createSubscriptionService(viewed));
  const subscriptionChanges = once(() =>
    createSubscriptionChanges(sources, viewed, subscriptions()),
  );
  const operations = once(() =>
    createOperationService(sources, viewed, customers(), customerLinks()),
  );
  const audit = once(() => createAuditService(sources, viewed, operations()));
  const notifications = once(() => createNotificationService(sources, viewed, subscriptions()));
  const portfolio = once(() => createPortfolioService(sources, viewed));
  return {
    authorizeMutation: (mutation) => authorizeMutation(viewer, mutation),
    dryRun: () => createServices(sources, { ...scope, isDryRun: true }),
    get catalog() {
      return catalog();
    },
    get customers() {
      return customers();
    },
    get customerLinks() {
      return customerLinks();
    },
    get subscriptions() {
      return subscriptions();
    },
    get subscriptionChanges() {
      return subscriptionChanges();
    },
    get operations() {
      return operations();
    },
    get audit() {
      return audit();
    },
    get notifications() {
      return notifications();
    },
    get portfolio() {
      return portfolio();
    },
  };
}

/** Creates the value at the first call. */
function once<T extends object>(create: () => T): () => T {
  let value: T | undefined;
  return () => {
    value ??= create();
    return value;
  };
}

/** Rejects whatever the viewer asks for, so that no method can forget to authorize it. */
function refusedServices(viewer: Viewer): Services {
  function refuse(): never {
    authorizeRead(viewer);
    throw new Error('refused a viewer that may read');
  }
  return {
    authorizeMutation: (mutation) => authorizeMutation(viewer, mutation),
    dryRun: refuse,
    get catalog() {
      return refuse();
    },
    get customers() {
      return refuse();
    },
    get customerLinks() {
      return refuse();
    },
    get subscriptions() {
      return refuse();
    },
    get subscriptionChanges() {
      return refuse();
    },
    get audit() {
      return refuse();
    },
    get operations() {
      return refuse();
    },
    get notifications() {
      return refuse();
    },
    get portfolio() {
      return refuse();
    },
  };
}
