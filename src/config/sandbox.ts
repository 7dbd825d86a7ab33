import type { LogLevel } from '../log.ts';
import type { SandboxSettings } from './sandbox-settings.ts';
import { readStory } from './sandbox-story.ts';

export type SandboxConfig = ReturnType<typeof toSandboxConfig>;

/**
 * Takes the options of `startSandbox`, which config may not import; program.ts joins the two.
 * @throws ConfigError when the story cannot be used
 */
export function toSandboxConfig(settings: SandboxSettings) {
  const { servers, data, operations, notifications, changes, failures } = settings;
  const logLevel: LogLevel = servers.SANDBOX_LOG_LEVEL;
  return {
    logLevel,
    /** Where the certificate is written, if there is one. */
    certificateFile: servers.SANDBOX_TLS_CERT_FILE,
    options: {
      host: servers.SANDBOX_HOST,
      billingPort: servers.SANDBOX_BILLING_PORT,
      resellerPort: servers.SANDBOX_RESELLER_PORT,
      token: servers.SANDBOX_TOKEN,
      anonymous: servers.SANDBOX_ANONYMOUS,
      tls: servers.SANDBOX_TLS,
      errorFormat: servers.SANDBOX_ERROR_FORMAT,
      seed: {
        ...(typeof data.SANDBOX_SEED === 'number' ? { seed: data.SANDBOX_SEED } : {}),
        story: readStory(settings),
        customers: data.SANDBOX_CUSTOMERS,
        linkedShare: data.SANDBOX_LINKED_SHARE,
        subscriptions: data.SANDBOX_SUBSCRIPTIONS,
      },
      changes: {
        perMinute: changes.SANDBOX_CHANGES_PER_MINUTE,
        kinds: changes.SANDBOX_CHANGES,
        silentShare: changes.SANDBOX_CHANGES_SILENT,
      },
      termsAcceptedAfterMs: data.SANDBOX_TERMS_ACCEPTED_AFTER_MS,
      operations: {
        minMs: operations.SANDBOX_OPERATION_MIN_MS,
        maxMs: operations.SANDBOX_OPERATION_MAX_MS,
        notFoundShare: operations.SANDBOX_OPERATION_NOT_FOUND_SHARE,
        pollIntervalSeconds: operations.SANDBOX_OPERATION_POLL_INTERVAL_S ?? null,
      },
      notifications: {
        endpoint: notifications.SANDBOX_PUSH_ENDPOINT ?? null,
        duplicates: notifications.SANDBOX_NOTIFICATION_DUPLICATES,
        disorder: notifications.SANDBOX_NOTIFICATION_DISORDER,
        loss: notifications.SANDBOX_NOTIFICATION_LOSS,
      },
      faults: allFaults(failures),
    },
  };
}

type Faults = SandboxSettings['failures']['SANDBOX_FAULTS'];

function allFaults(failures: SandboxSettings['failures']): Faults {
  const { SANDBOX_LATENCY_MS: latencyMs, SANDBOX_ERROR_SHARE: share } = failures;
  const faults: Faults = [];
  if (latencyMs) faults.push({ latencyMs });
  if (share > 0) {
    faults.push({ backend: 'billing', share, effect: { type: 'grpc', code: 14 } });
    faults.push({ backend: 'reseller', share, effect: { type: 'http', status: 503 } });
  }
  return [...faults, ...failures.SANDBOX_FAULTS];
}
