import { isLoopback } from '../domain/host.ts';
import { type LogLevel, logLevels } from '../log.ts';
import { type Env, EnvReader } from './env.ts';

export { ConfigError } from './env.ts';

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
  /** Connections at most, which is also how many calls are under way at once. */
  readonly connections: number;
  /** Whether reads of many customers go out as one `POST /batch`. */
  readonly batch: boolean;
}

export type ResellerCredentialConfig =
  | { readonly token: string }
  | { readonly keyFile: string; readonly subject: string };

export interface NotificationsConfig {
  /** The OIDC tokens of those who may push; null when it is not given. */
  readonly push: PushConfig | null;
  /** Null when nothing is to be pulled. */
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
  /** Null for the credentials that the machine provides. */
  readonly keyFile: string | null;
}

export interface JwtConfig {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Null: every token may run mutations. */
  readonly writeScope: string | null;
}

export interface Config {
  readonly host: string;
  /** Null lets everyone in. */
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
  /** Null when no backend is configured: then a sandbox is to be put in their place. */
  readonly backends: { readonly billing: BillingConfig; readonly reseller: ResellerConfig } | null;
}

const DAY_MS = 86_400_000;

/**
 * Reads the configuration from environment variables.
 * @throws ConfigError with every problem at once
 */
export function loadConfig(env: Env): Config {
  const read = new EnvReader(env);
  const host = read.host('HOST', '127.0.0.1');
  const config: Config = {
    host,
    auth: loadAuth(read, host),
    port: read.integer('PORT', 4000, 0, 65_535),
    logLevel: read.oneOf('LOG_LEVEL', logLevels, 'info'),
    requestTimeoutMs: read.integer('REQUEST_TIMEOUT_MS', 15_000, 1, 600_000),
    drainTimeoutMs: read.integer('DRAIN_TIMEOUT_MS', 10_000, 0, 600_000),
    corsOrigins: read.origins('CORS_ORIGINS'),
    databaseUrl: read.databaseUrl('DATABASE_URL', 'sqlite:data/gateway.db'),
    pollIntervalMs: read.integer('OPERATION_POLL_INTERVAL_MS', 1_000, 10, 60_000),
    operationMaxAgeMs: read.integer('OPERATION_MAX_AGE_MS', 30 * DAY_MS, 1, 10 * 365 * DAY_MS),
    operationLeaseMs: read.integer('OPERATION_LEASE_MS', 15_000, 300, 600_000),
    customerSweepIntervalMs: read.integer('CUSTOMER_SWEEP_INTERVAL_MS', 10_000, 0, 3_600_000),
    defaultResellerId: read.text('BILLING_RESELLER_ID') ?? null,
    notifications: { push: loadPush(read), pull: loadPull(read) },
    backends: loadBackends(read),
  };
  read.throwProblems();
  return config;
}

/** Whoever sets one of these wants real backends, and would be surprised by a sandbox. */
const ofBackends = [
  'OPERATION_ENDPOINT',
  'BILLING_TOKEN',
  'BILLING_KEY_FILE',
  'RESELLER_TOKEN',
  'RESELLER_KEY_FILE',
  'RESELLER_SUBJECT',
];

function loadBackends(read: EnvReader): Config['backends'] {
  const isBilling = read.text('BILLING_ENDPOINT') !== undefined;
  const isReseller = read.text('RESELLER_ENDPOINT') !== undefined;
  if (!isBilling && !isReseller) {
    const orphan = ofBackends.find((name) => read.text(name) !== undefined);
    if (orphan) {
      read.problem(`${orphan} is given, but neither BILLING_ENDPOINT nor RESELLER_ENDPOINT.`);
    }
    return null;
  }
  if (!isBilling || !isReseller) {
    const missing = isBilling ? 'RESELLER_ENDPOINT' : 'BILLING_ENDPOINT';
    read.problem(`${missing} is missing: give both backends, or neither to run on the sandbox.`);
  }
  return { billing: loadBilling(read), reseller: loadReseller(read) };
}

function loadBilling(read: EnvReader): BillingConfig {
  const endpoint = read.address('BILLING_ENDPOINT', '');
  const tls = read.boolean('BILLING_TLS', true);
  const iamEndpoint = read.address('IAM_ENDPOINT', 'iam.api.cloud.yandex.net:443');
  const iamAudience = read.text('IAM_AUDIENCE') ?? 'https://iam.api.cloud.yandex.net/iam/v1/tokens';
  const token = read.secret('BILLING_TOKEN');
  const keyFile = read.text('BILLING_KEY_FILE');
  if (token && keyFile) read.problem('Give BILLING_TOKEN or BILLING_KEY_FILE, not both.');
  if (!token && !keyFile && tls) {
    read.problem('BILLING_TOKEN or BILLING_KEY_FILE is missing; only plaintext does without.');
  }
  return {
    endpoint,
    operationEndpoint: read.address(
      'OPERATION_ENDPOINT',
      endpoint.replace(/^billing\./, 'operation.'),
    ),
    tls,
    credential: token ? { token } : keyFile ? { keyFile, iamEndpoint, iamAudience } : null,
    timeoutMs: read.integer('BILLING_TIMEOUT_MS', 5_000, 1, 600_000),
  };
}

function loadReseller(read: EnvReader): ResellerConfig {
  const endpoint = read.url('RESELLER_ENDPOINT');
  const token = read.secret('RESELLER_TOKEN');
  const keyFile = read.text('RESELLER_KEY_FILE');
  const subject = read.text('RESELLER_SUBJECT');
  if (token && keyFile) read.problem('Give RESELLER_TOKEN or RESELLER_KEY_FILE, not both.');
  if (keyFile && !subject) {
    read.problem('RESELLER_KEY_FILE needs RESELLER_SUBJECT: the administrator to act for.');
  }
  if (!token && !keyFile && endpoint.startsWith('https:')) {
    read.problem('RESELLER_TOKEN or RESELLER_KEY_FILE is missing; only plain http does without.');
  }
  return {
    endpoint,
    credential: token ? { token } : keyFile && subject ? { keyFile, subject } : null,
    timeoutMs: read.integer('RESELLER_TIMEOUT_MS', 5_000, 1, 600_000),
    connections: read.integer('RESELLER_CONNECTIONS', 32, 1, 1_000),
    batch: read.boolean('RESELLER_BATCH', false),
  };
}

function loadPush(read: EnvReader): PushConfig | null {
  const audience = read.text('NOTIFICATIONS_PUSH_AUDIENCE');
  const serviceAccount = read.text('NOTIFICATIONS_PUSH_SERVICE_ACCOUNT');
  const issuer = read.text('NOTIFICATIONS_PUSH_ISSUER');
  const jwksUrl = read.url('NOTIFICATIONS_PUSH_JWKS_URL');
  if (audience && serviceAccount) {
    return {
      audience,
      serviceAccount,
      issuer: issuer ?? 'https://accounts.google.com',
      jwksUrl: jwksUrl || 'https://www.googleapis.com/oauth2/v3/certs',
    };
  }
  if (audience || serviceAccount || issuer || jwksUrl) {
    read.problem(
      'NOTIFICATIONS_PUSH_AUDIENCE and NOTIFICATIONS_PUSH_SERVICE_ACCOUNT are needed, both, to tell who pushes.',
    );
  }
  return null;
}

function loadPull(read: EnvReader): PullConfig | null {
  const subscription = read.subscription('NOTIFICATIONS_SUBSCRIPTION');
  const keyFile = read.text('NOTIFICATIONS_KEY_FILE');
  if (subscription !== null) {
    return { subscription, keyFile: keyFile ?? read.text('RESELLER_KEY_FILE') ?? null };
  }
  if (keyFile && !read.text('NOTIFICATIONS_SUBSCRIPTION')) {
    read.problem('NOTIFICATIONS_KEY_FILE is given, but no NOTIFICATIONS_SUBSCRIPTION.');
  }
  return null;
}

function loadAuth(read: EnvReader, host: string): JwtConfig | null {
  const auth = read.oneOf('AUTH', ['none', 'jwt'], 'none');
  const jwksUrl = read.url('AUTH_JWKS_URL');
  const issuer = read.text('AUTH_ISSUER');
  const audience = read.text('AUTH_AUDIENCE');
  const writeScope = read.text('AUTH_WRITE_SCOPE') ?? null;
  const given = { AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience };
  if (auth === 'jwt') {
    for (const [name, value] of Object.entries(given)) {
      // What was given and is wrong has been told.
      if (!value && read.text(name) === undefined) read.problem(`AUTH=jwt needs ${name}.`);
    }
    return { jwksUrl, issuer: issuer ?? '', audience: audience ?? '', writeScope };
  }
  for (const [name, value] of Object.entries({ ...given, AUTH_WRITE_SCOPE: writeScope })) {
    if (value) read.problem(`${name} is given, but not AUTH=jwt: everyone would be let in.`);
  }
  if (!isLoopback(host)) {
    read.problem(
      `HOST=${host} can be reached from elsewhere, and AUTH=none lets everyone in: use AUTH=jwt, or listen on a loopback address such as 127.0.0.1.`,
    );
  }
  return null;
}
