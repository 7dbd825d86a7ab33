import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { encodeGlobalId } from '../../../src/schema/relay/global-id.ts';
import { type Work, workOf } from './counters.support.ts';
import type { Addresses } from './sandbox-worker.support.ts';

/** The backend calls of the latest request. */
let calls = 0;
const log = pino(
  { level: 'info' },
  {
    write(line) {
      calls = JSON.parse(line).backendCalls ?? calls;
    },
  },
);
const worker = new Worker(new URL('./sandbox-worker.support.ts', import.meta.url));
let addresses: Addresses;
let gateway: Awaited<ReturnType<typeof createGateway>>;
let url = '';

beforeAll(async () => {
  [addresses] = await once(worker, 'message');
  const { backends, ...config } = loadConfig({
    ...{ PORT: '0', DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'info', PORTFOLIO: 'false' },
    ...{ BILLING_ENDPOINT: addresses.billing, BILLING_TLS: 'false' },
    ...{ BILLING_RESELLER_ID: addresses.resellerId, RESELLER_ENDPOINT: addresses.reseller },
  });
  if (!backends) throw new Error('the gateway has backends');
  gateway = await createGateway({ ...config, backends }, { log, links: addresses.links });
  url = await gateway.start();
});

afterAll(async () => {
  await gateway.close();
  worker.postMessage('close');
  await once(worker, 'exit');
});

async function ask(query: string, variables: object): Promise<void> {
  worker.postMessage({ url, body: JSON.stringify({ query, variables }) });
  const [text] = await once(worker, 'message');
  if (!String(text).startsWith('{"data"')) throw new Error(String(text));
}

/** The least work of several requests: other tests of the process may do something meanwhile. */
async function leastWork(query: string, variables: object): Promise<Work & { calls: number }> {
  for (let n = 0; n < 3; n++) await ask(query, variables);
  const all: Work[] = [];
  for (let n = 0; n < 8; n++) all.push(await workOf(() => ask(query, variables)));
  const least = (name: keyof Work): number => Math.min(...all.map((work) => work[name]));
  return {
    calls,
    ...{ promises: least('promises'), timers: least('timers'), hashes: least('hashes') },
    ...{ controllers: least('controllers'), statements: least('statements') },
    ...{ texts: least('texts'), aborts: least('aborts') },
  };
}

const oneCustomer = `query ($id: ID!) { customer(by: { id: $id }) { id reseller { customerId customerDomain
  customerType alternateEmail postalAddress { organizationName countryCode } } } }`;
const listOfBilling = `query ($first: Int!) { customers(first: $first) {
  nodes { id billing { customerId billingAccountId } } pageInfo { endCursor hasNextPage } } }`;
const activation = `mutation ($customer: ID!) { activateCustomer(input: { customer: $customer }) {
  ... on ActivateCustomerSuccess { replayed operation { id } } } }`;
const listOfBoth = `{ customers(first: 50) {
  nodes { id billing { customerId } reseller { customerId customerDomain } } } }`;

/** Promises are counted with those that `await` needs only while they are counted. */
test('one customer takes one call, one statement and few promises', async () => {
  const id = encodeGlobalId('Customer', 'r', addresses.links[0]?.resellerCustomerId ?? '');
  const { promises, ...work } = await leastWork(oneCustomer, { id });
  expect(work).toEqual({
    ...{ calls: 1, timers: 4, hashes: 0, controllers: 0, aborts: 0, statements: 1, texts: 2 },
  });
  expect(promises).toBeLessThan(73);
});

test('a list of one backend takes the same for any number of rows', async () => {
  const small = await leastWork(listOfBilling, { first: 10 });
  const large = await leastWork(listOfBilling, { first: 100 });
  expect(large).toEqual(small);
  const { promises, ...work } = large;
  // One call is for hasNextPage, the hash for endCursor.
  expect(work).toEqual({
    ...{ calls: 2, timers: 8, hashes: 1, controllers: 0, aborts: 0, statements: 0, texts: 5 },
  });
  expect(promises).toBeLessThan(122);
});

test('a list of both backends takes one statement, and for each call a timer and few promises', async () => {
  const { calls, promises, timers, controllers, statements, texts } = await leastWork(
    listOfBoth,
    {},
  );
  const reads = calls - 1;
  expect(reads).toBeGreaterThan(20);
  expect({ statements, texts }).toEqual({ statements: 1, texts: 3 });
  expect(controllers).toBe(0);
  expect((timers - 8) / reads).toBeLessThan(2);
  expect(promises / reads).toBeLessThan(28);
});

test('a change takes one call, one statement to record it and two that return what started', async () => {
  const { resellerId, customerId } = addresses.links[0]?.billing ?? {};
  const customer = encodeGlobalId('Customer', 'b', resellerId ?? '', customerId ?? '');
  const work = await leastWork(activation, { customer });
  expect(work).toMatchObject({ calls: 1, statements: 3, aborts: 0 });
  expect(work.timers).toBeLessThan(14);
  expect(work.controllers).toBeLessThan(6);
  expect(work.texts).toBeLessThan(10);
  expect(work.promises).toBeLessThan(220);
});
