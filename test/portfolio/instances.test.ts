import { beforeAll, expect, test } from 'vitest';
import { type PostgresServer, sharedPostgres } from '../store/postgres.support.ts';
import { startTestSandbox } from '../support/gateway.ts';
import { idsIn, openPortfolio } from './opened.support.ts';
import { expectedRows } from './oracle.support.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await sharedPostgres();
}, 30_000);

test('of two instances on one database, one sweeps, and the other takes over', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 60 } });
  const url = await server.createDatabase();
  const options = { sweepIntervalMs: 3_000 };
  const first = await openPortfolio(sandbox, { url, options });
  const second = await openPortfolio(sandbox, { url, options });
  const asOf = async () => (await second.store.portfolio.sweepStatus()).asOf?.getTime() ?? 0;
  first.portfolio.start();
  second.portfolio.start();
  await expect.poll(asOf, { interval: 10, timeout: 10_000 }).toBeGreaterThan(0);
  const expected = expectedRows(sandbox);
  expect(await idsIn(second.store)).toEqual(expected.map(({ id }) => id).sort());
  const pages = Math.ceil((expected.length + 2) / 100);
  expect(sandbox.calls.count('subscriptions.list')).toBe(pages);
  const before = await asOf();
  await first.close();
  await expect.poll(asOf, { interval: 10, timeout: 10_000 }).toBeGreaterThan(before);
});
