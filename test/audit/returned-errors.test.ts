import { status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { startTestSandbox } from '../support/gateway.ts';

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly requestId?: string;
  readonly code?: string;
}

const INFO = 30;
const WARN = 40;

/** A gateway whose log can be read. */
async function startLogged() {
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  const sandbox = await startTestSandbox();
  const { backends, ...config } = loadConfig({
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    BILLING_RESELLER_ID: sandbox.resellerId,
    BILLING_TIMEOUT_MS: '300',
    RESELLER_ENDPOINT: sandbox.resellerUrl,
    DRAIN_TIMEOUT_MS: '1000',
  });
  if (!backends) throw new Error('no backends');
  const gateway = await createGateway({ ...config, backends }, { log });
  const url = await gateway.start();
  onTestFinished(() => gateway.close());

  async function ask(query: string, variables: object = {}) {
    const requestId = 'request-1';
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': requestId },
      body: JSON.stringify({ query, variables }),
    });
    const answer = JSON.parse(await response.text());
    return {
      answer,
      logged: lines.filter((line) => line.requestId === requestId && line.msg !== 'request'),
    };
  }
  const list = await ask('{ customers(first: 1) { nodes { id } } }');
  return { ask, sandbox, customer: list.answer.data.customers.nodes[0].id, lines };
}

const activate = `mutation ($customer: ID!) {
  activateCustomer(input: { customer: $customer }) { ... on Error { code message } } }`;

test('a failure that a mutation returns as data is logged with its request id', async () => {
  const { ask, sandbox, customer } = await startLogged();
  const effect = { type: 'grpc', code: status.FAILED_PRECONDITION, message: 'no' } as const;
  sandbox.faults.add({ method: 'CustomerService.Activate', effect });
  const { answer, logged } = await ask(activate, { customer });
  const { code, message } = answer.data.activateCustomer;
  expect(code).toBe('FAILED_PRECONDITION');
  expect(logged).toEqual([
    expect.objectContaining({
      level: WARN,
      msg: message,
      code,
      service: 'billing',
      mutation: 'activateCustomer',
    }),
  ]);
});

test('an unknown outcome is logged as a warning', async () => {
  const { ask, sandbox, customer } = await startLogged();
  const effect = { type: 'grpc', code: status.UNAVAILABLE } as const;
  sandbox.faults.add({ method: 'CustomerService.Activate', effect });
  const { logged } = await ask(activate, { customer });
  expect(logged).toMatchObject([
    { level: WARN, code: 'OUTCOME_UNKNOWN', mutation: 'activateCustomer' },
  ]);
});

test('a failure in errors is logged once, without the values of variables', async () => {
  const { ask, lines } = await startLogged();
  const missing = await ask('query ($id: ID!) { operation(by: { id: $id }) { id } }', { id: 'x' });
  expect(missing.logged).toMatchObject([{ level: INFO, code: 'BAD_USER_INPUT' }]);
  const before = lines.length;
  const { answer } = await ask('query ($id: Int!) { node(id: $id) { id } }', {
    id: 'ann@a.example',
  });
  expect(answer.errors).toHaveLength(1);
  const invalid = lines.slice(before);
  expect(invalid.filter(({ msg }) => msg !== 'request')).toMatchObject([
    { level: INFO, msg: 'request is invalid' },
  ]);
  expect(JSON.stringify(invalid)).not.toContain('ann@a.example');
});
