import { expect, test } from 'vitest';
import { Operations } from '../../src/sandbox/billing/operations.ts';
import { defaultTiming } from '../../src/sandbox/billing/outcomes.ts';
import { restClient, testSandbox } from './sandbox.support.ts';

test('20,000 customers with 60,000 subscriptions start within 10 s and are listed fast', {
  timeout: 60_000,
}, async () => {
  const started = performance.now();
  const sandbox = await testSandbox({
    seed: { customers: 20_000, linkedShare: 1, subscriptions: 60_000 },
  });
  expect(performance.now() - started).toBeLessThan(10_000);
  const { billing, reseller } = sandbox.store;
  expect(billing.customersOf(sandbox.resellerId)).toHaveLength(20_000);
  expect(reseller.subscriptions()).toHaveLength(60_000);

  const rest = restClient(sandbox);
  const pages = async (count: number, from = '') => {
    let token = from;
    for (let page = 0; page < count; page += 1) {
      const query = `subscriptions?maxResults=100&prettyPrint=false&pageToken=${token}`;
      const { json } = await rest('GET', query);
      expect(json.subscriptions).toHaveLength(100);
      token = json.nextPageToken;
    }
    return token;
  };
  const listed = performance.now();
  const cpu = process.cpuUsage();
  await pages(50);
  const { user, system } = process.cpuUsage(cpu);
  expect((user + system) / 1000).toBeLessThan(50 * 20);
  expect(performance.now() - listed).toBeLessThan(10_000);
});

test('the subscriptions are shared evenly, within the rules of the catalog', async () => {
  const { store } = await testSandbox({ seed: { linkedShare: 1, subscriptions: 300 } });
  const customers = [...store.reseller.customers()].filter(({ position }) => position > 0);
  const trials = customers.map(
    ({ subscriptions }) => subscriptions.filter(({ trial }) => trial !== undefined).length,
  );
  expect(Math.max(...trials)).toBe(1);
  expect(store.reseller.subscriptions()).toHaveLength(300);
  const chrome = store.reseller
    .subscriptions()
    .filter(({ skuId }) => skuId === 'Google-Chrome-Device-Management');
  expect(chrome.length).toBeGreaterThan(20);
  expect(chrome.filter(({ planName }) => planName === 'FLEXIBLE')).toEqual([]);
  const counts = customers.map(({ subscriptions }) => subscriptions.length);
  expect(Math.max(...counts)).toBeLessThan(13);
});

test('reading an operation takes no longer when thousands of others are running', () => {
  const cpuOfReads = (running: number): number => {
    let created = 0;
    const operations = new Operations(
      defaultTiming,
      () => 0,
      () => `op${created++}`,
    );
    const customer = { customerId: 'C1', customerName: 'Neuland', resellerId: 'R1' };
    const plan = { ...customer, kind: 'Activate', billingAccountId: 'B1', description: '' };
    for (let n = 0; n < running; n++) operations.start({ ...plan, apply() {} }, undefined);
    const before = process.cpuUsage();
    for (let n = 0; n < 1_000; n++) operations.get('op0');
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cpuOfReads(10);
  expect(cpuOfReads(10_000)).toBeLessThan(10 * cpuOfReads(10));
});
