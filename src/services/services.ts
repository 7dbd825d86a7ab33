import { type Access, createAccess } from './access.ts';
import { type AuditService, createAuditService } from './audit.ts';
import { authorizeMutation, authorizeRead } from './authorize.ts';
import { type CatalogService, createCatalogService } from './catalog.ts';
import { type CustomerLinkService, createCustomerLinkService } from './customer-links.ts';
import { type CustomerService, createCustomerService } from './customers.ts';
import { Loaders } from './loaders.ts';
import { createNotificationService, type NotificationService } from './notifications.ts';
import { createOperationService, type OperationService } from './operations.ts';
import { createPortfolioService, type PortfolioService } from './portfolio.ts';
import { createResellerIds, type ResellerIds } from './reseller-ids.ts';
import type { RequestScope, ServiceSources, Viewed } from './scope.ts';
import { createSubscriptionChanges, type SubscriptionChanges } from './subscription-changes.ts';
import { createSubscriptionService, type SubscriptionService } from './subscriptions.ts';

/** Creates the services of one request, or of one event of a GraphQL subscription. */
export function createServices(sources: ServiceSources, scope: RequestScope): Services {
  return new Services(sources, scope);
}

/**
 * What a request can do. Each service is created when it is first used: most requests use one or two of
 * them. A viewer that may not read gets none, so that no method can forget to authorize it.
 * @throws GatewayError FORBIDDEN from every property when the viewer may not read
 */
export class Services {
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

  /** @throws GatewayError FORBIDDEN when the viewer may not run the mutation */
  authorizeMutation(mutation: string): void {
    authorizeMutation(this.#viewed.scope.viewer, mutation);
  }

  /**
   * The services of a dry run: their mutations reject with a `DryRun` instead of changing something.
   * They read everything anew.
   */
  dryRun(): Services {
    return new Services(this.#sources, { ...this.#readable().scope, isDryRun: true });
  }

  #readable(): Viewed {
    authorizeRead(this.#viewed.scope.viewer);
    return this.#viewed;
  }

  get catalog() {
    this.#readable();
    this.#catalog ??= createCatalogService(this.#sources.catalog);
    return this.#catalog;
  }

  get customers() {
    this.#customers ??= createCustomerService(this.#sources, this.#readable());
    return this.#customers;
  }

  get customerLinks() {
    const { customers } = this;
    this.#customerLinks ??= createCustomerLinkService(this.#sources, this.#readable(), customers);
    return this.#customerLinks;
  }

  get subscriptions() {
    this.#subscriptions ??= createSubscriptionService(this.#sources, this.#readable());
    return this.#subscriptions;
  }

  get subscriptionChanges() {
    this.#subscriptionChanges ??= createSubscriptionChanges(
      this.#sources,
      this.#readable(),
      this.subscriptions,
    );
    return this.#subscriptionChanges;
  }

  get operations() {
    const { customers, customerLinks } = this;
    this.#operations ??= createOperationService(
      ...([this.#sources, this.#readable(), customers, customerLinks] as const),
    );
    return this.#operations;
  }

  get audit() {
    this.#audit ??= createAuditService(this.#sources, this.#readable(), this.operations);
    return this.#audit;
  }

  get notifications() {
    this.#notifications ??= createNotificationService(
      this.#sources,
      this.#readable(),
      this.subscriptions,
    );
    return this.#notifications;
  }

  get portfolio() {
    this.#portfolio ??= createPortfolioService(this.#sources, this.#readable());
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
    this.#sources = sources;
    this.scope = scope;
    this.access = createAccess(scope.viewer, sources.resellerOwner, {
      load: (id) => this.loaders.linkByReseller.load(id),
    });
    this.loaders = new Loaders(sources, this.access, scope);
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
