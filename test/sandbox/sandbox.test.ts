import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadSandboxConfig, SandboxConfigError } from '../../src/sandbox/config.ts';
import { openPageToken, sealPageToken } from '../../src/sandbox/page-tokens.ts';
import { nextDue } from '../../src/sandbox/reseller/lifecycle.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { restClient, testSandbox } from './sandbox.support.ts';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadSandboxConfig(env);
  } catch (error) {
    if (error instanceof SandboxConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadSandboxConfig', () => {
  test('has defaults for everything; an empty variable counts as missing', () => {
    const { options, logLevel } = loadSandboxConfig({ SANDBOX_TOKEN: '' });
    expect(options).toMatchObject({
      host: '127.0.0.1',
      billingPort: 50_051,
      resellerPort: 8081,
      seed: { customers: 300 },
      operations: { minMs: 1000, maxMs: 3000, pollIntervalSeconds: null },
      notifications: { endpoint: null, duplicates: 0, disorder: 0, loss: 0 },
      faults: [],
      token: undefined,
    });
    expect(logLevel).toBe('info');
  });

  test('reads what is set', () => {
    const fault = { method: 'customers.get', times: 3, effect: { type: 'http', status: 502 } };
    const { options } = loadSandboxConfig({
      SANDBOX_BILLING_PORT: '0',
      SANDBOX_CUSTOMERS: '5',
      SANDBOX_LATENCY_MS: '20-80',
      SANDBOX_OPERATION_POLL_INTERVAL_S: '2',
      SANDBOX_PUSH_ENDPOINT: 'http://127.0.0.1:4000/notifications?token=t',
      SANDBOX_NOTIFICATION_DUPLICATES: '0.1',
      SANDBOX_NOTIFICATION_DISORDER: '.2',
      SANDBOX_NOTIFICATION_LOSS: '1',
      SANDBOX_ERROR_SHARE: '0.05',
      SANDBOX_FAULTS: JSON.stringify([fault]),
      SANDBOX_TOKEN: 'secret',
    });
    expect(options).toMatchObject({
      billingPort: 0,
      seed: { customers: 5 },
      operations: { pollIntervalSeconds: 2 },
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

  test('reports every problem at once', () => {
    const problems = problemsOf({
      SANDBOX_BILLING_PORT: '65536',
      SANDBOX_RESELLER_PORT: 'http',
      SANDBOX_LATENCY_MS: '9-3',
      SANDBOX_PUSH_ENDPOINT: 'pubsub.example/push',
      SANDBOX_NOTIFICATION_DUPLICATES: '1.5',
      SANDBOX_NOTIFICATION_DISORDER: '-1',
      SANDBOX_NOTIFICATION_LOSS: 'half',
      SANDBOX_ERROR_SHARE: '2',
      SANDBOX_FAULTS: '[{"effect":{"type":"explode"}}]',
      SANDBOX_LOG_LEVEL: 'loud',
      SANDBOX_OPERATION_MIN_MS: '5000',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'SANDBOX_BILLING_PORT',
      'SANDBOX_RESELLER_PORT',
      'SANDBOX_LATENCY_MS',
      'SANDBOX_PUSH_ENDPOINT',
      'SANDBOX_NOTIFICATION_DUPLICATES',
      'SANDBOX_NOTIFICATION_DISORDER',
      'SANDBOX_NOTIFICATION_LOSS',
      'SANDBOX_ERROR_SHARE',
      'SANDBOX_FAULTS',
      'SANDBOX_LOG_LEVEL',
    ]);
    expect(problemsOf({ SANDBOX_OPERATION_MIN_MS: '5000' })).toHaveLength(1);
    expect(problemsOf({ SANDBOX_FAULTS: '{' })).toEqual([
      'SANDBOX_FAULTS: must be JSON: a list of faults',
    ]);
  });
});

describe('page tokens', () => {
  test('open with their own scope only, and are short and opaque', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), fc.string(), fc.string(), (position, scope, other) => {
        const token = sealPageToken(scope, position);
        expect(token).toMatch(/^[\w-]{24}$/);
        expect(openPageToken(scope, token)).toBe(position);
        if (other !== scope) expect(openPageToken(other, token)).toBeUndefined();
      }),
    );
  });

  test('cannot be made up', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => openPageToken('s', text) === undefined),
    );
  });
});

describe('the seed', () => {
  test('tells the same story every time, another one for another number', async () => {
    const ids = async (seed: number) => {
      const { links } = await testSandbox({ seed: { seed } });
      return links.map(({ billing }) => billing.customerId);
    };
    const first = await ids(7);
    expect(await ids(7)).toEqual(first);
    expect(await ids(8)).not.toEqual(first);
  });

  test('links about 60 % of 300 customers, each to a customer of both sides', async () => {
    const sandbox = await startSandbox();
    const { links, store, resellerId } = sandbox;
    await sandbox.close();
    expect(store.billing.customersOf(resellerId)).toHaveLength(300);
    expect(links.length).toBeGreaterThan(150);
    expect(links.length).toBeLessThan(210);
    for (const { billing, resellerCustomerId } of links) {
      expect(billing.resellerId).toBe(resellerId);
      const ours = store.billing.customer(billing.customerId);
      const account = store.billing.account(ours?.billingAccountId ?? '');
      const theirs = store.reseller.customer(resellerCustomerId);
      expect(theirs?.postalAddress?.organizationName).toBe(account?.name);
    }
  });

  test('has nothing that is overdue, and only .example domains, each once but for teams', async () => {
    const { store, clock } = await testSandbox({ seed: { customers: 900 } });
    const customers = [...store.reseller.customers()];
    const due = customers.flatMap(({ subscriptions }) => subscriptions.map(nextDue));
    expect(Math.min(...due)).toBeGreaterThan(clock.now());
    const domains = customers.map(({ customerDomain }) => customerDomain);
    expect(domains.filter((domain) => !domain.endsWith('.example'))).toEqual([]);
    expect(domains.length - new Set(domains).size).toBe(1);
  });
});

test('a port that is taken is an error, and the other one is free again', async () => {
  const first = await testSandbox();
  const resellerPort = Number(new URL(first.resellerUrl).port);
  await expect(startSandbox({ resellerPort })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect((await restClient(first)('GET', 'customers/flexible.example')).status).toBe(200);
});
