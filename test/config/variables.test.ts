import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { backendsOf, plaintext, problemsOf } from '../support/config.ts';

describe('a variable', () => {
  test.each<[string, string, keyof Config, unknown]>([
    ['HOST', '::1', 'host', '::1'],
    ['HOST', 'localhost', 'host', 'localhost'],
    ['PORT', '0', 'port', 0],
    ['PORT', ' 65535 ', 'port', 65_535],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['REQUEST_TIMEOUT_MS', '1', 'requestTimeoutMs', 1],
    ['DRAIN_TIMEOUT_MS', '0', 'drainTimeoutMs', 0],
    ['OPERATION_POLL_INTERVAL_MS', '10', 'pollIntervalMs', 10],
    ['CUSTOMER_SWEEP_INTERVAL_MS', '0', 'customerSweepIntervalMs', 0],
    ['OPERATION_MAX_AGE_MS', '1', 'operationMaxAgeMs', 1],
    ['OPERATION_LEASE_MS', '300', 'operationLeaseMs', 300],
    ['DATABASE_URL', 'sqlite:a.db', 'databaseUrl', 'sqlite:a.db'],
    ['BILLING_RESELLER_ID', 'R1', 'defaultResellerId', 'R1'],
    ['CORS_ORIGINS', 'https://a.example', 'corsOrigins', ['https://a.example']],
    [
      'CORS_ORIGINS',
      'https://a.example, http://b.example:3000 http://c.example',
      'corsOrigins',
      ['https://a.example', 'http://b.example:3000', 'http://c.example'],
    ],
  ])('%s=%s is taken over', (name, value, field, expected) => {
    expect(loadConfig({ [name]: value })[field]).toEqual(expected);
  });

  test.each<[string, string, string, unknown]>([
    ['BILLING_ENDPOINT', '[::1]:50051', 'endpoint', '[::1]:50051'],
    ['BILLING_ENDPOINT', 'billing_1.internal:1', 'operationEndpoint', 'billing_1.internal:1'],
    ['OPERATION_ENDPOINT', '10.0.0.1:65535', 'operationEndpoint', '10.0.0.1:65535'],
    ['BILLING_TIMEOUT_MS', '600000', 'timeoutMs', 600_000],
  ])('%s=%s is taken over for billing', (name, value, field, expected) => {
    expect(backendsOf({ ...plaintext, [name]: value }).billing).toMatchObject({
      [field]: expected,
    });
  });

  test.each<[string, string, string, unknown]>([
    ['RESELLER_ENDPOINT', 'http://h.example/base', 'endpoint', 'http://h.example/base'],
    ['RESELLER_TIMEOUT_MS', '1', 'timeoutMs', 1],
    ['RESELLER_CONNECTIONS', '1000', 'connections', 1_000],
    ['RESELLER_BATCH', 'true', 'batch', true],
  ])('%s=%s is taken over for the reseller API', (name, value, field, expected) => {
    expect(backendsOf({ ...plaintext, [name]: value }).reseller).toMatchObject({
      [field]: expected,
    });
  });

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
    ['LOG_LEVEL', 'trace'],
    ['REQUEST_TIMEOUT_MS', '0'],
    ['REQUEST_TIMEOUT_MS', '600001'],
    ['DRAIN_TIMEOUT_MS', '10s'],
    ['OPERATION_POLL_INTERVAL_MS', '9'],
    ['OPERATION_POLL_INTERVAL_MS', '60001'],
    ['CUSTOMER_SWEEP_INTERVAL_MS', '3600001'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'portal.example'],
    ['CORS_ORIGINS', 'https://portal.example/'],
    ['CORS_ORIGINS', 'HTTPS://portal.example'],
    ['CORS_ORIGINS', 'https://portal.example:443'],
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
  ])('%s=%s is refused by its name, alone', (name, value) => {
    const token = { BILLING_TOKEN: 't', RESELLER_TOKEN: 't' };
    const problems = problemsOf({ ...plaintext, ...token, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).toMatch(/\.$/);
  });
});
