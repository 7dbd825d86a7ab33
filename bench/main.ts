import { loadConfig } from '../src/config/config.ts';
import { createGateway } from '../src/gateway.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { activations } from './activations.ts';
import { fanOut } from './fan-out.ts';
import { measure, report } from './measure.ts';
import { throughput } from './throughput.ts';

const sandbox = await startSandbox({ operations: { outcome: 'succeed' } });
const { backends, ...config } = loadConfig({
  PORT: '0',
  DATABASE_URL: 'sqlite::memory:',
  LOG_LEVEL: 'silent',
  BILLING_ENDPOINT: sandbox.billingAddress,
  BILLING_TLS: 'false',
  PORTFOLIO: 'false',
  BILLING_RESELLER_ID: sandbox.resellerId,
  RESELLER_ENDPOINT: sandbox.resellerUrl,
  RESELLER_CONNECTIONS: '100',
  OPERATION_POLL_INTERVAL_MS: '100',
});
if (!backends) throw new Error('the bench has backends');
const gateway = await createGateway({ ...config, backends }, { links: sandbox.links });
const url = await gateway.start();

async function ask<T>(query: string): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query });
  const response = await fetch(url, { method: 'POST', headers, body });
  const result = await response.json();
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.data;
}

const { customers } = await ask<{ customers: { nodes: { id: string }[] } }>(
  '{ customers(first: 1) { nodes { id } } }',
);
const id = customers.nodes[0]?.id;
const activate = `mutation { activateCustomer(input: { customer: "${id}" }) {
  ... on ActivateCustomerSuccess { operation { id } } ... on Error { message } } }`;
const both = `{ customers(first: 100) { nodes { id billing { customerId } reseller { customerDomain } } } }`;

console.log(`2 cores, backends, gateway and client in one process, Node ${process.version}\n`);
await measure(200, 4, () => ask(both));
report(
  'customers(first: 1), both backends at once',
  await measure(2000, 8, () => ask('{ customers(first: 1) { nodes { id } } }')),
);
report(
  '100 customers, both halves: 1 gRPC + ~60 REST calls',
  await measure(200, 2, () => ask(both)),
);

await activations();

sandbox.operations.timing = { ...sandbox.operations.timing, outcome: 'never' };
const { activateCustomer } = await ask<{ activateCustomer: { operation: { id: string } } }>(
  activate,
);
await fanOut({ url, sandbox, operation: activateCustomer.operation.id });

await gateway.close();
await sandbox.close();
await throughput();
