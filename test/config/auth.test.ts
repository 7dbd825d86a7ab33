import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { problemsOf } from '../support/config.ts';

const jwt = {
  AUTH: 'jwt',
  AUTH_JWKS_URL: 'https://login.example/keys',
  AUTH_ISSUER: 'https://login.example',
  AUTH_AUDIENCE: 'gateway',
};

describe('AUTH=jwt', () => {
  test('takes over what tokens must have, and may listen anywhere', () => {
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

  test('needs all three, and tells of all that are missing', () => {
    expect(problemsOf({ AUTH: 'jwt' })).toEqual([
      'AUTH=jwt needs AUTH_JWKS_URL.',
      'AUTH=jwt needs AUTH_ISSUER.',
      'AUTH=jwt needs AUTH_AUDIENCE.',
    ]);
    expect(problemsOf({ ...jwt, AUTH_JWKS_URL: 'keys' })).toHaveLength(1);
  });
});

test.each([
  'AUTH_JWKS_URL',
  'AUTH_ISSUER',
  'AUTH_AUDIENCE',
  'AUTH_WRITE_SCOPE',
])('%s without AUTH=jwt would be a surprise', (name) => {
  expect(problemsOf({ [name]: 'https://login.example' })).toEqual([
    `${name} is given, but not AUTH=jwt: everyone would be let in.`,
  ]);
});
