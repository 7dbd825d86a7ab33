import { describe, expect, test } from 'vitest';
import { loadSandboxProgram } from '../../src/config/programs.ts';
import { ConfigError } from '../../src/config/settings.ts';
import { defaultTiming } from '../../src/sandbox/billing/outcomes.ts';
import { defaultChanges } from '../../src/sandbox/changes/changes.ts';
import { defaultDelivery } from '../../src/sandbox/reseller/push-settings.ts';
import { defaultSeed } from '../../src/sandbox/seed/seed.ts';
import type { Env } from '../support/config.ts';

function problemsOf(env: Env): readonly string[] {
  try {
    loadSandboxProgram(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('every setting has a default, which is that of the sandbox', () => {
  const { options, logLevel } = loadSandboxProgram({ SANDBOX_TOKEN: '' }).config;
  expect(logLevel).toBe('info');
  expect(options).toMatchObject({
    host: '127.0.0.1',
    billingPort: 50_051,
    resellerPort: 8081,
    termsAcceptedAfterMs: 30_000,
    faults: [],
    token: undefined,
  });
  expect(defaultSeed).toMatchObject(options.seed);
  expect(defaultTiming).toMatchObject(options.operations);
  expect(defaultDelivery).toMatchObject(options.notifications);
  expect(defaultChanges).toEqual(options.changes);
  expect(options).toMatchObject({ anonymous: false, tls: false, errorFormat: '1' });
});

test('valid values become options of the sandbox', () => {
  const fault = { method: 'customers.get', times: 3, effect: { type: 'http', status: 502 } };
  const { options } = loadSandboxProgram({
    SANDBOX_BILLING_PORT: '0',
    SANDBOX_CUSTOMERS: '5',
    SANDBOX_LATENCY_MS: '20-80',
    SANDBOX_OPERATION_POLL_INTERVAL_S: '2',
    SANDBOX_TERMS_ACCEPTED_AFTER_MS: '0',
    SANDBOX_PUSH_ENDPOINT: 'http://127.0.0.1:4000/notifications?token=t',
    SANDBOX_NOTIFICATION_DUPLICATES: '0.1',
    SANDBOX_NOTIFICATION_DISORDER: '.2',
    SANDBOX_NOTIFICATION_LOSS: '1',
    SANDBOX_ERROR_SHARE: '0.05',
    SANDBOX_FAULTS: JSON.stringify([fault]),
    SANDBOX_TOKEN: 'secret',
    SANDBOX_ANONYMOUS: 'true',
    SANDBOX_TLS: 'true',
    SANDBOX_ERROR_FORMAT: '2',
    SANDBOX_LINKED_SHARE: '1',
    SANDBOX_SUBSCRIPTIONS: '600',
    SANDBOX_CHANGES_PER_MINUTE: '30',
    SANDBOX_CHANGES: 'seats, renewal',
    SANDBOX_CHANGES_SILENT: '0.5',
  }).config;
  expect(options).toMatchObject({
    billingPort: 0,
    seed: { customers: 5, linkedShare: 1, subscriptions: 600 },
    changes: { perMinute: 30, kinds: ['seats', 'renewal'], silentShare: 0.5 },
    ...{ anonymous: true, tls: true, errorFormat: '2' },
    operations: { pollIntervalSeconds: 2 },
    termsAcceptedAfterMs: 0,
    notifications: {
      endpoint: 'http://127.0.0.1:4000/notifications?token=t',
      ...{ duplicates: 0.1, disorder: 0.2, loss: 1 },
    },
    token: 'secret',
  });
  expect(options.faults).toEqual([
    { latencyMs: { min: 20, max: 80 } },
    { backend: 'billing', share: 0.05, effect: { type: 'grpc', code: 14 } },
    { backend: 'reseller', share: 0.05, effect: { type: 'http', status: 503 } },
    fault,
  ]);
});

describe('problems', () => {
  test('are reported at once', () => {
    const env = {
      SANDBOX_BILLING_PORT: '65536',
      SANDBOX_RESELLER_PORT: 'http',
      SANDBOX_LOG_LEVEL: 'loud',
      SANDBOX_PUSH_ENDPOINT: 'pubsub.example/push',
      SANDBOX_NOTIFICATION_DUPLICATES: '1.5',
      SANDBOX_NOTIFICATION_DISORDER: '-1',
      SANDBOX_NOTIFICATION_LOSS: 'half',
      SANDBOX_LATENCY_MS: '9-3',
      SANDBOX_ERROR_SHARE: '2',
      SANDBOX_FAULTS: '[{"effect":{"type":"explode"}}]',
      SANDBOX_OPERATION_MIN_MS: '5000',
    };
    expect(problemsOf(env).map((problem) => problem.split(' ')[0])).toEqual(Object.keys(env));
  });

  test('of a fault name its field', () => {
    expect(problemsOf({ SANDBOX_FAULTS: '[{"share":2}]' })).toEqual([
      expect.stringMatching(
        /^SANDBOX_FAULTS must be a JSON array of faults \(at 0\.share: .+\)\.$/,
      ),
    ]);
    expect(problemsOf({ SANDBOX_FAULTS: '{' })).toEqual([
      'SANDBOX_FAULTS must be a JSON array of faults.',
    ]);
  });

  test('include a minimum that exceeds the maximum', () => {
    expect(problemsOf({ SANDBOX_OPERATION_MIN_MS: '5000' })).toEqual([
      'SANDBOX_OPERATION_MIN_MS must not exceed SANDBOX_OPERATION_MAX_MS.',
    ]);
  });
});
