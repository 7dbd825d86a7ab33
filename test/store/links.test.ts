import { expect, test } from 'vitest';
import { fixedLinks } from '../../src/store/links.ts';

const first = { billing: { resellerId: 'R1', customerId: 'C1' }, resellerCustomerId: 'G1' };
const second = { billing: { resellerId: 'R1', customerId: 'C2' }, resellerCustomerId: 'G2' };

test('links are found from both sides, in the order of the keys', async () => {
  const links = fixedLinks([first, second]);
  const unknown = { resellerId: 'R1', customerId: 'C3' };
  expect(await links.byBilling([second.billing, unknown, first.billing, second.billing])).toEqual([
    second,
    null,
    first,
    second,
  ]);
  expect(await links.byReseller(['G2', 'G3', 'G1'])).toEqual([second, null, first]);
});

test('customers of two resellers do not share a link', async () => {
  const links = fixedLinks([first]);
  expect(await links.byBilling([{ resellerId: 'R2', customerId: 'C1' }])).toEqual([null]);
  expect(await links.byBilling([{ resellerId: 'R1C', customerId: '1' }])).toEqual([null]);
});

test('a customer has one partner on each side: the link that came last', async () => {
  const newer = { billing: first.billing, resellerCustomerId: 'G9' };
  const other = { billing: second.billing, resellerCustomerId: 'G9' };
  const links = fixedLinks([first, newer, other]);
  expect(await links.byReseller(['G9', 'G1'])).toEqual([other, null]);
  expect(await links.byBilling([first.billing, second.billing])).toEqual([null, other]);
});

test('without links everything is unlinked', async () => {
  const links = fixedLinks([]);
  expect(await links.byBilling([])).toEqual([]);
  expect(await links.byBilling([first.billing])).toEqual([null]);
  expect(await links.byReseller(['G1'])).toEqual([null]);
});
