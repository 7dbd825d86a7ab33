import type { Viewer } from '../domain/viewer.ts';
import { type Access, createAccess } from './access.ts';
import { type AuditService, createAuditService } from './audit.ts';
import { authorizeMutation, authorizeRead, mayRead } from './authorize.ts';
import { type CatalogService, createCatalogService } from './catalog.ts';
import { type CustomerLinkService, createCustomerLinkService } from './customer-links.ts';
import type { CustomerService } from './customer-service.ts';
import { createCustomerService } from './customers.ts';
import { createLinkLoaders } from './link-loaders.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { createNotificationService, type NotificationService } from './notifications.ts';
import { createOperationService, type OperationService } from './operations.ts';
import { createPortfolioService, type PortfolioService } from './portfolio.ts';
import { createResellerIds, type ResellerIds } from './reseller-ids.ts';
import type { RequestScope, ServiceSources, Viewed } from './scope.ts';
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
  return new RequestServices(sources, scope);
}

/** Creates each service when it is first used: most requests use one or two of them. */
class RequestServices implements Services {
  readonly #sources: ServiceSources;
  readonly #viewed: Viewed;
  #catalog: CatalogService | undefined;
  #customers: CustomerService | undefined;
  #customerLinks: CustomerLinkService | undefined;
  #subscriptions: SubscriptionService | undefined;
  #subscriptionChanges: SubscriptionChanges | undefined;
  #operations: OperationService | undefined;
  #audit: AuditService | undefined;
  #notifications: NotificationService | undefined;
  #portfolio: PortfolioService | undefined;

  constructor(sources: ServiceSources, scope: RequestScope) {
    this.#sources = sources;
    this.#viewed = new RequestView(sources, scope);
  }

  authorizeMutation(mutation: string): void {
    authorizeMutation(this.#viewed.scope.viewer, mutation);
  }

  dryRun(): Services {
    return createServices(this.#sources, { ...this.#viewed.scope, isDryRun: true });
  }

  get catalog() {
    this.#catalog ??= createCatalogService(this.#sources.catalog);
    return this.#catalog;
  }

  get customers() {
    this.#customers ??= createCustomerService(this.#sources, this.#viewed);
    return this.#customers;
  }

  get customerLinks() {
    this.#customerLinks ??= createCustomerLinkService(this.#sources, this.#viewed, this.customers);
    return this.#customerLinks;
  }

  get subscriptions() {
    this.#subscriptions ??= createSubscriptionService(this.#sources, this.#viewed);
    return this.#subscriptions;
  }

  get subscriptionChanges() {
    this.#subscriptionChanges ??= createSubscriptionChanges(
      this.#sources,
      this.#viewed,
      this.subscriptions,
    );
    return this.#subscriptionChanges;
  }

  get operations() {
    const { customers, customerLinks } = this;
    this.#operations ??= createOperationService(
      ...([this.#sources, this.#viewed, customers, customerLinks] as const),
    );
    return this.#operations;
  }

  get audit() {
    this.#audit ??= createAuditService(this.#sources, this.#viewed, this.operations);
    return this.#audit;
  }

  get notifications() {
    this.#notifications ??= createNotificationService(
      this.#sources,
      this.#viewed,
      this.subscriptions,
    );
    return this.#notifications;
  }

  get portfolio() {
    this.#portfolio ??= createPortfolioService(this.#sources, this.#viewed);
    return this.#portfolio;
  }
}

class RequestView implements Viewed {
  readonly scope: RequestScope;
  readonly access: Access;
  readonly loaders: Loaders;
  readonly #sources: ServiceSources;
  #liveAccess: Access | undefined;
  #resellerIds: ResellerIds | undefined;

  constructor(sources: ServiceSources, scope: RequestScope) {
    const links = createLinkLoaders(sources.links);
    this.#sources = sources;
    this.scope = scope;
    this.access = createAccess(scope.viewer, sources.resellerOwner, {
      load: (id) => links.linkByReseller.load(id),
    });
    this.loaders = createLoaders(sources, links, this.access, scope);
  }

  get liveAccess() {
    const { links, resellerOwner } = this.#sources;
    this.#liveAccess ??= createAccess(this.scope.viewer, resellerOwner, {
      load: async (id) => (await links.byReseller([id]))[0] ?? null,
    });
    return this.#liveAccess;
  }

  get resellerIds() {
    this.#resellerIds ??= createResellerIds(this.access, this.loaders);
    return this.#resellerIds;
  }
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
