import { readFileSync } from 'node:fs';
import { type BillingClient, createBillingClient } from './backends/billing/client.ts';
import { iamExchange } from './backends/billing/iam.ts';
import { type Credential, fixedToken } from './backends/credentials/credential.ts';
import { googleServiceAccount } from './backends/credentials/google.ts';
import { iamServiceAccount } from './backends/credentials/iam.ts';
import type { Egress } from './backends/network/egress.ts';
import { type PullOptions, pullKey } from './backends/pubsub/pull.ts';
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
  return usingKeyFile('BILLING_KEY_FILE', config.keyFile, (keyFile) =>
    iamServiceAccount({ keyFile, audience, exchange, log }),
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
  return usingKeyFile('RESELLER_KEY_FILE', config.keyFile, (keyFile) =>
    googleServiceAccount({ keyFile, subject, egress, log }),
  );
}

/** @throws ConfigError when the key file cannot be used */
export function pullOptions(
  config: PullConfig | null,
): Pick<PullOptions, 'subscription' | 'key'> | null {
  if (!config) return null;
  const { subscription, keyFile } = config;
  const key = keyFile === null ? null : usingKeyFile('NOTIFICATIONS_KEY_FILE', keyFile, pullKey);
  return { subscription, key };
}

/** @throws ConfigError when the file cannot be read or is not a key of this kind */
function usingKeyFile<T>(variable: string, path: string, use: (keyFile: unknown) => T): T {
  try {
    return use(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    // The message of a SyntaxError quotes the file, which is a secret.
    const problem = error instanceof SyntaxError ? 'not JSON' : String(error);
    throw new ConfigError([`${variable}=${path}: ${problem}`]);
  }
}
