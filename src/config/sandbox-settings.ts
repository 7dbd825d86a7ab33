import { z } from 'zod';
import { logLevels } from '../log.ts';
import {
  boolean,
  host,
  httpUrl,
  integer,
  listOf,
  milliseconds,
  oneOf,
  pemFile,
  port,
  seedOrStory,
  share,
  token,
} from './kinds.ts';
import { faults, latency } from './sandbox-faults.ts';
import type { Given, NameOf, RuleProblem, Table } from './settings.ts';

const duration = milliseconds(0, 86_400_000);

/** The kinds of `startSandbox`; program.ts joins the two. */
export const changeKinds = [
  'renewal',
  'seats',
  'licence',
  'suspension',
  'reactivation',
  'cancellation',
  'contact',
  'account',
] as const;

const servers = z.object({
  SANDBOX_HOST: host.prefault('127.0.0.1').describe('Address on which both APIs listen.'),
  SANDBOX_BILLING_PORT: port
    .prefault('50051')
    .describe('Port of the gRPC services; 0 selects a free port. `npm start` uses a free port.'),
  SANDBOX_RESELLER_PORT: port
    .prefault('8081')
    .describe('Port of the REST API; 0 selects a free port. `npm start` uses a free port.'),
  SANDBOX_TOKEN: token
    .optional()
    .describe('The only accepted bearer token. When not set, every token is accepted.'),
  SANDBOX_ANONYMOUS: boolean
    .prefault('false')
    .describe('Whether calls without a token are accepted. The vendors reject them.'),
  SANDBOX_TLS: boolean
    .prefault('false')
    .describe(
      'Whether both APIs use TLS, with a self-signed certificate. `npm start` always uses plaintext.',
    ),
  SANDBOX_TLS_CERT_FILE: pemFile
    .prefault('data/sandbox.pem')
    .describe('File to which the certificate is written, for clients to trust.'),
  SANDBOX_ERROR_FORMAT: oneOf(['1', '2'])
    .prefault('1')
    .describe(
      'Format of REST errors for requests without `$.xgafv`: 1 has `errors`, 2 has `details`.',
    ),
  SANDBOX_LOG_LEVEL: oneOf(logLevels)
    .prefault('info')
    .describe('Log level of `npm run sandbox`. The built-in sandbox does not log.'),
});

const data = z.object({
  SANDBOX_SEED: seedOrStory
    .prefault('7')
    .describe(
      'Seed of the generated data, or the path of a story file, which replaces the generated customers. The same seed generates the same data.',
    ),
  SANDBOX_CUSTOMERS: integer(0, 1_000_000)
    .prefault('300')
    .describe('Number of billing customers of the main reseller.'),
  SANDBOX_LINKED_SHARE: share
    .prefault('0.6')
    .describe('Share of the billing customers that are also customers of the reseller API.'),
  SANDBOX_SUBSCRIPTIONS: integer(0, 10_000_000)
    .optional()
    .describe(
      'Number of subscriptions, at least one and at most 35 for each customer. When not set, about two for each customer.',
    ),
  SANDBOX_TERMS_ACCEPTED_AFTER_MS: duration
    .prefault('30000')
    .describe('Time after which a newly ordered customer accepts the terms of service.'),
});

const operations = z.object({
  SANDBOX_OPERATION_MIN_MS: duration.prefault('1000').describe('Minimum duration of an operation.'),
  SANDBOX_OPERATION_MAX_MS: duration.prefault('3000').describe('Maximum duration of an operation.'),
  SANDBOX_OPERATION_NOT_FOUND_SHARE: share
    .prefault('0.1')
    .describe('Share of operations that are NOT_FOUND at first, as on a lagging replica.'),
  SANDBOX_OPERATION_POLL_INTERVAL_S: integer(0, 3600)
    .optional()
    .describe('Seconds to send as `x-operation-poll-interval`. When not set, it is not sent.'),
});

const notifications = z.object({
  SANDBOX_PUSH_ENDPOINT: httpUrl
    .optional()
    .describe(
      'URL to which notifications are pushed. Default: the gateway with `npm start`, none with `npm run sandbox`.',
    ),
  SANDBOX_NOTIFICATION_DUPLICATES: share
    .prefault('0')
    .describe('Share of notifications that are delivered twice.'),
  SANDBOX_NOTIFICATION_DISORDER: share
    .prefault('0')
    .describe('Share of notifications that are delivered out of order.'),
  SANDBOX_NOTIFICATION_LOSS: share
    .prefault('0')
    .describe('Share of notifications that are never delivered.'),
});

const changes = z.object({
  SANDBOX_CHANGES_PER_MINUTE: integer(0, 60_000)
    .prefault('0')
    .describe('Number of changes per minute that no client requested.'),
  SANDBOX_CHANGES: listOf(changeKinds)
    .prefault(changeKinds.join(','))
    .describe('Kinds of these changes.'),
  SANDBOX_CHANGES_SILENT: share
    .prefault('0')
    .describe('Share of these changes that send no notification.'),
});

const failures = z.object({
  SANDBOX_LATENCY_MS: latency.optional().describe('Latency added to every call.'),
  SANDBOX_ERROR_SHARE: share
    .prefault('0')
    .describe('Share of calls that fail with UNAVAILABLE (gRPC) or 503 (REST).'),
  SANDBOX_FAULTS: faults
    .prefault('[]')
    .describe(
      'Faults to inject, such as `[{"method":"customers.get","times":3,"effect":{"type":"http","status":502}}]`.',
    ),
});

export const sandboxSettings = z.object({
  servers: servers.describe('Sandbox: servers'),
  data: data.describe('Sandbox: data'),
  operations: operations.describe('Sandbox: operations'),
  notifications: notifications.describe('Sandbox: notifications'),
  changes: changes.describe('Sandbox: changes outside of the APIs'),
  failures: failures.describe('Sandbox: failures'),
}) satisfies Table;

export type SandboxSettings = z.output<typeof sandboxSettings>;
type Name = NameOf<typeof sandboxSettings>;

/** The problems that concern more than one setting. */
export function* sandboxRules({ text }: Given<Name>): Iterable<RuleProblem<Name>> {
  if (Number(text('SANDBOX_OPERATION_MIN_MS')) > Number(text('SANDBOX_OPERATION_MAX_MS'))) {
    yield [
      'SANDBOX_OPERATION_MIN_MS',
      'SANDBOX_OPERATION_MIN_MS must not exceed SANDBOX_OPERATION_MAX_MS.',
    ];
  }
}
