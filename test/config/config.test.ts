import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { backendsOf, type Env, plaintext, problemsOf } from '../support/config.ts';

const encrypted: Env = {
  BILLING_ENDPOINT: 'billing.api.cloud.yandex.net:443',
  OPERATION_ENDPOINT: 'operation.api.cloud.yandex.net:443',
  RESELLER_ENDPOINT: 'https://reseller.googleapis.com',
};

describe('defaults', () => {
  test('listen on loopback, and leave the backends to the sandbox', () => {
    expect(loadConfig({})).toEqual({
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

  test('of the backends: operations where billing is, no credential in plaintext', () => {
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
        connections: 32,
        batch: false,
      },
    });
  });

  test('stand for what is empty or blank', () => {
    const names = ['HOST', 'PORT', 'BILLING_ENDPOINT', 'RESELLER_ENDPOINT', 'LOG_LEVEL', 'AUTH'];
    const blank = Object.fromEntries(names.map((name, n) => [name, ' '.repeat(n)]));
    expect(loadConfig(blank)).toEqual(loadConfig({}));
  });
});

test('all problems are told at once', () => {
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
  // One per variable, one more for the second origin and one for the missing credential.
  expect(problems).toHaveLength(9);
  for (const name of Object.keys(env)) expect(problems.join('\n')).toContain(name);
  expect(() => loadConfig(env)).toThrow(
    `The configuration cannot be used:\n  - ${problems.join('\n  - ')}`,
  );
});

describe('the backends', () => {
  test.each([
    ['BILLING_ENDPOINT', 'RESELLER_ENDPOINT'],
    ['RESELLER_ENDPOINT', 'BILLING_ENDPOINT'],
  ])('come both or not at all: %s alone misses %s', (given, missing) => {
    const env = { [given]: plaintext[given] ?? '', BILLING_TLS: 'false' };
    expect(problemsOf(env)).toEqual([
      `${missing} is missing: give both backends, or neither to run on the sandbox.`,
    ]);
  });

  test('over TLS need a credential each', () => {
    expect(problemsOf(encrypted)).toEqual([
      'BILLING_TOKEN or BILLING_KEY_FILE is missing; only plaintext does without.',
      'RESELLER_TOKEN or RESELLER_KEY_FILE is missing; only plain http does without.',
    ]);
  });

  test('take a token each', () => {
    const { billing, reseller } = backendsOf({
      ...encrypted,
      BILLING_TOKEN: 't1.a-b_c',
      RESELLER_TOKEN: 'ya29.x',
    });
    expect(billing).toMatchObject({
      tls: true,
      operationEndpoint: 'operation.api.cloud.yandex.net:443',
      credential: { token: 't1.a-b_c' },
    });
    expect(reseller.credential).toEqual({ token: 'ya29.x' });
  });

  test('take a key file each', () => {
    const { billing, reseller } = backendsOf({
      ...encrypted,
      BILLING_KEY_FILE: '/run/billing.json',
      RESELLER_KEY_FILE: '/run/reseller.json',
      RESELLER_SUBJECT: 'admin@reseller.example',
    });
    expect(billing.credential).toEqual({
      keyFile: '/run/billing.json',
      iamEndpoint: 'iam.api.cloud.yandex.net:443',
      iamAudience: 'https://iam.api.cloud.yandex.net/iam/v1/tokens',
    });
    expect(reseller.credential).toEqual({
      keyFile: '/run/reseller.json',
      subject: 'admin@reseller.example',
    });
  });

  test('of another region have another IAM', () => {
    const { billing } = backendsOf({
      ...plaintext,
      BILLING_KEY_FILE: 'k.json',
      IAM_ENDPOINT: 'iam.api.yandexcloud.kz:443',
      IAM_AUDIENCE: 'https://iam.api.yandexcloud.kz/iam/v1/tokens',
    });
    expect(billing.credential).toMatchObject({
      iamEndpoint: 'iam.api.yandexcloud.kz:443',
      iamAudience: 'https://iam.api.yandexcloud.kz/iam/v1/tokens',
    });
  });

  test.each([
    [
      { BILLING_TOKEN: 't', BILLING_KEY_FILE: 'k' },
      'Give BILLING_TOKEN or BILLING_KEY_FILE, not both.',
    ],
    [
      { RESELLER_TOKEN: 't', RESELLER_KEY_FILE: 'k', RESELLER_SUBJECT: 's' },
      'Give RESELLER_TOKEN or RESELLER_KEY_FILE, not both.',
    ],
    [
      { RESELLER_KEY_FILE: 'k' },
      'RESELLER_KEY_FILE needs RESELLER_SUBJECT: the administrator to act for.',
    ],
  ])('refuse %j', (credential, problem) => {
    expect(problemsOf({ ...plaintext, ...credential })).toEqual([problem]);
  });
});

describe('without authentication', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('HOST=%s will do', (host) => {
    expect(loadConfig({ HOST: host }).host).toBe(host);
  });

  test.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    'gateway.example',
    'localhost.example',
  ])('HOST=%s would let everyone in', (host) => {
    expect(problemsOf({ HOST: host, AUTH: 'none' })).toEqual([
      `HOST=${host} can be reached from elsewhere, and AUTH=none lets everyone in: use AUTH=jwt, or listen on a loopback address such as 127.0.0.1.`,
    ]);
  });
});

describe('secrets', () => {
  const secret = 's3cr3t';

  test.each<[string, Env]>([
    ['tokens beside key files', { BILLING_KEY_FILE: 'k', RESELLER_KEY_FILE: 'k' }],
    ['other problems', { PORT: 'x' }],
  ])('are in no message about %s', (_, env) => {
    const tokens = { BILLING_TOKEN: secret, RESELLER_TOKEN: secret };
    const problems = problemsOf({ ...plaintext, ...tokens, ...env });
    expect(problems).not.toHaveLength(0);
    expect(problems.join()).not.toContain(secret);
  });

  test.each([
    ['BILLING_TOKEN', `${secret} twice`],
    ['BILLING_TOKEN', `${secret}\ntwice`],
    ['RESELLER_TOKEN', `${secret}é`],
    ['RESELLER_ENDPOINT', `http://user:${secret}@h.example`],
    ['RESELLER_ENDPOINT', `http://${secret}@h.example`],
    ['RESELLER_ENDPOINT', `htp://user:${secret}@h.example`],
    ['RESELLER_ENDPOINT', `user:${secret}@h.example`],
  ])('in a %s that cannot be used are in no message', (name, value) => {
    const problems = problemsOf({ ...plaintext, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).not.toContain(secret);
  });

  test('may end with a line break, as files and shells leave them', () => {
    const { billing } = backendsOf({ ...plaintext, BILLING_TOKEN: `${secret}\n` });
    expect(billing.credential).toEqual({ token: secret });
  });
});

describe('a variable that speaks of a backend', () => {
  test.each([
    'OPERATION_ENDPOINT',
    'BILLING_TOKEN',
    'BILLING_KEY_FILE',
    'RESELLER_TOKEN',
    'RESELLER_KEY_FILE',
    'RESELLER_SUBJECT',
  ])('%s without an endpoint is no reason to start the sandbox', (name) => {
    expect(problemsOf({ [name]: 'localhost:1' })).toEqual([expect.stringContaining(name)]);
  });
});

describe('the operation endpoint', () => {
  test.each([
    ['billing.api.cloud.yandex.net:443', 'operation.api.cloud.yandex.net:443'],
    ['localhost:50051', 'localhost:50051'],
    ['api.billing.example:443', 'api.billing.example:443'],
  ])('of %s is %s when it is not given', (billing, operation) => {
    const env = { ...plaintext, BILLING_ENDPOINT: billing };
    expect(backendsOf(env).billing.operationEndpoint).toBe(operation);
  });
});
