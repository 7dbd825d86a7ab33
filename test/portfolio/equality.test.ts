import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { sharedPostgres } from '../store/postgres.support.ts';
import { openTestGateway, type TestGateway } from '../support/gateway.ts';
import { expectedRows, type Filter, matches, type Order, sorted } from './oracle.support.ts';
import { ask, filled, untilDetailed } from './portfolio.support.ts';
import { randomCase } from './random-filters.support.ts';

const CASES = process.env['SOAK'] ? 1_000 : 150;
const TIMEOUT_MS = process.env['SOAK'] ? 600_000 : 60_000;
const names = ['Müller & Söhne', 'Café Noël', 'Łódź Ærø', 'ÅNGSTRÖM', 'Zoë İstanbul', 'Ünal-Çelik'];

const world: { gateways: Record<string, TestGateway> } = { gateways: {} };

beforeAll(async () => {
  const sandbox = await startSandbox({ seed: { customers: 60 } });
  for (const [n, customer] of [...sandbox.store.reseller.customers()].entries()) {
    const { postalAddress } = customer;
    if (!postalAddress || n % 3 !== 0) continue;
    customer.postalAddress = { ...postalAddress, organizationName: names[n % names.length] };
  }
  const server = await sharedPostgres();
  const urls = { SQLite: 'sqlite::memory:', PostgreSQL: await server.createDatabase() };
  for (const [kind, url] of Object.entries(urls)) {
    const gateway = await openTestGateway(sandbox, { env: { ...filled, DATABASE_URL: url } });
    world.gateways[kind] = gateway;
  }
});

afterAll(async () => {
  const gateways = Object.values(world.gateways);
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await gateways[0]?.sandbox.close();
});

function gatewayOn(kind: string): TestGateway {
  const gateway = world.gateways[kind];
  if (!gateway) throw new Error(`no gateway on ${kind}`);
  return gateway;
}

interface Page {
  readonly subscriptions: {
    readonly totalCount: number;
    readonly summary: {
      readonly count: number;
      readonly seats: number;
      readonly freeSeats: number;
    };
    readonly nodes: readonly {
      readonly skuId: string;
      readonly customer: { readonly id: string };
    }[];
    readonly edges: readonly { readonly cursor: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const heads = `($filter: PortfolioSubscriptionFilter, $order: PortfolioSubscriptionOrder,
  $first: Int, $after: String)`;
const selection = `subscriptions(filter: $filter, orderBy: $order, first: $first, after: $after) {
  totalCount summary { count seats freeSeats }
  nodes { id skuId customer { id } } pageInfo { hasNextPage endCursor } }`;

/** All rows of the list, page by page, as customer id and SKU id. */
async function listed(url: string, filter: Filter, order: Order, first: number) {
  const ids: string[] = [];
  let after: string | null = null;
  for (;;) {
    const variables = { filter, order, first, after };
    const page: Page = await ask<Page>(url, selection, variables, heads);
    for (const node of page.subscriptions.nodes) ids.push(idOf(node));
    const { hasNextPage, endCursor } = page.subscriptions.pageInfo;
    if (!hasNextPage) return { ids, totals: page.subscriptions };
    after = endCursor;
  }
}

function idOf({ skuId, id }: { readonly skuId: string; readonly id?: string }): string {
  const [, customerId = ''] = Buffer.from(id ?? '', 'base64url')
    .toString()
    .split(':');
  return `${decodeURIComponent(customerId)}/${skuId}`;
}

describe.each(['SQLite', 'PostgreSQL'])('on %s', (kind) => {
  test('any filter and order returns what a plain filter and sort returns', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { url, sandbox } = gatewayOn(kind);
    await untilDetailed(gatewayOn(kind));
    const rows = expectedRows(sandbox);
    expect(rows.length).toBeGreaterThan(100);
    let hits = 0;
    for (let seed = 1; seed <= CASES; seed++) {
      const { filter, order, first } = randomCase(seed, rows);
      const expected = sorted(
        rows.filter((row) => matches(row, filter)),
        order,
      );
      if (expected.length > 0 && expected.length < rows.length) hits++;
      const { ids, totals } = await listed(url, filter, order, first);
      const sum = (name: string) =>
        expected.reduce((total, { values }) => total + Number(values[name] ?? 0), 0);
      expect(
        { seed, filter, order, ids, totalCount: totals.totalCount, summary: totals.summary },
        `case ${seed}`,
      ).toEqual({
        ...{ seed, filter, order, ids: expected.map(({ id }) => id) },
        totalCount: expected.length,
        summary: { count: expected.length, seats: sum('seats'), freeSeats: sum('freeSeats') },
      });
    }
    // The cases are not all or nothing.
    expect(hits).toBeGreaterThan(CASES / 4);
  });
});
