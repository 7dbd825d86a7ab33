import type { LogLevel } from '../log.ts';
import { gatewayRules } from './gateway-rules.ts';
import { type GatewaySettings, gatewaySettings } from './gateway-settings.ts';
import { ConfigError, type Env, readSettings } from './settings.ts';

export { ConfigError } from './settings.ts';

export interface BillingConfig {
  /** host:port */
  readonly endpoint: string;
  /** host:port */
  readonly operationEndpoint: string;
  readonly tls: boolean;
  readonly credential: BillingCredentialConfig | null;
  readonly timeoutMs: number;
}

export type BillingCredentialConfig =
  | { readonly token: string }
  | { readonly keyFile: string; readonly iamEndpoint: string; readonly iamAudience: string };

export interface ResellerConfig {
  /** Root URL. */
  readonly endpoint: string;
  readonly credential: ResellerCredentialConfig | null;
  readonly timeoutMs: number;
  /** Maximum number of connections, and so of concurrent calls. */
  readonly connections: number;
  /** Whether concurrent reads are combined into one `POST /batch`. */
  readonly batch: boolean;
}

export type ResellerCredentialConfig =
  | { readonly token: string }
  | { readonly keyFile: string; readonly subject: string };

export interface NotificationsConfig {
  /** What push tokens must contain; null when pushes carry no token. */
  readonly push: PushConfig | null;
  /** Null when nothing is pulled. */
  readonly pull: PullConfig | null;
}

export interface PushConfig {
  readonly audience: string;
  readonly serviceAccount: string;
  readonly issuer: string;
  readonly jwksUrl: string;
}

export interface PullConfig {
  /** projects/P/subscriptions/S */
  readonly subscription: string;
  /** Null for Application Default Credentials. */
  readonly keyFile: string | null;
}

export interface JwtConfig {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Null when every token may run mutations. */
  readonly writeScope: string | null;
}

export interface Config {
  readonly host: string;
  /** Null accepts every caller. */
  readonly auth: JwtConfig | null;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly requestTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly corsOrigins: readonly string[];
  /** `sqlite:PATH` or `postgres://...` */
  readonly databaseUrl: string;
  readonly pollIntervalMs: number;
  readonly operationMaxAgeMs: number;
  readonly operationLeaseMs: number;
  readonly customerSweepIntervalMs: number;
  readonly defaultResellerId: string | null;
  readonly notifications: NotificationsConfig;
  /** Null when no backend is configured; main.ts then starts the sandbox. */
  readonly backends: { readonly billing: BillingConfig; readonly reseller: ResellerConfig } | null;
}

/**
 * Reads the settings of the gateway from environment variables.
 * @throws ConfigError with every problem
 */
export function loadConfig(env: Env): Config {
  const { values, problems } = readSettings(gatewaySettings, gatewayRules, env);
  if (!values) throw new ConfigError(problems);
  return toConfig(values);
}

export function toConfig(settings: GatewaySettings): Config {
  const { server, billing, operations, storage } = settings;
  return {
    host: server.HOST,
    port: server.PORT,
    corsOrigins: server.CORS_ORIGINS ?? [],
    requestTimeoutMs: server.REQUEST_TIMEOUT_MS,
    drainTimeoutMs: server.DRAIN_TIMEOUT_MS,
    logLevel: server.LOG_LEVEL,
    auth: toJwtConfig(settings.auth),
    databaseUrl: storage.DATABASE_URL,
    pollIntervalMs: operations.OPERATION_POLL_INTERVAL_MS,
    operationMaxAgeMs: operations.OPERATION_MAX_AGE_MS,
    operationLeaseMs: operations.OPERATION_LEASE_MS,
    customerSweepIntervalMs: billing.CUSTOMER_SWEEP_INTERVAL_MS,
    defaultResellerId: billing.BILLING_RESELLER_ID ?? null,
    notifications: toNotificationsConfig(settings),
    backends: toBackends(settings),
  };
}

function toJwtConfig(auth: GatewaySettings['auth']): JwtConfig | null {
  if (auth.AUTH === 'none') return null;
  return {
    jwksUrl: required(auth.AUTH_JWKS_URL),
    issuer: required(auth.AUTH_ISSUER),
    audience: required(auth.AUTH_AUDIENCE),
    writeScope: auth.AUTH_WRITE_SCOPE ?? null,
  };
}

function toBackends({ billing, reseller }: GatewaySettings): Config['backends'] {
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

function toBillingCredential(billing: GatewaySettings['billing']): BillingConfig['credential'] {
  const { BILLING_TOKEN: token, BILLING_KEY_FILE: keyFile } = billing;
  if (token !== undefined) return { token };
  if (keyFile === undefined) return null;
  return { keyFile, iamEndpoint: billing.IAM_ENDPOINT, iamAudience: billing.IAM_AUDIENCE };
}

function toResellerCredential(reseller: GatewaySettings['reseller']): ResellerConfig['credential'] {
  const { RESELLER_TOKEN: token, RESELLER_KEY_FILE: keyFile } = reseller;
  if (token !== undefined) return { token };
  if (keyFile === undefined) return null;
  return { keyFile, subject: required(reseller.RESELLER_SUBJECT) };
}

function toNotificationsConfig(settings: GatewaySettings): NotificationsConfig {
  const { notifications, reseller } = settings;
  const audience = notifications.NOTIFICATIONS_PUSH_AUDIENCE;
  const subscription = notifications.NOTIFICATIONS_SUBSCRIPTION;
  const keyFile = notifications.NOTIFICATIONS_KEY_FILE ?? reseller.RESELLER_KEY_FILE ?? null;
  return {
    push:
      audience === undefined
        ? null
        : {
            audience,
            serviceAccount: required(notifications.NOTIFICATIONS_PUSH_SERVICE_ACCOUNT),
            issuer: notifications.NOTIFICATIONS_PUSH_ISSUER,
            jwksUrl: notifications.NOTIFICATIONS_PUSH_JWKS_URL,
          },
    pull: subscription === undefined ? null : { subscription, keyFile },
  };
}

/** @throws Error when gateway-rules.ts accepts a setting that is missing */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('gateway-rules.ts accepted a missing setting');
  return value;
}
