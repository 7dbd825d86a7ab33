import { describe, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { type Env, plaintext, problemsOf } from '../support/config.ts';

function notificationsOf(env: Env): Config['notifications'] {
  return loadConfig(env).notifications;
}

const push: Env = {
  NOTIFICATIONS_PUSH_AUDIENCE: 'https://gateway.example/notifications/push',
  NOTIFICATIONS_PUSH_SERVICE_ACCOUNT: 'push@project.iam.gserviceaccount.com',
};
const subscription = 'projects/my-project/subscriptions/reseller-events';

describe('notifications', () => {
  test('are neither pushed nor pulled by default', () => {
    expect(notificationsOf(plaintext)).toEqual({ push: null, pull: null });
  });

  test('are pushed with the tokens of Google by default', () => {
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

  test('are pushed with the tokens of another issuer when it is given', () => {
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
    'NOTIFICATIONS_PUSH_AUDIENCE',
    'NOTIFICATIONS_PUSH_SERVICE_ACCOUNT',
    'NOTIFICATIONS_PUSH_ISSUER',
    'NOTIFICATIONS_PUSH_JWKS_URL',
  ])('are not left unprotected by %s alone', (name) => {
    expect(problemsOf({ [name]: 'https://a.example' })).toEqual([
      'NOTIFICATIONS_PUSH_AUDIENCE and NOTIFICATIONS_PUSH_SERVICE_ACCOUNT are needed, both, to tell who pushes.',
    ]);
  });

  test.each([
    subscription,
    'projects/123456789012/subscriptions/abc',
    'projects/example.com:project-1/subscriptions/Reseller.events_1~2+3%25',
  ])('are pulled from %s', (name) => {
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
  ])('are not pulled from %s', (name) => {
    const env = { NOTIFICATIONS_SUBSCRIPTION: name, NOTIFICATIONS_KEY_FILE: 'k' };
    expect(problemsOf(env)).toEqual([
      `NOTIFICATIONS_SUBSCRIPTION=${name} is not projects/P/subscriptions/S.`,
    ]);
  });

  test('are pulled with the key of the reseller API, or with one of their own', () => {
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

  test('have no use for a key file without a subscription', () => {
    expect(problemsOf({ NOTIFICATIONS_KEY_FILE: 'k' })).toEqual([
      'NOTIFICATIONS_KEY_FILE is given, but no NOTIFICATIONS_SUBSCRIPTION.',
    ]);
  });

  test('tell all their problems at once, and those of others', () => {
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
});
