import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { secretsOf } from '../../src/config/secrets.ts';

const backends = {
  BILLING_ENDPOINT: 'billing.example:443',
  BILLING_TOKEN: 'planted-billing',
  RESELLER_ENDPOINT: 'https://reseller.example',
  RESELLER_TOKEN: 'planted-reseller',
};

test('tokens and the password of the database are secrets', () => {
  const env = { ...backends, DATABASE_URL: 'postgres://user:planted%20pass@db.example/x' };
  expect(secretsOf(loadConfig(env).settings)).toEqual([
    'planted-billing',
    'planted-reseller',
    'planted%20pass',
    'planted pass',
  ]);
});

test('a database file has no secret', () => {
  const env = { ...backends, DATABASE_URL: 'sqlite::memory:' };
  expect(secretsOf(loadConfig(env).settings)).toEqual(['planted-billing', 'planted-reseller']);
});
