import { expect, test } from 'vitest';
import { misspelled } from '../../src/config/misspelled.ts';
import { programs } from '../../src/config/reference.ts';

test.each([
  ['BILLING_TIMEOUT', 'BILLING_TIMEOUT_MS'],
  ['BILLING_RESELER_ID', 'BILLING_RESELLER_ID'],
  ['RESELLER_ENDPONT', 'RESELLER_ENDPOINT'],
  ['AUTH_JWKS_URI', 'AUTH_JWKS_URL'],
  ['SANDBOX_CUSTOMER', 'SANDBOX_CUSTOMERS'],
])('%s is reported as a misspelling of %s, without its value', (variable, setting) => {
  expect(misspelled({ [variable]: 's3cr3t' }, programs.gateway)).toEqual([
    `${variable} is not a setting and is ignored; did you mean ${setting}?`,
  ]);
});

test.each([
  'BILLING_ENDPOINT',
  'BILLING_DEPARTMENT_CODE',
  'AUTH_SECRET_OF_ANOTHER_PROGRAM',
  'PORTS',
])('%s is not reported', (variable) => {
  expect(misspelled({ [variable]: 'x' }, programs.gateway)).toEqual([]);
});
