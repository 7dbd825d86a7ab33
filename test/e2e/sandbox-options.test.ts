import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { openTestGateway, sharedTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';

// One gateway on a sandbox as it is by default, and one on a sandbox that is as strict as the vendors:
// over TLS, with a token, and with errors in format 2. Clients must not notice the difference.

const usual = sharedTestGateway();

let sandbox: Sandbox;
let strict: Awaited<ReturnType<typeof openTestGateway>>;
const folder = mkdtempSync(join(tmpdir(), 'strict-'));

beforeAll(async () => {
  sandbox = await startSandbox({
    ...{ tls: true, anonymous: false, token: 'secret', errorFormat: '2' },
    seed: { customers: 40 },
  });
  const file = join(folder, 'sandbox.pem');
  writeFileSync(file, sandbox.certificate ?? '');
  strict = await openTestGateway(sandbox, {
    env: {
      ...{ BILLING_TLS: 'true', BILLING_TOKEN: 'secret', RESELLER_TOKEN: 'secret' },
      TLS_CA_FILE: file,
    },
  });
});

afterAll(async () => {
  await strict.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

const failures = `... on Error { __typename code message }
  ... on ValidationError { fields { path message } }`;

/** A document with the customer `$id`, and what its answer contains. */
const documents: readonly (readonly [string, string])[] = [
  ['{ customers(first: 3) { nodes { reseller { customerDomain } } } }', '"customers":{"nodes":[{'],
  ['{ customer(by: { domain: "nobody.example" }) { id } }', '"customer":null'],
  ['{ customer(by: { domain: "shared-studio.example" }) { id } }', 'CONFLICT'],
  [
    `mutation { orderCustomer(input: { customerDomain: "shop.example", alternateEmail: "it@else.example",
      postalAddress: { contactName: "A", organizationName: "B", postalCode: "?", countryCode: "DE" } })
      { ${failures} } }`,
    '"path":["input","postalAddress","postalCode"]',
  ],
  [
    `mutation ($id: ID!) { orderSubscription(input: { customer: $id, action: BUY, skuId: "1",
      planName: FLEXIBLE, seats: 5 }) { ${failures} } }`,
    '"path":["input","skuId"]',
  ],
  [
    `mutation ($id: ID!) { orderSubscription(input: { customer: $id, action: BUY,
      skuId: "1010020028", planName: FLEXIBLE, seats: 5 }) { ${failures} } }`,
    'ConflictError',
  ],
];

async function answerOf(url: string, document: string): Promise<unknown> {
  const by = '{ customer(by: { domain: "flexible.example" }) { id } }';
  const found = await request<{ customer: { id: string } }, object>(url, by);
  const id = found.data?.customer.id;
  const variables = document.includes('$id') ? { id } : {};
  const { data, errors } = await request<unknown, object>(url, document, variables);
  const shown = errors?.map(({ message, path, extensions }) => ({
    ...{ message, path, code: extensions.code },
  }));
  return { data, errors: shown };
}

test.each(documents)('a strict sandbox is like the usual one: %#', async (document, expected) => {
  const [one, two] = await Promise.all([
    answerOf(usual().url, document),
    answerOf(strict.url, document),
  ]);
  expect(JSON.stringify(two)).toContain(expected);
  expect(two).toEqual(one);
});
