import { z } from 'zod';
import { logLevels } from '../log.ts';
import { billing, reseller } from './backend-settings.ts';
import { documents } from './document-settings.ts';
import {
  boolean,
  claimPath,
  databaseUrl,
  host,
  integer,
  keyFile,
  milliseconds,
  oneOf,
  origins,
  plainUrl,
  port,
  pubsubSubscription,
  text,
} from './kinds.ts';
import { limits } from './limit-settings.ts';
import { network } from './network-settings.ts';
import { portfolio } from './portfolio-settings.ts';
import type { NameOf, Table } from './settings.ts';

// To add a setting: add a row, read it from `Config.settings`, and run `npm run generate`.

const server = z.object({
  HOST: host
    .prefault('127.0.0.1')
    .describe('Address to listen on. Any address other than loopback requires `AUTH=jwt`.'),
  PORT: port.prefault('4000').describe('TCP port to listen on; 0 selects a free port.'),
  CORS_ORIGINS: origins
    .optional()
    .describe('Origins of other web pages whose browsers may call the gateway.'),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(1_000, 3_600_000)
    .prefault('75000')
    .describe(
      'Time for which an idle HTTP connection stays open. It must be longer than the idle timeout of a load balancer in front of the gateway, which is often 60 s.',
    ),
  COMPRESSION: boolean
    .prefault('true')
    .describe(
      'Whether answers of at least 1 kB are compressed with brotli or gzip for clients that accept it. Events of subscriptions never are.',
    ),
  REQUEST_TIMEOUT_MS: milliseconds(1, 600_000)
    .prefault('15000')
    .describe('Deadline of one query, mutation or subscription event.'),
  DRAIN_TIMEOUT_MS: milliseconds(0, 600_000)
    .prefault('10000')
    .describe('Time that running requests have to finish after SIGTERM or SIGINT.'),
  MCP: oneOf(['off', 'read', 'write'])
    .prefault('off')
    .describe(
      'What AI agents may do at `/mcp` with the Model Context Protocol, as the caller whose token they send: nothing, read, or also run mutations.',
    ),
  METRICS_PORT: port
    .optional()
    .describe(
      'TCP port of `/metrics` for Prometheus, on `HOST`; 0 selects a free port. When not set, no metrics are collected.',
    ),
  LOG_LEVEL: oneOf(logLevels)
    .prefault('info')
    .describe('Lowest level that is logged, as JSON lines on standard error.'),
});

const auth = z.object({
  AUTH: oneOf(['none', 'jwt'])
    .prefault('none')
    .describe('`none` accepts every caller; `jwt` requires a bearer token.'),
  AUTH_JWKS_URL: plainUrl
    .optional()
    .describe('JWK Set that verifies tokens. Required when `AUTH=jwt`.'),
  AUTH_ISSUER: text
    .optional()
    .describe('Expected `iss` claim of tokens. Required when `AUTH=jwt`.'),
  AUTH_AUDIENCE: text
    .optional()
    .describe('Expected `aud` claim of tokens. Required when `AUTH=jwt`.'),
  AUTH_WRITE_SCOPE: text
    .optional()
    .describe('Scope that a token needs to run mutations. When not set, every token can run them.'),
  AUTH_CLAIM_ROLES: claimPath
    .optional()
    .describe(
      'Claim that lists the roles of a token: `viewer`, `operator` or `admin`. When not set, every token has every role.',
    ),
  AUTH_CLAIM_RESELLERS: claimPath
    .optional()
    .describe(
      "Claim that lists the resellers that a token sees, by the billing API's ids. When not set, every token sees every reseller.",
    ),
  RESELLER_OWNER: text
    .optional()
    .describe(
      "The billing API's id of the reseller whose viewers also see everything in the reseller API that is linked to no billing customer. Only used with `AUTH_CLAIM_RESELLERS`.",
    ),
  AUTH_JWKS_MAX_STALE_MS: milliseconds(1, 2_592_000_000)
    .prefault('86400000')
    .describe(
      'Time for which the last known keys remain in use while `AUTH_JWKS_URL` does not respond. Default: 24 hours.',
    ),
});

const operations = z.object({
  OPERATION_POLL_INTERVAL_MS: milliseconds(10, 60_000)
    .prefault('1000')
    .describe(
      'First delay between two polls of an operation. It grows to five times this value; an interval that billing sends takes precedence.',
    ),
  OPERATION_POLLS_PER_SECOND: integer(1, 10_000)
    .prefault('200')
    .describe(
      'Maximum number of polls that one instance starts per second. Operations that clients watch are polled first.',
    ),
  OPERATION_MAX_AGE_MS: milliseconds(1, 315_360_000_000)
    .prefault('2592000000')
    .describe(
      'Age at which an unfinished operation becomes `LOST` and is no longer polled. Default: 30 days.',
    ),
  OPERATION_LEASE_MS: milliseconds(300, 600_000)
    .prefault('15000')
    .describe('Time after which another instance takes over the operations of a failed one.'),
  OPERATION_LOST_AFTER_MS: milliseconds(1, 86_400_000)
    .prefault('900000')
    .describe(
      'Time for which billing may return NOT_FOUND before an operation becomes `LOST`. Default: 15 minutes.',
    ),
  OPERATION_RETENTION: integer(0, 36_500)
    .prefault('400')
    .describe(
      'Days after which operations that are no longer polled are deleted from the journal; 0 keeps them forever.',
    ),
});

const writes = z.object({
  WRITE_SEND_WITHIN_MS: milliseconds(1, 60_000)
    .prefault('1000')
    .describe(
      'A write is sent only within this time after its record was submitted to the database; otherwise nothing is sent.',
    ),
  WRITE_RECOVERY_WINDOW_MS: milliseconds(0, 3_600_000)
    .prefault('120000')
    .describe(
      'Age up to which a billing write without an answer is repeated automatically, with the same key. Default: 2 minutes.',
    ),
  WRITE_KEY_WINDOW_MS: milliseconds(0, 86_400_000)
    .prefault('3600000')
    .describe(
      'Age up to which the same mutation continues a write without an answer: how long billing is assumed to keep idempotency keys. Default: 1 hour.',
    ),
  AUDIT_RETENTION: integer(0, 36_500)
    .prefault('400')
    .describe(
      'Days after which audit entries are deleted; 0 keeps them forever. Entries whose outcome is unknown are always kept.',
    ),
});

const storage = z.object({
  DATABASE_URL: databaseUrl
    .prefault('sqlite:data/gateway.db')
    .describe(
      'Database for operations, links and notifications; several instances share one on PostgreSQL. With the built-in sandbox, the default is `sqlite::memory:`.',
    ),
});

const notifications = z.object({
  NOTIFICATIONS_PUSH_AUDIENCE: text
    .optional()
    .describe(
      'Expected `aud` claim of push tokens. When not set, pushes are accepted without a token if `AUTH=none` and rejected if `AUTH=jwt`.',
    ),
  NOTIFICATIONS_PUSH_SERVICE_ACCOUNT: text
    .optional()
    .describe('Email address of the service account that signs push tokens.'),
  NOTIFICATIONS_PUSH_ISSUER: text
    .prefault('https://accounts.google.com')
    .describe('Expected `iss` claim of push tokens.'),
  NOTIFICATIONS_PUSH_JWKS_URL: plainUrl
    .prefault('https://www.googleapis.com/oauth2/v3/certs')
    .describe('JWK Set that verifies push tokens.'),
  NOTIFICATIONS_SUBSCRIPTION: pubsubSubscription
    .optional()
    .describe('Pub/Sub subscription to pull from. When not set, nothing is pulled.'),
  NOTIFICATIONS_KEY_FILE: keyFile
    .optional()
    .describe(
      'Google service account key for pulling. Default: `RESELLER_KEY_FILE`, or else Application Default Credentials.',
    ),
  NOTIFICATION_RETENTION: integer(0, 36_500)
    .prefault('400')
    .describe(
      'Days after which notifications are deleted, but at least 31, for which Pub/Sub can deliver them again; 0 keeps them forever.',
    ),
});

export const gatewaySettings = z.object({
  server: server.describe('Server'),
  network: network.describe('Network'),
  limits: limits.describe('Limits'),
  documents: documents.describe('Trusted documents'),
  auth: auth.describe('Authentication'),
  billing: billing.describe('Billing API'),
  reseller: reseller.describe('Reseller API'),
  operations: operations.describe('Operations'),
  writes: writes.describe('Writes'),
  portfolio: portfolio.describe('Portfolio'),
  storage: storage.describe('Storage'),
  notifications: notifications.describe('Notifications'),
}) satisfies Table;

export type GatewaySettings = z.output<typeof gatewaySettings>;
export type GatewaySettingName = NameOf<typeof gatewaySettings>;
