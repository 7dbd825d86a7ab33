/*
 * How long a frontend waits for the fast half of a customer while the other API is slow: with one
 * query, and with one query per half, sent together. `@defer` could not return the fast half sooner
 * than the query for that half alone.
 */
import { loadConfig } from '../src/config/config.ts';
import { createGateway } from '../src/gateway.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { encodeGlobalId } from '../src/schema/relay/global-id.ts';

const BILLING_MS = 5;
const RESELLER_MS = 300;
const ROUNDS = 60;

const billingHalf = 'billing { id account { id name active } }';
const resellerHalf = `reseller { id customerDomain }
  subscriptions(first: 10) { nodes { id status plan { planName } } }`;

const sandbox = await startSandbox({ seed: { customers: 20 } });
sandbox.faults.add({ backend: 'billing', latencyMs: BILLING_MS });
sandbox.faults.add({ backend: 'reseller', latencyMs: RESELLER_MS });
const { backends, ...config } = loadConfig({
  ...{ PORT: '0', DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent', PORTFOLIO: 'false' },
  ...{ BILLING_ENDPOINT: sandbox.billingAddress, BILLING_TLS: 'false' },
  ...{ BILLING_RESELLER_ID: sandbox.resellerId, RESELLER_ENDPOINT: sandbox.resellerUrl },
});
if (!backends) throw new Error('the bench has backends');
const gateway = await createGateway({ ...config, backends }, { links: sandbox.links });
const url = await gateway.start();
const [link] = sandbox.links;
if (!link) throw new Error('the seed has a link');
const id = encodeGlobalId('Customer', 'b', link.billing.resellerId, link.billing.customerId);

/** Milliseconds from `start` until the answer to a query for these fields was read. */
async function arrival(start: number, fields: string): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `query ($id: ID!) { customer(by: { id: $id }) { id ${fields} } }`,
      variables: { id },
    }),
  });
  const { errors } = (await response.json()) as { errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return performance.now() - start;
}

const times: Record<string, number[]> = { 'one query': [], 'fast half': [], 'slow half': [] };
for (let round = 0; round < ROUNDS; round += 1) {
  times['one query']?.push(await arrival(performance.now(), `${billingHalf} ${resellerHalf}`));
  const start = performance.now();
  const [fast, slow] = await Promise.all([
    arrival(start, billingHalf),
    arrival(start, resellerHalf),
  ]);
  times['fast half']?.push(fast);
  times['slow half']?.push(slow);
}
for (const [name, values] of Object.entries(times)) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)]?.toFixed(0);
  console.log(`${name.padEnd(10)} p50 ${at(0.5)} ms  p90 ${at(0.9)} ms`);
}
await gateway.close();
await sandbox.close();
