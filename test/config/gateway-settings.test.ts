import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { backendsOf, plaintext, problemsOf } from '../support/config.ts';

describe('defaults', () => {
  test('without any setting, the gateway listens on loopback and has no backends', () => {
    expect(loadConfig({})).toEqual({
      settings: expect.anything(),
      limits: {
        bodyBytes: 100_000,
        answerBytes: 16_000_000,
        pendingBytes: 32_000_000,
        tokens: 2_000,
        depth: 20,
        aliases: 50,
        directives: 20,
        cost: 200_000,
        backendCalls: 4_000,
        requestsPerMinute: null,
        subscriptionsPerSocket: 100,
        subscriptionsPerViewer: 10_000,
        headersTimeoutMs: 10_000,
        initTimeoutMs: 3_000,
        introspection: true,
        suggestions: true,
      },
      host: '127.0.0.1',
      auth: null,
      port: 4000,
      logLevel: 'info',
      requestTimeoutMs: 15_000,
      drainTimeoutMs: 10_000,
      corsOrigins: [],
      pollIntervalMs: 1_000,
      operationMaxAgeMs: 2_592_000_000,
      operationLeaseMs: 15_000,
      databaseUrl: 'sqlite:data/gateway.db',
      customerSweepIntervalMs: 10_000,
      defaultResellerId: null,
      notifications: { push: null, pull: null },
      backends: null,
    });
  });

  test('plaintext backends need only their endpoints', () => {
    expect(loadConfig(plaintext).backends).toEqual({
      billing: {
        endpoint: 'localhost:50051',
        operationEndpoint: 'localhost:50051',
        tls: false,
        credential: null,
        timeoutMs: 5_000,
      },
      reseller: {
        endpoint: 'http://localhost:8081',
        credential: null,
        timeoutMs: 5_000,
        connections: 1_000,
        batch: false,
      },
    });
  });

  test('empty and blank variables count as not set', () => {
    const names = ['HOST', 'PORT', 'BILLING_ENDPOINT', 'RESELLER_ENDPOINT', 'LOG_LEVEL', 'AUTH'];
    const blank = Object.fromEntries(names.map((name, n) => [name, ' '.repeat(n)]));
    expect(loadConfig(blank)).toEqual(loadConfig({}));
  });
});

describe('valid values', () => {
  test.each<[string, string, keyof Config, unknown]>([
    ['HOST', '::1', 'host', '::1'],
    ['HOST', 'localhost', 'host', 'localhost'],
    ['PORT', '0', 'port', 0],
    ['PORT', ' 65535 ', 'port', 65_535],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['LOG_LEVEL', 'trace', 'logLevel', 'trace'],
    ['REQUEST_TIMEOUT_MS', '1', 'requestTimeoutMs', 1],
    ['DRAIN_TIMEOUT_MS', '0', 'drainTimeoutMs', 0],
    ['OPERATION_POLL_INTERVAL_MS', '10', 'pollIntervalMs', 10],
    ['CUSTOMER_SWEEP_INTERVAL_MS', '0', 'customerSweepIntervalMs', 0],
    ['OPERATION_MAX_AGE_MS', '1', 'operationMaxAgeMs', 1],
    ['OPERATION_LEASE_MS', '300', 'operationLeaseMs', 300],
    ['DATABASE_URL', 'sqlite:a.db', 'databaseUrl', 'sqlite:a.db'],
    ['DATABASE_URL', 'postgresql://u:p@h/db', 'databaseUrl', 'postgresql://u:p@h/db'],
    ['BILLING_RESELLER_ID', 'R1', 'defaultResellerId', 'R1'],
    ['CORS_ORIGINS', 'https://a.example', 'corsOrigins', ['https://a.example']],
    [
      'CORS_ORIGINS',
      'https://a.example, http://b.example:3000 http://c.example',
      'corsOrigins',
      ['https://a.example', 'http://b.example:3000', 'http://c.example'],
    ],
  ])('%s=%s', (name, value, field, expected) => {
    expect(loadConfig({ [name]: value })[field]).toEqual(expected);
  });

  test.each<[string, string, string, unknown]>([
    ['BILLING_ENDPOINT', '[::1]:50051', 'endpoint', '[::1]:50051'],
    ['BILLING_ENDPOINT', 'billing_1.internal:1', 'operationEndpoint', 'billing_1.internal:1'],
    ['OPERATION_ENDPOINT', '10.0.0.1:65535', 'operationEndpoint', '10.0.0.1:65535'],
    ['BILLING_TIMEOUT_MS', '600000', 'timeoutMs', 600_000],
  ])('%s=%s for billing', (name, value, field, expected) => {
    expect(backendsOf({ ...plaintext, [name]: value }).billing).toMatchObject({
      [field]: expected,
    });
  });

  test.each<[string, string, string, unknown]>([
    ['RESELLER_ENDPOINT', 'http://h.example/base', 'endpoint', 'http://h.example/base'],
    ['RESELLER_TIMEOUT_MS', '1', 'timeoutMs', 1],
    ['RESELLER_CONNECTIONS', '1000', 'connections', 1_000],
    ['RESELLER_BATCH', 'true', 'batch', true],
  ])('%s=%s for the reseller API', (name, value, field, expected) => {
    expect(backendsOf({ ...plaintext, [name]: value }).reseller).toMatchObject({
      [field]: expected,
    });
  });
});

test.each([
  ['billing.api.cloud.yandex.net:443', 'operation.api.cloud.yandex.net:443'],
  ['localhost:50051', 'localhost:50051'],
  ['api.billing.example:443', 'api.billing.example:443'],
])('the default operation endpoint for %s is %s', (billing, operation) => {
  const env = { ...plaintext, BILLING_ENDPOINT: billing };
  expect(backendsOf(env).billing.operationEndpoint).toBe(operation);
});

describe('invalid values', () => {
  test.each([
    ['HOST', '[::1]'],
    ['HOST', 'a b'],
    ['HOST', 'http://localhost'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.0'],
    ['PORT', '1e3'],
    ['PORT', '0x50'],
    ['PORT', 'http'],
    ['LOG_LEVEL', 'INFO'],
    ['LOG_LEVEL', 'fatal'],
    ['REQUEST_TIMEOUT_MS', '0'],
    ['REQUEST_TIMEOUT_MS', '600001'],
    ['DRAIN_TIMEOUT_MS', '10s'],
    ['OPERATION_POLL_INTERVAL_MS', '9'],
    ['OPERATION_POLL_INTERVAL_MS', '60001'],
    ['OPERATION_MAX_AGE_MS', '315360000001'],
    ['OPERATION_LEASE_MS', '299'],
    ['CUSTOMER_SWEEP_INTERVAL_MS', '3600001'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'a b'],
    ['CORS_ORIGINS', 'portal.example'],
    ['CORS_ORIGINS', 'https://portal.example/'],
    ['CORS_ORIGINS', 'HTTPS://portal.example'],
    ['CORS_ORIGINS', 'https://portal.example:443'],
    ['DATABASE_URL', 'mysql://localhost/gateway'],
    ['DATABASE_URL', 'sqlite:'],
    ['AUTH', 'basic'],
    ['AUTH_JWKS_URL', 'keys'],
    ['BILLING_ENDPOINT', 'localhost'],
    ['BILLING_ENDPOINT', 'localhost:0'],
    ['BILLING_ENDPOINT', 'localhost:65536'],
    ['BILLING_ENDPOINT', '::1:50051'],
    ['BILLING_ENDPOINT', 'https://localhost:443'],
    ['BILLING_ENDPOINT', 'localhost:443/path'],
    ['OPERATION_ENDPOINT', ':443'],
    ['BILLING_TLS', 'no'],
    ['BILLING_TLS', 'FALSE'],
    ['BILLING_TIMEOUT_MS', '0'],
    ['IAM_ENDPOINT', 'iam'],
    ['RESELLER_ENDPOINT', 'localhost:8081'],
    ['RESELLER_ENDPOINT', 'ftp://localhost'],
    ['RESELLER_ENDPOINT', 'http://h.example/?key=1'],
    ['RESELLER_ENDPOINT', 'http://h.example/#top'],
    ['RESELLER_TIMEOUT_MS', '600001'],
    ['RESELLER_CONNECTIONS', '0'],
    ['RESELLER_CONNECTIONS', '1001'],
    ['RESELLER_BATCH', '1'],
  ])('%s=%s is the only problem', (name, value) => {
    const token = { BILLING_TOKEN: 't', RESELLER_TOKEN: 't' };
    const problems = problemsOf({ ...plaintext, ...token, [name]: value });
    expect(problems).toEqual([expect.stringMatching(`^${name} must be .+\\.$`)]);
  });

  test.each([
    ['PORT', '80a', 'PORT must be an integer from 0 to 65535, not "80a".'],
    ['BILLING_TLS', 'maybe', 'BILLING_TLS must be true or false, not "maybe".'],
    ['HOST', 'a\nb', 'HOST must be a host name or an IP address without brackets, not "a\\nb".'],
    [
      'REQUEST_TIMEOUT_MS',
      '0',
      'REQUEST_TIMEOUT_MS must be an integer from 1 to 600000 (milliseconds), not "0".',
    ],
    [
      'LOG_LEVEL',
      'loud',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, silent, not "loud".',
    ],
  ])('%s=%j explains the format and quotes the value', (name, value, problem) => {
    expect(problemsOf({ ...plaintext, [name]: value })).toEqual([problem]);
  });
});

test('every problem is reported at once', () => {
  const env = {
    PORT: 'x',
    LOG_LEVEL: 'loud',
    CORS_ORIGINS: 'a b',
    BILLING_ENDPOINT: 'nowhere',
    RESELLER_ENDPOINT: 'nowhere',
    RESELLER_BATCH: 'maybe',
    HOST: '0.0.0.0',
  };
  const problems = problemsOf(env);
  // One for each variable, and one for the missing billing credential.
  expect(problems).toHaveLength(Object.keys(env).length + 1);
  for (const name of Object.keys(env)) expect(problems.join('\n')).toContain(name);
  expect(() => loadConfig(env)).toThrow(
    `The configuration is invalid:\n  - ${problems.join('\n  - ')}`,
  );
});

describe('secrets', () => {
  const secret = 's3cr3t';

  test.each([
    ['BILLING_TOKEN', `${secret} twice`],
    ['BILLING_TOKEN', `${secret}\ntwice`],
    ['RESELLER_TOKEN', `${secret}é`],
    ['DATABASE_URL', `postgress://user:${secret}@h.example/db`],
    ['RESELLER_ENDPOINT', `http://user:${secret}@h.example`],
    ['RESELLER_ENDPOINT', `http://${secret}@h.example`],
    ['RESELLER_ENDPOINT', `htp://user:${secret}@h.example`],
    ['RESELLER_ENDPOINT', `user:${secret}@h.example`],
  ])('an invalid %s is reported without its value (%j)', (name, value) => {
    const problems = problemsOf({ ...plaintext, [name]: value });
    expect(problems).toEqual([expect.stringContaining(`${name} must be `)]);
    expect(problems.join()).not.toContain(secret);
  });

  test('problems of other settings do not show tokens', () => {
    const tokens = { BILLING_TOKEN: secret, RESELLER_TOKEN: secret };
    const env = { ...plaintext, ...tokens, BILLING_KEY_FILE: 'k', RESELLER_KEY_FILE: 'k' };
    const problems = problemsOf({ ...env, PORT: 'x' });
    expect(problems).toHaveLength(4);
    expect(problems.join()).not.toContain(secret);
  });

  test('a token may end with a line break, as files and shells leave it', () => {
    const { billing } = backendsOf({ ...plaintext, BILLING_TOKEN: `${secret}\n` });
    expect(billing.credential).toEqual({ token: secret });
  });
});
