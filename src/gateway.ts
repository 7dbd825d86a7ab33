import type { Pull } from './backends/pubsub/pull.ts';
import { readPush } from './backends/pubsub/push-envelope.ts';
import { readCatalog } from './config/catalog-file.ts';
import type { Config } from './config/config.ts';
import { readManifests } from './config/document-manifests.ts';
import { secretsOf } from './config/secrets.ts';
import { type BillingCustomer, type CustomerLink, MAX_CUSTOMERS_PAGE } from './domain/customer.ts';
import { GatewayError } from './domain/error.ts';
import type { ReceiveMessage } from './domain/notification.ts';
import { createLogger, type Logger } from './log.ts';
import { Notifications } from './notifications/notifications.ts';
import { openAuthentication, openPushVerification } from './open-authentication.ts';
import { openBilling, openReseller, pullOptions } from './open-backends.ts';
import { openEgresses } from './open-egresses.ts';
import { openPortfolio } from './open-portfolio.ts';
import { openRetention } from './open-retention.ts';
import { Operations, type OperationsDeps } from './operations/operations.ts';
import type { OriginPolicy } from './server/auth/origin.ts';
import { createHttpServer } from './server/http.ts';
import { createMetricsServer } from './server/telemetry/metrics-server.ts';
import { CustomerIndex } from './services/customer-index.ts';
import type { ServiceSources } from './services/scope.ts';
import { createServices } from './services/services.ts';
import type { CustomerLinks } from './store/links/customer-links.ts';
import { openStore } from './store/store.ts';
import { Writes, type WritesDeps } from './writes/writes.ts';

export interface GatewayConfig extends Config {
  readonly backends: NonNullable<Config['backends']>;
}

export interface GatewayOverrides {
  /** Links to create at startup unless either customer is linked already. */
  readonly links?: Iterable<CustomerLink> | undefined;
  readonly log?: Logger | undefined;
  /** Whether pages of servers on this machine may use a gateway without authentication. */
  readonly loopbackPages?: boolean | undefined;
}

/**
 * Opens the database and builds the gateway. It does not listen before `start`.
 * @throws StoreError when the database cannot be used; ConfigError when a key file cannot be used
 */
export async function createGateway(config: GatewayConfig, overrides: GatewayOverrides = {}) {
  const log = overrides.log ?? createLogger(config.logLevel, secretsOf(config.settings));
  const { METRICS_PORT: metricsPort } = config.settings.server;
  const metricSources = {
    unfinishedOperations: () => operations.polled,
    unknownWrites: () => store.audit.counts([{ outcomes: ['UNKNOWN'] }]).then(([n = 0]) => n),
  };
  const metrics = metricsPort === undefined ? null : createMetricsServer(metricSources, log);
  const egress = openEgresses(config.settings, log);
  const catalog = readCatalog(config.settings);
  const manifest = readManifests(config.settings);
  const { settings, backends } = config;
  const clients = {
    billing: openBilling(backends.billing, settings, egress.billing, log),
    reseller: openReseller(backends.reseller, settings, egress.reseller, log),
  };
  const pulled = pullOptions(config.notifications.pull, log);
  const opening = openStore(config.databaseUrl, { log });
  // The schema is built while threads or a server open the database.
  const [store, { schema }] = await Promise.all([opening, import('./schema/schema.ts')]);
  await makeLinks(store.links, overrides.links ?? []);
  const portfolio = openPortfolio(config, { ...clients, store, catalog, log });
  const { billing, reseller } = portfolio.observedClients();
  const customerIndex = new CustomerIndex(billing.listCustomers, {
    pageSize: MAX_CUSTOMERS_PAGE,
    sweepIntervalMs: config.customerSweepIntervalMs,
    resellers: 100,
  });
  const onCustomer = (customer: BillingCustomer): void => customerIndex.learn([customer]);
  const operations = openOperations(config, { billing, store, log, onCustomer });
  const writes = openWrites(config, {
    ...{ billing, reseller, catalog, operations, store: store.writes, audit: store.audit, log },
    onWrite: (listener) => store.onWrite(listener),
  });
  const notifications = new Notifications({
    ...{ store, forgetReads: () => reseller.invalidate(), log },
    onReceived: (notification) => portfolio.notified(notification),
  });
  const retention = openRetention(config, store, log);
  const receive: ReceiveMessage = (message) => notifications.receive(message);
  let pull: Promise<Pull> | null = null;
  const sources: ServiceSources = {
    catalog,
    billing,
    reseller,
    operations,
    writes,
    writeStore: store.writes,
    notifications,
    customerIndex,
    links: store.links,
    portfolio,
    maxAnswerBytes: config.limits.answerBytes,
    defaultResellerId: config.defaultResellerId,
    resellerOwner: config.settings.auth.RESELLER_OWNER ?? null,
  };
  const server = createHttpServer({
    schema,
    authenticate: await openAuthentication(config, egress.other.fetch, log),
    createServices: (scope) => createServices(sources, scope),
    origins: originsOf(config, overrides),
    push: {
      receive: (body, headers) => receive(readPush(body, headers)),
      verify: await openPushVerification(config, egress.other.fetch, log),
    },
    readiness: [
      { name: 'store', isRequired: true, check: () => store.ping().then(() => null) },
      { name: 'billing', isRequired: false, check: () => billing.problem() },
      { name: 'reseller', isRequired: false, check: () => reseller.problem() },
    ],
    compression: settings.server.COMPRESSION,
    keepAliveTimeoutMs: settings.server.KEEP_ALIVE_TIMEOUT_MS,
    limits: config.limits,
    mcp: settings.server.MCP === 'off' ? null : settings.server.MCP,
    trusted: { manifest, only: settings.documents.DOCUMENTS === 'trusted' },
    documentMaxAgeMs: settings.documents.DOCUMENTS_MAX_AGE_MS,
    deadlineMs: config.requestTimeoutMs,
    drainTimeoutMs: config.drainTimeoutMs,
    log,
  });

  return {
    /** Starts listening. Resolves with the URL of the GraphQL endpoint. */
    async start(): Promise<string> {
      const url = await server.listen(config.host, config.port);
      await metrics?.listen(config.host, metricsPort ?? 0);
      operations.open();
      writes.start();
      portfolio.start();
      retention.start();
      if (pulled) {
        pull = import('./backends/pubsub/pull.ts').then(({ pullNotifications }) =>
          pullNotifications({ ...pulled, egress: egress.other, receive, log }),
        );
      }
      await pull;
      return url;
    },
    /** Stops listening, ends streams, waits for running requests, and closes backends and store. */
    async close(): Promise<void> {
      await Promise.all([server.close(), pull?.then(({ close }) => close())]);
      await writes.close();
      await operations.close();
      await notifications.close();
      await portfolio.close();
      await retention.close();
      billing.close();
      await reseller.close();
      await egress.close();
      await store.close();
      await metrics?.close();
    },
  };
}

function openOperations(
  config: GatewayConfig,
  deps: Omit<OperationsDeps, 'poll' | 'leases'>,
): Operations {
  return new Operations({
    ...deps,
    poll: {
      intervalMs: config.pollIntervalMs,
      maxIntervalMs: 5 * config.pollIntervalMs,
      idleIntervalMs: 30_000,
      lostAfterMs: config.settings.operations.OPERATION_LOST_AFTER_MS,
      maxAgeMs: config.operationMaxAgeMs,
      maxPolls: 50,
      pollsPerSecond: config.settings.operations.OPERATION_POLLS_PER_SECOND,
    },
    leases: { leaseMs: config.operationLeaseMs },
  });
}

/** Recovery looks for work at least this often, in milliseconds. */
const RECOVERY_INTERVAL_MS = 5_000;
/** The share of a request's time that a write may wait before it is recorded. */
const QUEUE_SHARE = 0.8;

function openWrites(config: GatewayConfig, deps: Omit<WritesDeps, 'options'>): Writes {
  const { server, writes } = config.settings;
  return new Writes({
    ...deps,
    options: {
      sendWithinMs: writes.WRITE_SEND_WITHIN_MS,
      queueMs: QUEUE_SHARE * server.REQUEST_TIMEOUT_MS,
      keyWindowMs: writes.WRITE_KEY_WINDOW_MS,
      recoveryWindowMs: writes.WRITE_RECOVERY_WINDOW_MS,
      recoveryIntervalMs: Math.min(RECOVERY_INTERVAL_MS, config.operationLeaseMs / 3),
      billingTimeoutMs: config.backends.billing.timeoutMs,
      resellerTimeoutMs: config.backends.reseller.timeoutMs,
    },
  });
}

function originsOf(
  { auth, corsOrigins }: GatewayConfig,
  { loopbackPages = false }: GatewayOverrides,
): OriginPolicy {
  const isOpen = auth === null;
  return { allowed: corsOrigins, loopbackOnly: isOpen, loopbackPages: isOpen && loopbackPages };
}

async function makeLinks(links: CustomerLinks, wanted: Iterable<CustomerLink>): Promise<void> {
  for (const link of wanted) {
    await links.link(link).catch((error: unknown) => {
      if (!(error instanceof GatewayError && error.code === 'CONFLICT')) throw error;
    });
  }
}
