import { z } from 'zod';
import {
  boolean,
  hostPort,
  integer,
  jsonFile,
  keyFile,
  milliseconds,
  pemFile,
  plainUrl,
  text,
  token,
} from './kinds.ts';

export const billing = z.object({
  BILLING_ENDPOINT: hostPort
    .optional()
    .describe(
      'gRPC address of the billing API. When neither this nor `RESELLER_ENDPOINT` is set, the built-in sandbox runs.',
    ),
  OPERATION_ENDPOINT: hostPort
    .optional()
    .describe(
      'gRPC address of the operation API. Default: `BILLING_ENDPOINT`, where a leading `billing` label becomes `operation`.',
    ),
  BILLING_TLS: boolean
    .prefault('true')
    .describe('Whether to use TLS for gRPC. The built-in sandbox always uses plaintext.'),
  BILLING_TOKEN: token
    .optional()
    .describe('Fixed IAM token. With TLS, this or `BILLING_KEY_FILE` is required.'),
  BILLING_KEY_FILE: keyFile
    .optional()
    .describe('Service account key that is exchanged for IAM tokens.'),
  IAM_ENDPOINT: hostPort
    .prefault('iam.api.cloud.yandex.net:443')
    .describe('gRPC address of the IAM API, which exchanges the key for tokens.'),
  IAM_AUDIENCE: text
    .prefault('https://iam.api.cloud.yandex.net/iam/v1/tokens')
    .describe('Audience of the JWT that is exchanged for IAM tokens.'),
  BILLING_TLS_CERT_FILE: pemFile
    .optional()
    .describe(
      'Client certificate for the billing, operation and IAM APIs, with its intermediate certificates.',
    ),
  BILLING_TLS_KEY_FILE: pemFile
    .optional()
    .describe('Private key of `BILLING_TLS_CERT_FILE`, not encrypted.'),
  BILLING_RESELLER_ID: text
    .optional()
    .describe('Reseller that queries use when they do not specify `resellerId`.'),
  BILLING_TIMEOUT_MS: milliseconds(1, 600_000)
    .prefault('5000')
    .describe('Deadline of one billing call, including its retries.'),
  BILLING_CONCURRENCY: integer(1, 100_000)
    .prefault('50')
    .describe('Maximum number of requests that use the billing API at once; others wait.'),
  BILLING_QUEUE: integer(0, 100_000)
    .prefault('100')
    .describe(
      'Maximum number of requests that wait for the billing API; any more are rejected with UNAVAILABLE.',
    ),
  CUSTOMER_SWEEP_INTERVAL_MS: milliseconds(0, 3_600_000)
    .prefault('10000')
    .describe('Minimum time between two listings that look for an unknown billing customer.'),
});

export const reseller = z.object({
  RESELLER_ENDPOINT: plainUrl
    .optional()
    .describe('Root URL of the reseller API. Set it together with `BILLING_ENDPOINT`.'),
  RESELLER_TOKEN: token
    .optional()
    .describe('Fixed OAuth token. With https, this or `RESELLER_KEY_FILE` is required.'),
  RESELLER_KEY_FILE: keyFile
    .optional()
    .describe('Google service account key. Requires `RESELLER_SUBJECT`.'),
  RESELLER_SUBJECT: text
    .optional()
    .describe('Email address of the administrator whom the service account impersonates.'),
  RESELLER_TLS_CERT_FILE: pemFile
    .optional()
    .describe(
      'Client certificate for the reseller API and its token endpoint, with its intermediate certificates.',
    ),
  RESELLER_TLS_KEY_FILE: pemFile
    .optional()
    .describe('Private key of `RESELLER_TLS_CERT_FILE`, not encrypted.'),
  RESELLER_TIMEOUT_MS: milliseconds(1, 600_000)
    .prefault('5000')
    .describe('Deadline of one reseller call, including its retries.'),
  RESELLER_CONCURRENCY: integer(1, 100_000)
    .prefault('200')
    .describe('Maximum number of requests that use the reseller API at once; others wait.'),
  RESELLER_QUEUE: integer(0, 100_000)
    .prefault('1000')
    .describe(
      'Maximum number of requests that wait for the reseller API; any more are rejected with UNAVAILABLE.',
    ),
  RESELLER_CONNECTIONS: integer(1, 1_000)
    .prefault('1000')
    .describe(
      'Maximum number of connections, and of concurrent calls, to the reseller API. The gateway uses 64 of them, and more when calls take longer than 2 ms.',
    ),
  CATALOG_FILE: jsonFile
    .optional()
    .describe(
      'Products and SKUs that `catalog` returns. When not set, it returns what Google documents. Nothing is rejected because of it.',
    ),
  RESELLER_BATCH: boolean
    .prefault('false')
    .describe('Whether concurrent reads are combined into one `POST /batch`.'),
});
