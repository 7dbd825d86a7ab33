import { readFileSync } from 'node:fs';
import { createBillingClient } from './backends/billing/client.ts';
import { iamExchange } from './backends/billing/iam.ts';
import { type Credential, fixedToken } from './backends/credential.ts';
import { googleServiceAccount } from './backends/credential-google.ts';
import { iamServiceAccount } from './backends/credential-iam.ts';
import { createResellerClient } from './backends/reseller/client.ts';
import { type BillingConfig, type Config, ConfigError, type ResellerConfig } from './config.ts';
import { type CustomerLink, MAX_CUSTOMERS_PAGE } from './domain/customer.ts';
import { isLoopback } from './domain/host.ts';
import { createLogger, type Logger } from './log.ts';
import { Operations } from './operations/operations.ts';
import { schema } from './schema/schema.ts';
import { createHttpServer } from './server/http.ts';
import { authenticateNobody } from './server/viewer.ts';
import { CustomerIndex } from './services/customer-index.ts';
import type { ServiceSources } from './services/scope.ts';
import { createServices } from './services/services.ts';
import { fixedLinks } from './store/links.ts';
import { openStore } from './store/store.ts';

export interface GatewayConfig extends Config {
  readonly backends: NonNullable<Config['backends']>;
}

export interface GatewayOverrides {
  /** Links that are known from the start. */
  readonly links?: Iterable<CustomerLink> | undefined;
  readonly log?: Logger | undefined;
}

/**
 * A plaintext billing API is a sandbox or a test server: it forgets its operations when it stops, and
 * gives their ids anew. A journal that remembered them would take the new ones for the old.
 */
function defaultDatabase({ tls }: BillingConfig): string {
  return tls ? 'sqlite:data/gateway.db' : 'sqlite::memory:';
}

export interface Gateway {
  /** Starts to listen. Resolves with the URL of the GraphQL endpoint. */
  start(): Promise<string>;
  /** Stops to listen, ends streams, waits for requests under way, and lets go of the backends. */
  close(): Promise<void>;
}

/**
 * Opens the database, builds the gateway's parts and joins them. Nothing listens before `start`.
 * @throws StoreError when the database cannot be used; ConfigError when a key file cannot
 */
export async function createGateway(
  config: GatewayConfig,
  overrides: GatewayOverrides = {},
): Promise<Gateway> {
  const log = overrides.log ?? createLogger(config.logLevel);
  const billing = openBilling(config.backends.billing, log);
  const reseller = openReseller(config.backends.reseller, log);
  const databaseUrl = config.databaseUrl ?? defaultDatabase(config.backends.billing);
  const store = await openStore(databaseUrl, { log });
  const operations = new Operations({
    billing,
    store,
    log,
    poll: {
      intervalMs: config.pollIntervalMs,
      maxIntervalMs: 5 * config.pollIntervalMs,
      idleIntervalMs: 30_000,
      lostAfterMs: 60_000,
      maxAgeMs: config.operationMaxAgeMs,
    },
    keep: {
      leaseMs: config.operationLeaseMs,
      interruptedAfterMs: 2 * config.backends.billing.timeoutMs,
    },
  });
  const sources: ServiceSources = {
    billing,
    reseller,
    operations,
    customerIndex: new CustomerIndex(billing.listCustomers, {
      pageSize: MAX_CUSTOMERS_PAGE,
      sweepIntervalMs: config.customerSweepIntervalMs,
      resellers: 100,
    }),
    links: fixedLinks(overrides.links ?? []),
    defaultResellerId: config.defaultResellerId,
  };
  const server = createHttpServer({
    schema,
    authenticate: authenticateNobody(),
    createServices: (scope) => createServices(sources, scope),
    origins: { allowed: config.corsOrigins, loopbackOnly: isLoopback(config.host) },
    deadlineMs: config.requestTimeoutMs,
    drainTimeoutMs: config.drainTimeoutMs,
    log,
  });

  return {
    async start() {
      const url = await server.listen(config.host, config.port);
      operations.open();
      return url;
    },
    async close() {
      await server.close();
      await operations.close();
      billing.close();
      await reseller.close();
      await store.close();
    },
  };
}

function openBilling({ credential, ...options }: BillingConfig, log: Logger) {
  return createBillingClient({
    ...options,
    credential: billingCredential(credential, options, log),
  });
}

function openReseller({ credential, ...options }: ResellerConfig, log: Logger) {
  return createResellerClient({ ...options, credential: resellerCredential(credential, log), log });
}

/** Plaintext backends may do without; they still see what an authorization header looks like. */
const NO_TOKEN = fixedToken('none');

function billingCredential(
  config: BillingConfig['credential'],
  { tls }: Pick<BillingConfig, 'tls'>,
  log: Logger,
): Credential {
  if (config === null) return NO_TOKEN;
  if ('token' in config) return fixedToken(config.token);
  const exchange = iamExchange(config.iamEndpoint, tls);
  const audience = config.iamAudience;
  return usingKeyFile('BILLING_KEY_FILE', config.keyFile, (keyFile) =>
    iamServiceAccount({ keyFile, audience, exchange, log }),
  );
}

function resellerCredential(config: ResellerConfig['credential'], log: Logger): Credential {
  if (config === null) return NO_TOKEN;
  if ('token' in config) return fixedToken(config.token);
  const { subject } = config;
  return usingKeyFile('RESELLER_KEY_FILE', config.keyFile, (keyFile) =>
    googleServiceAccount({ keyFile, subject, log }),
  );
}

/** @throws ConfigError when the file cannot be read or is no such key */
function usingKeyFile<T>(variable: string, path: string, use: (keyFile: unknown) => T): T {
  try {
    return use(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    // The parser's message quotes the file, and the file is a secret.
    const problem = error instanceof SyntaxError ? 'not JSON' : String(error);
    throw new ConfigError([`${variable}=${path}: ${problem}`]);
  }
}
