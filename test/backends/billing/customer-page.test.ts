import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { readCustomerPage } from '../../../src/backends/billing/customer-page.ts';
import { ListCustomersResponseSchema } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { randomOf } from '../../server/compiled/random.support.ts';

interface Page {
  readonly customers: readonly { readonly id: string; readonly billingAccountId: string }[];
  readonly nextPageToken: string;
}

function bytesOf(page: Page): Buffer {
  const customers = page.customers.map((customer) => ({ ...customer }));
  const message = create(ListCustomersResponseSchema, { ...page, customers });
  return Buffer.from(toBinary(ListCustomersResponseSchema, message));
}

/** What protobuf-es reads; null when it rejects the bytes. */
function expected(bytes: Buffer): Page | null {
  try {
    return plain(fromBinary(ListCustomersResponseSchema, bytes));
  } catch {
    return null;
  }
}

function plain({ customers, nextPageToken }: Page): Page {
  const all = customers.map(({ id, billingAccountId }) => ({ id, billingAccountId }));
  return { customers: all, nextPageToken };
}

describe('a page of customers is read without protobuf-es', () => {
  test.each([0, 1, 99, 1_000])('with %i customers', (count) => {
    const customers = Array.from({ length: count }, (_, n) => ({
      ...{ id: `customer${n}`, billingAccountId: n % 3 === 0 ? '' : `account${n}` },
    }));
    const page = { customers, nextPageToken: count > 1 ? 'next' : '' };
    const read = readCustomerPage(bytesOf(page));
    expect(read && plain(read)).toEqual(page);
  });

  test('with a text that is longer than 127 bytes', () => {
    const page = {
      customers: [{ id: 'c'.repeat(128), billingAccountId: 'a'.repeat(20_000) }],
      nextPageToken: 't'.repeat(5_000),
    };
    const read = readCustomerPage(bytesOf(page));
    expect(read && plain(read)).toEqual(page);
  });
});

describe('a page is left to protobuf-es', () => {
  const id = '0a024331';
  test.each([
    ['a text that is not ASCII', Buffer.from('0a040a02c3a9', 'hex')],
    ['a text that is not UTF-8', Buffer.from('0a040a0243ff', 'hex')],
    ['an unknown field of a customer', Buffer.from(`0a06${id}1801`, 'hex')],
    ['an unknown field of the page', Buffer.from(`0a04${id}1801`, 'hex')],
    ['a field of another wire type', Buffer.from('0801', 'hex')],
    ['a tag in two bytes', Buffer.from(`8a0004${id}`, 'hex')],
    ['a length in five bytes', Buffer.from(`0a8480808000${id}`, 'hex')],
    ['a text that ends after its customer', Buffer.from('0a030a0243311200', 'hex')],
    ['a customer that ends after the page', Buffer.from(`0a05${id}`, 'hex')],
    ['a page that ends within a length', Buffer.from(`0a04${id}12`, 'hex')],
  ])('with %s', (_, bytes) => {
    expect(readCustomerPage(bytes)).toBeNull();
  });
});

test('changed bytes are read as protobuf-es reads them, or are left to it', () => {
  const random = randomOf(7);
  const page = {
    customers: [1, 2, 3].map((n) => ({ id: `C${n}`, billingAccountId: `A${n}` })),
    nextPageToken: 'next',
  };
  let read = 0;
  for (let n = 0; n < 5_000; n++) {
    const bytes = bytesOf(page);
    const changes = 1 + Math.floor(random() * 2);
    for (let change = 0; change < changes; change++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const cut = random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
    const found = readCustomerPage(cut);
    if (!found) continue;
    read++;
    expect(plain(found), cut.toString('hex')).toEqual(expected(cut));
  }
  expect(read).toBeGreaterThan(300);
});
