import type { Limits } from '../domain/limits.ts';
import { gatewayRules } from './gateway-rules.ts';
import { type GatewaySettings, gatewaySettings } from './gateway-settings.ts';
import { ConfigError, type Env, readSettings } from './settings.ts';

export { ConfigError } from './settings.ts';

/** The settings of the gateway, and the values derived from them. */
export type Config = ReturnType<typeof toConfig>;
export type BillingConfig = NonNullable<Config['backends']>['billing'];
export type ResellerConfig = NonNullable<Config['backends']>['reseller'];
export type PullConfig = NonNullable<Config['notifications']['pull']>;

type BillingCredential =
  | { readonly token: string }
  | { readonly keyFile: string; readonly iamEndpoint: string; readonly iamAudience: string };

type ResellerCredential =
  | { readonly token: string }
  | { readonly keyFile: string; readonly subject: string };

/**
 * Reads the settings of the gateway from environment variables.
 * @throws ConfigError with every problem
 */
export function loadConfig(env: Env): Config {
  const { values, problems } = readSettings(gatewaySettings, gatewayRules, env);
  if (!values) throw new ConfigError(problems);
  return toConfig(values);
}

export function toConfig(settings: GatewaySettings) {
  const { server, billing, operations, storage } = settings;
  return {
    /** Every setting by its variable name. */
    settings,
    host: server.HOST,
    port: server.PORT,
    corsOrigins: server.CORS_ORIGINS ?? [],
    requestTimeoutMs: server.REQUEST_TIMEOUT_MS,
    drainTimeoutMs: server.DRAIN_TIMEOUT_MS,
    logLevel: server.LOG_LEVEL,
    /** Null when every caller is accepted. */
    auth: toJwtConfig(settings.auth),
    limits: toLimits(settings),
    databaseUrl: storage.DATABASE_URL,
    pollIntervalMs: operations.OPERATION_POLL_INTERVAL_MS,
    operationMaxAgeMs: operations.OPERATION_MAX_AGE_MS,
    operationLeaseMs: operations.OPERATION_LEASE_MS,
    customerSweepIntervalMs: billing.CUSTOMER_SWEEP_INTERVAL_MS,
    defaultResellerId: billing.BILLING_RESELLER_ID ?? null,
    notifications: toNotificationsConfig(settings),
    /** Null when no backend is configured; program.ts then starts the sandbox. */
    backends: toBackends(settings),
  };
}

function toJwtConfig(auth: GatewaySettings['auth']) {
  if (auth.AUTH === 'none') return null;
  return {
    jwksUrl: required(auth.AUTH_JWKS_URL),
    issuer: required(auth.AUTH_ISSUER),
    audience: required(auth.AUTH_AUDIENCE),
    writeScope: auth.AUTH_WRITE_SCOPE ?? null,
    claims: { roles: auth.AUTH_CLAIM_ROLES ?? null, resellers: auth.AUTH_CLAIM_RESELLERS ?? null },
    jwksMaxStaleMs: auth.AUTH_JWKS_MAX_STALE_MS,
  };
}

function toLimits({ limits, auth }: GatewaySettings): Limits {
  const isOpen = auth.AUTH === 'none';
  return {
    bodyBytes: limits.MAX_BODY_BYTES,
    answerBytes: limits.MAX_ANSWER_BYTES,
    pendingBytes: limits.MAX_PENDING_BYTES,
    tokens: limits.MAX_TOKENS,
    depth: limits.MAX_DEPTH,
    aliases: limits.MAX_ALIASES,
    directives: limits.MAX_DIRECTIVES,
    cost: limits.MAX_COST,
    backendCalls: limits.MAX_BACKEND_CALLS,
    requestsPerMinute: limits.RATE_LIMIT ?? null,
    subscriptionsPerSocket: limits.MAX_SUBSCRIPTIONS,
    subscriptionsPerViewer: limits.MAX_SUBSCRIPTIONS_PER_VIEWER,
    headersTimeoutMs: limits.HEADERS_TIMEOUT_MS,
    initTimeoutMs: limits.WS_INIT_TIMEOUT_MS,
    introspection: limits.INTROSPECTION ?? isOpen,
    suggestions: limits.SUGGESTIONS ?? isOpen,
  };
}

function toBackends({ billing, reseller }: GatewaySettings) {
  const endpoint = billing.BILLING_ENDPOINT;
  if (endpoint === undefined) return null;
  return {
    billing: {
      endpoint,
      operationEndpoint: billing.OPERATION_ENDPOINT ?? endpoint.replace(/^billing\./, 'operation.'),
      tls: billing.BILLING_TLS,
      credential: toBillingCredential(billing),
      timeoutMs: billing.BILLING_TIMEOUT_MS,
    },
    reseller: {
      endpoint: required(reseller.RESELLER_ENDPOINT),
      credential: toResellerCredential(reseller),
      timeoutMs: reseller.RESELLER_TIMEOUT_MS,
      connections: reseller.RESELLER_CONNECTIONS,
      batch: reseller.RESELLER_BATCH,
    },
  };
}

function toBillingCredential(billing: GatewaySettings['billing']): BillingCredential | null {
  const { BILLING_TOKEN: token, BILLING_KEY_FILE: keyFile } = billing;
  if (token !== undefined) return { token };
  if (keyFile === undefined) return null;
  return { keyFile, iamEndpoint: billing.IAM_ENDPOINT, iamAudience: billing.IAM_AUDIENCE };
}

function toResellerCredential(reseller: GatewaySettings['reseller']): ResellerCredential | null {
  const { RESELLER_TOKEN: token, RESELLER_KEY_FILE: keyFile } = reseller;
  if (token !== undefined) return { token };
  if (keyFile === undefined) return null;
  return { keyFile, subject: required(reseller.RESELLER_SUBJECT) };
}

function toNotificationsConfig({ notifications, reseller }: GatewaySettings) {
  const subscription = notifications.NOTIFICATIONS_SUBSCRIPTION;
  /** Null for Application Default Credentials. */
  const keyFile = notifications.NOTIFICATIONS_KEY_FILE ?? reseller.RESELLER_KEY_FILE ?? null;
  return {
    /** Null when pushes carry no token. */
    push: toPushConfig(notifications),
    /** Null when nothing is pulled. */
    pull: subscription === undefined ? null : { subscription, keyFile },
  };
}

function toPushConfig(notifications: GatewaySettings['notifications']) {
  const audience = notifications.NOTIFICATIONS_PUSH_AUDIENCE;
  if (audience === undefined) return null;
  return {
    audience,
    serviceAccount: required(notifications.NOTIFICATIONS_PUSH_SERVICE_ACCOUNT),
    issuer: notifications.NOTIFICATIONS_PUSH_ISSUER,
    jwksUrl: notifications.NOTIFICATIONS_PUSH_JWKS_URL,
  };
}

/** For settings that gateway-rules.ts requires; a missing one is a bug there. */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('gateway-rules.ts accepted a missing setting');
  return value;
}
