import { readFileSync } from 'node:fs';
import { type BillingClient, createBillingClient } from './backends/billing/client.ts';
import { iamExchange } from './backends/billing/iam.ts';
import { type Credential, fixedToken } from './backends/credentials/credential.ts';
import { googleServiceAccount } from './backends/credentials/google.ts';
import { iamServiceAccount } from './backends/credentials/iam.ts';
import type { KeyFileOptions } from './backends/credentials/key.ts';
import type { Egress } from './backends/network/egress.ts';
import type { PullOptions } from './backends/pubsub/pull.ts';
import { pullKey } from './backends/pubsub/pull-library.ts';
import { createResellerClient, type ResellerClient } from './backends/reseller/client.ts';
import {
  type BillingConfig,
  ConfigError,
  type PullConfig,
  type ResellerConfig,
} from './config/config.ts';
import type { GatewaySettings } from './config/gateway-settings.ts';
import type { Logger } from './log.ts';

/** @throws ConfigError when the key file cannot be used */
export function openBilling(
  { credential, ...options }: BillingConfig,
  { billing }: GatewaySettings,
  egress: Egress,
  log: Logger,
): BillingClient {
  return createBillingClient({
    ...options,
    concurrency: billing.BILLING_CONCURRENCY,
    queue: billing.BILLING_QUEUE,
    credential: billingCredential(credential, { ...options, egress }, log),
    egress,
    log,
  });
}

/** @throws ConfigError when the key file cannot be used */
export function openReseller(
  { credential, ...options }: ResellerConfig,
  { reseller }: GatewaySettings,
  egress: Egress,
  log: Logger,
): ResellerClient {
  return createResellerClient({
    ...options,
    concurrency: reseller.RESELLER_CONCURRENCY,
    queue: reseller.RESELLER_QUEUE,
    credential: resellerCredential(credential, egress, log),
    egress,
    log,
  });
}

/** Plaintext backends need no credential but receive the header all the same. */
const NO_TOKEN = fixedToken('none');

function billingCredential(
  config: BillingConfig['credential'],
  { tls, egress }: { readonly tls: boolean; readonly egress: Egress },
  log: Logger,
): Credential {
  if (config === null) return NO_TOKEN;
  if ('token' in config) return fixedToken(config.token);
  const exchange = iamExchange({ address: config.iamEndpoint, tls, egress });
  const audience = config.iamAudience;
  return usingKeyFile('BILLING_KEY_FILE', config.keyFile, (key) =>
    iamServiceAccount({ ...key, audience, exchange, log }),
  );
}

function resellerCredential(
  config: ResellerConfig['credential'],
  egress: Egress,
  log: Logger,
): Credential {
  if (config === null) return NO_TOKEN;
  if ('token' in config) return fixedToken(config.token);
  const { subject } = config;
  return usingKeyFile('RESELLER_KEY_FILE', config.keyFile, (key) =>
    googleServiceAccount({ ...key, subject, egress, log }),
  );
}

/** @throws ConfigError when the key file cannot be used */
export function pullOptions(
  config: PullConfig | null,
  log: Logger,
): Pick<PullOptions, 'subscription' | 'key'> | null {
  if (!config) return null;
  const { subscription, keyFile } = config;
  if (keyFile === null) return { subscription, key: null };
  const key = usingKeyFile('NOTIFICATIONS_KEY_FILE', keyFile, (key) => pullKey({ ...key, log }));
  return { subscription, key };
}

/** @throws ConfigError when the file cannot be read or is not a key of this kind */
function usingKeyFile<T>(setting: string, path: string, use: (key: KeyFileOptions) => T): T {
  const reader = { setting, read: () => readJson(path) };
  try {
    return use({ keyFile: reader.read(), reader });
  } catch (error) {
    const problem = error instanceof NotJson ? error.message : String(error);
    throw new ConfigError([`${setting}=${path}: ${problem}`]);
  }
}

class NotJson extends Error {}

/** @throws NotJson, or the error of reading the file */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The message of a SyntaxError quotes the file, which is a secret.
    if (error instanceof SyntaxError) throw new NotJson('not JSON');
    throw error;
  }
}
