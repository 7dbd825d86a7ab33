import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startTenants } from '../access/tenants.support.ts';
import { expectedRows, matches, sorted } from './oracle.support.ts';
import { startFilled } from './portfolio.support.ts';

/** Downloads an export. */
async function download(
  graphql: string,
  path: string,
  parameters: Readonly<Record<string, unknown>> = {},
  headers: Record<string, string> = {},
) {
  const url = new URL(`/export/${path}`, graphql);
  for (const [name, value] of Object.entries(parameters)) {
    url.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const response = await fetch(url, { headers });
  return { response, text: await response.text() };
}

const rowsOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const idsOf = (text: string) => rowsOf(text).map((row) => `${row['customerId']}/${row['skuId']}`);

test('has the rows of the list with the same filter and order, and resumes after any of them', async () => {
  const { url, sandbox } = await startFilled();
  const filter = { status: ['ACTIVE'], not: { linked: true } };
  const orderBy = { field: 'RENEWS_AT', direction: 'DESC' };
  const expected = sorted(
    expectedRows(sandbox).filter((row) => matches(row, filter)),
    orderBy,
  ).map(({ id }) => id);
  const { response, text } = await download(url, 'subscriptions.ndjson', { filter, orderBy });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  expect(idsOf(text)).toEqual(expected);
  expect(expected.length).toBeGreaterThan(10);
  for (const index of [0, Math.floor(expected.length / 2), expected.length - 1]) {
    const after = String(rowsOf(text)[index]?.['cursor']);
    const rest = await download(url, 'subscriptions.ndjson', { filter, orderBy, after });
    expect(idsOf(rest.text)).toEqual(expected.slice(index + 1));
  }
});

test('names plans as the filter does, and values that the gateway does not know as the vendor does', async () => {
  const { url } = await startFilled();
  const plans = new Set(
    rowsOf((await download(url, 'subscriptions.ndjson')).text).map(({ planName }) => planName),
  );
  expect(plans).not.toContain('ANNUAL');
  expect(plans).not.toContain('UNRECOGNIZED');
  expect(plans).toContain('ANNUAL_THREE_YEAR_PAY');
  const filter = { planName: ['ANNUAL_MONTHLY_PAY'] };
  const { text } = await download(url, 'subscriptions.ndjson', { filter });
  expect(new Set(rowsOf(text).map(({ planName }) => planName))).toEqual(
    new Set(['ANNUAL_MONTHLY_PAY']),
  );
});

test('escapes what a spreadsheet would take for a formula', async () => {
  const { url, sandbox } = await startFilled({
    sandbox: { seed: { customers: 5 } },
  });
  const names = ['=1+1', '+1', '-1', '@sum', 'a "quoted", name', '\t=1'];
  const customers = [...sandbox.store.reseller.customers()].filter(
    ({ managedBy, subscriptions }) => managedBy === 'us' && subscriptions.length > 0,
  );
  for (const [n, name] of names.entries()) {
    const record = customers[n];
    if (!record?.postalAddress) throw new Error('the customer has no address');
    record.postalAddress = { ...record.postalAddress, organizationName: name };
    // A read of the customer stores the name.
    const query = `{ customer(by: { resellerCustomerId: "${record.customerId}" }) { id } }`;
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  }
  const exported = async () => (await download(url, 'customers.csv')).text;
  const escaped = [
    ...names.slice(0, 4).map((name) => `,'${name},`),
    `"a ""quoted"", name"`,
    `,'\t=1,`,
  ];
  const missing = async () => {
    const text = await exported();
    return escaped.filter((name) => !text.includes(name));
  };
  await expect.poll(missing, { interval: 20, timeout: 5_000 }).toEqual([]);
  const text = await exported();
  expect(text.split('\r\n')[0]).toMatch(/^resellerId,billingCustomerId,.*,cursor$/);
});

test('refuses parameters that the list would refuse', async () => {
  const { url } = await startFilled({ sandbox: { seed: { customers: 5 } } });
  for (const parameters of [
    { filter: { unknown: 1 } },
    { filter: '{' },
    { filter: { status: ['NO'] } },
    { orderBy: { field: 'RENEWS_AT' } },
    { after: 'x' },
    { first: '1' },
  ]) {
    const { response, text } = await download(url, 'subscriptions.csv', parameters);
    expect({ status: response.status, text }).toMatchObject({ status: 400 });
    expect(text).toContain('BAD_USER_INPUT');
  }
});

test.each([true, false])('suggests names of the schema only where errors may (%s)', async (may) => {
  const env = { SUGGESTIONS: String(may) };
  const { url } = await startFilled({ sandbox: { seed: { customers: 5 } }, env });
  const { text } = await download(url, 'subscriptions.csv', { filter: { statuss: 1 } });
  expect(text).toContain('\\"statuss\\" is not defined');
  expect(text.includes('Did you mean')).toBe(may);
});

test('runs four exports of a viewer at the same time, and refuses more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // A database in another thread, so that exports wait for it at the same time.
  const env = { DATABASE_URL: `sqlite:${join(folder, 'gateway.db')}` };
  const { url } = await startFilled({ env });
  const statusOf = async () => (await download(url, 'subscriptions.csv')).response.status;
  const statuses = await Promise.all(Array.from({ length: 40 }, statusOf));
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
  expect(await statusOf()).toBe(200);
});

test('requires authentication, and has the rows of the tenant only', async () => {
  const { url, main, second } = await startTenants();
  const paths = ['subscriptions.csv', 'subscriptions.ndjson', 'customers.csv', 'customers.ndjson'];
  for (const path of paths) {
    expect((await download(url, path)).response.status).toBe(401);
    for (const [own, other] of [
      [main, second],
      [second, main],
    ] as const) {
      const { text } = await download(url, path, {}, { authorization: `Bearer ${own.token}` });
      expect(text).toContain(own.ids.domain);
      for (const secret of other.secrets) expect(text).not.toContain(secret);
    }
  }
  const foreign = { filter: { search: main.ids.domain } };
  const headers = { authorization: `Bearer ${second.token}` };
  expect((await download(url, 'customers.ndjson', foreign, headers)).text).toBe('');
});
