import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { backendsOf, type Env, plaintext, problemsOf } from '../support/config.ts';

const jwt: Env = {
  AUTH: 'jwt',
  AUTH_JWKS_URL: 'https://login.example/keys',
  AUTH_ISSUER: 'https://login.example',
  AUTH_AUDIENCE: 'gateway',
};

describe('AUTH', () => {
  test('jwt allows any address and optionally requires a scope for mutations', () => {
    expect(loadConfig({ ...jwt, HOST: '0.0.0.0' })).toMatchObject({
      host: '0.0.0.0',
      auth: {
        jwksUrl: 'https://login.example/keys',
        issuer: 'https://login.example',
        audience: 'gateway',
        writeScope: null,
      },
    });
    expect(loadConfig({ ...jwt, AUTH_WRITE_SCOPE: 'portal.write' }).auth).toMatchObject({
      writeScope: 'portal.write',
    });
  });

  test('jwt requires a key set, an issuer and an audience', () => {
    expect(problemsOf({ AUTH: 'jwt' })).toEqual([
      'AUTH_JWKS_URL is required when AUTH is jwt.',
      'AUTH_ISSUER is required when AUTH is jwt.',
      'AUTH_AUDIENCE is required when AUTH is jwt.',
    ]);
    expect(problemsOf({ ...jwt, AUTH_JWKS_URL: 'keys' })).toHaveLength(1);
  });

  test.each([
    'AUTH_JWKS_URL',
    'AUTH_ISSUER',
    'AUTH_AUDIENCE',
    'AUTH_WRITE_SCOPE',
    'AUTH_CLAIM_ROLES',
    'AUTH_CLAIM_RESELLERS',
  ])('none rejects %s, which would have no effect', (name) => {
    expect(problemsOf({ [name]: 'https://login.example' })).toEqual([
      `${name} is set, but AUTH is none. Set AUTH=jwt or unset ${name}.`,
    ]);
  });

  test('jwt takes the claims as names or dotted paths', () => {
    const { auth } = loadConfig({ ...jwt, AUTH_CLAIM_ROLES: 'realm_access.roles' });
    expect(auth?.claims).toEqual({ roles: 'realm_access.roles', resellers: null });
    for (const path of ['a..b', '.a', 'a.', 'a b']) {
      expect(problemsOf({ ...jwt, AUTH_CLAIM_RESELLERS: path })).toEqual([
        `AUTH_CLAIM_RESELLERS must be the name of a claim, or a dotted path such as realm_access.roles, not "${path}".`,
      ]);
    }
  });

  test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('none allows HOST=%s', (host) => {
    expect(loadConfig({ HOST: host }).host).toBe(host);
  });

  test.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    'gateway.example',
    'localhost.example',
  ])('none rejects HOST=%s, which other machines can reach', (host) => {
    expect(problemsOf({ HOST: host, AUTH: 'none' })).toEqual([
      `HOST=${host} requires AUTH=jwt, because AUTH=none accepts every caller. Set AUTH=jwt or use a loopback address such as 127.0.0.1.`,
    ]);
  });
});

const encrypted: Env = {
  BILLING_ENDPOINT: 'billing.api.cloud.yandex.net:443',
  OPERATION_ENDPOINT: 'operation.api.cloud.yandex.net:443',
  RESELLER_ENDPOINT: 'https://reseller.googleapis.com',
};

describe('the backends', () => {
  test.each([
    ['BILLING_ENDPOINT', 'RESELLER_ENDPOINT'],
    ['RESELLER_ENDPOINT', 'BILLING_ENDPOINT'],
  ])('%s requires %s', (given, missing) => {
    const env = { [given]: plaintext[given] ?? '', BILLING_TLS: 'false' };
    expect(problemsOf(env)).toEqual([
      `${missing} is required: set BILLING_ENDPOINT and RESELLER_ENDPOINT, or neither for the sandbox.`,
    ]);
  });

  test.each([
    'OPERATION_ENDPOINT',
    'BILLING_TOKEN',
    'BILLING_KEY_FILE',
    'RESELLER_TOKEN',
    'RESELLER_KEY_FILE',
    'RESELLER_SUBJECT',
  ])('%s requires both endpoints, so that the sandbox does not start by mistake', (name) => {
    expect(problemsOf({ [name]: 'localhost:1' })).toEqual([
      `${name} is set, but BILLING_ENDPOINT and RESELLER_ENDPOINT are not. Set both endpoints.`,
    ]);
  });

  test('TLS requires a credential for each backend', () => {
    expect(problemsOf(encrypted)).toEqual([
      'BILLING_TOKEN or BILLING_KEY_FILE is required when BILLING_TLS is true.',
      'RESELLER_TOKEN or RESELLER_KEY_FILE is required when RESELLER_ENDPOINT uses https.',
    ]);
  });

  test('a token is a credential', () => {
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

  test('a key file is a credential', () => {
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

  test('another region has its own IAM endpoint and audience', () => {
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
      'BILLING_TOKEN and BILLING_KEY_FILE are mutually exclusive. Set only one of them.',
    ],
    [
      { RESELLER_TOKEN: 't', RESELLER_KEY_FILE: 'k', RESELLER_SUBJECT: 's' },
      'RESELLER_TOKEN and RESELLER_KEY_FILE are mutually exclusive. Set only one of them.',
    ],
    [{ RESELLER_KEY_FILE: 'k' }, 'RESELLER_SUBJECT is required when RESELLER_KEY_FILE is set.'],
  ])('%j is rejected', (credential, problem) => {
    expect(problemsOf({ ...plaintext, ...credential })).toEqual([problem]);
  });
});

const push: Env = {
  NOTIFICATIONS_PUSH_AUDIENCE: 'https://gateway.example/notifications/push',
  NOTIFICATIONS_PUSH_SERVICE_ACCOUNT: 'push@project.iam.gserviceaccount.com',
};
const subscription = 'projects/my-project/subscriptions/reseller-events';

function notificationsOf(env: Env): Config['notifications'] {
  return loadConfig(env).notifications;
}

describe('pushed notifications', () => {
  test('have tokens from Google by default', () => {
    expect(notificationsOf(push)).toEqual({
      push: {
        audience: 'https://gateway.example/notifications/push',
        serviceAccount: 'push@project.iam.gserviceaccount.com',
        issuer: 'https://accounts.google.com',
        jwksUrl: 'https://www.googleapis.com/oauth2/v3/certs',
      },
      pull: null,
    });
  });

  test('can have tokens from another issuer', () => {
    const issuer = 'https://issuer.example';
    const jwksUrl = 'http://issuer.example/certs';
    const env = {
      ...push,
      NOTIFICATIONS_PUSH_ISSUER: issuer,
      NOTIFICATIONS_PUSH_JWKS_URL: jwksUrl,
    };
    expect(notificationsOf(env).push).toMatchObject({ issuer, jwksUrl });
  });

  test.each([
    ['NOTIFICATIONS_PUSH_AUDIENCE', ['NOTIFICATIONS_PUSH_SERVICE_ACCOUNT']],
    ['NOTIFICATIONS_PUSH_SERVICE_ACCOUNT', ['NOTIFICATIONS_PUSH_AUDIENCE']],
    ['NOTIFICATIONS_PUSH_ISSUER', Object.keys(push)],
    ['NOTIFICATIONS_PUSH_JWKS_URL', Object.keys(push)],
  ])('%s requires %j, so that pushes are not left unverified', (name, missing) => {
    expect(problemsOf({ [name]: 'https://a.example' })).toEqual(
      missing.map((other) => `${other} is required when ${name} is set.`),
    );
  });
});

describe('pulled notifications', () => {
  test.each([
    subscription,
    'projects/123456789012/subscriptions/abc',
    'projects/example.com:project-1/subscriptions/Reseller.events_1~2+3%25',
  ])('come from %s', (name) => {
    expect(notificationsOf({ NOTIFICATIONS_SUBSCRIPTION: name })).toEqual({
      push: null,
      pull: { subscription: name, keyFile: null },
    });
  });

  test.each([
    'reseller-events',
    'projects/my-project/topics/reseller-events',
    'projects/my-project/subscriptions/',
    'projects/my-project/subscriptions/ab',
    'projects/my-project/subscriptions/1abc',
    'projects/my-project/subscriptions/a b c',
    'projects/my-project/subscriptions/abc/def',
    'projects//subscriptions/abc',
    `/${subscription}`,
    `${subscription}/`,
    `projects/my-project/subscriptions/${'a'.repeat(256)}`,
  ])('cannot come from %s', (name) => {
    const env = { NOTIFICATIONS_SUBSCRIPTION: name, NOTIFICATIONS_KEY_FILE: 'k' };
    expect(problemsOf(env)).toEqual([
      `NOTIFICATIONS_SUBSCRIPTION must be projects/PROJECT/subscriptions/SUBSCRIPTION, not "${name}".`,
    ]);
  });

  test('use the key of the reseller API unless they have their own', () => {
    const env = {
      ...plaintext,
      RESELLER_KEY_FILE: 'reseller.json',
      RESELLER_SUBJECT: 'admin@reseller.example',
      NOTIFICATIONS_SUBSCRIPTION: subscription,
    };
    expect(notificationsOf(env).pull).toEqual({ subscription, keyFile: 'reseller.json' });
    const own = { ...env, NOTIFICATIONS_KEY_FILE: 'pull.json' };
    expect(notificationsOf(own).pull).toEqual({ subscription, keyFile: 'pull.json' });
  });

  test('a key file without a subscription is rejected', () => {
    expect(problemsOf({ NOTIFICATIONS_KEY_FILE: 'k' })).toEqual([
      'NOTIFICATIONS_KEY_FILE is set, but NOTIFICATIONS_SUBSCRIPTION is not.',
    ]);
  });
});

test('the problems of rules and of single settings are reported together', () => {
  const env = {
    PORT: 'x',
    NOTIFICATIONS_PUSH_AUDIENCE: 'a',
    NOTIFICATIONS_PUSH_JWKS_URL: 'ftp://user:s3cr3t@h.example',
    NOTIFICATIONS_SUBSCRIPTION: 's',
  };
  const problems = problemsOf(env);
  expect(problems).toHaveLength(4);
  for (const name of Object.keys(env)) expect(problems.join('\n')).toContain(name);
  expect(problems.join()).not.toContain('s3cr3t');
});
